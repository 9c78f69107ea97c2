"""How alike two names are: whether a model is worth asking if they name one entity."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz

SAME = 100
SAME_LETTERS = 98
# From here on two names may well be one.
ALIKE = 88

_MAX_FURTHER_WORDS = 2
_EACH_FURTHER_WORD = 3
# In a name of several words one may be written a little otherwise; in a name of one word less so.
_ONE_OF_SEVERAL = 85
_ALONE = 90
_MIN_SLIP = 5


def name_similarity(one: str, other: str) -> int:
    """0..100 for two name keys (`lexicon.names.name_key`).

    'blue kettle' is like 'bluekettle', 'blue kettles' and 'blue kettle berlin'; not like 'blue
    pot'. Numbers tell apart: 'kettle 11' is not like 'kettle 12'. One word is not like a name
    that has further ones: a product carries its maker's name.
    """
    if not one or not other:
        return 0
    if one == other:
        return SAME
    if squeezed(one) == squeezed(other):
        return SAME_LETTERS
    few, many = sorted((one.split(), other.split()), key=len)
    if _numbers(few) != _numbers(many):
        return 0
    if len(many) == 1:
        return _slip(few[0], many[0], _ALONE)
    further = len(many) - len(few)
    if len(few) == 1 or further > _MAX_FURTHER_WORDS:
        return 0
    left = [w for w in few if w not in many]
    right = [w for w in many if w not in few]
    if len(left) > 1:
        return 0
    slip = max((_slip(left[0], w, _ONE_OF_SEVERAL) for w in right), default=0) if left else SAME
    return 0 if not slip else min(slip + 9, 96) - _EACH_FURTHER_WORD * further


def squeezed(name: str) -> str:
    """'blue-kettle', 'Blue Kettle' as keys: 'bluekettle'."""
    return name.replace(" ", "").replace("-", "").replace(".", "")


def _slip(one: str, other: str, least: int) -> int:
    if min(len(one), len(other)) < _MIN_SLIP:
        return 0
    alike = int(fuzz.ratio(one, other))
    return alike if alike >= least else 0


def _numbers(words: Iterable[str]) -> list[str]:
    return sorted(w for w in words if any(c.isdigit() for c in w))
