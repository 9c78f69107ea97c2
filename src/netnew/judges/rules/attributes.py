"""Which words name the same attribute: a small thesaurus of general English.

`features(text)` gives what a label or a condition speaks of, as concepts ('@staff') and the
stems of the words that belong to none. Two texts speak of the same attribute as far as their
features agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from netnew.judges.rules.knowledge.thesaurus import CONCEPTS
from netnew.text.tokens import STOP_WORDS, fold, stem

# What a concept also speaks of: maturity levels are those of projects.
_IMPLIED = {"@stage": ("project", "@level")}

_GENERIC = frozenset(
    """listed stated states state lists named names name given official main current currently total
    number count many overall company companies firm business startup page pages organisation
    organization entity software application app tool product item object website known
    work works worked take took part make made say says tell published include includes included
    available mention mentions number year years date dates who what where when
    typical typically average usual usually""".split()  # noqa: SIM905
)


def _phrase(text: str) -> tuple[str, ...]:
    return tuple(stem(w) for w in fold(text).split())


def _table() -> dict[str, list[tuple[tuple[str, ...], frozenset[str]]]]:
    of: dict[tuple[str, ...], set[str]] = {}
    for line in CONCEPTS.strip().replace("\n  ", " ").splitlines():
        name, phrases = line.split(":", 1)
        for text in phrases.split(","):
            of.setdefault(_phrase(text), set()).add("@" + name)
    by_first: dict[str, list[tuple[tuple[str, ...], frozenset[str]]]] = {}
    for key, names in of.items():
        by_first.setdefault(key[0], []).append((key, frozenset(names)))
    for rows in by_first.values():
        rows.sort(key=lambda row: -len(row[0]))
    return by_first


_BY_FIRST = _table()
_GENERIC_STEMS = frozenset(stem(w) for w in _GENERIC)
_WORD = re.compile(r"\S+")


def concept_phrases(words: list[str]) -> list[tuple[int, int, frozenset[str]]]:
    """(first, after last, concepts) of each attribute phrase in a list of stems, longest first."""
    found = []
    at = 0
    while at < len(words):
        for key, names in _BY_FIRST.get(words[at], ()):
            if tuple(words[at : at + len(key)]) == key:
                found.append((at, at + len(key), names))
                at += len(key)
                break
        else:
            at += 1
    return found


_ENDINGS = re.compile(r"(?:ment|abl|ibl|al|iv|ari|er|or|iti|li|ic|ht)$")


def root(word: str) -> str:
    """A stem without the ending that makes it another part of speech: 'renewable' → 'renew'."""
    bare = _ENDINGS.sub("", word)
    return bare if len(bare) >= 5 else word


@lru_cache(maxsize=32768)
def features(text: str) -> frozenset[str]:
    """The concepts of `text` and the stems of its other telling words."""
    folded = fold(text).split()
    words = [stem(w) for w in folded]
    found: set[str] = set()
    covered: set[int] = set()
    for start, end, names in concept_phrases(words):
        found |= names
        covered.update(range(start, end))
    for i, word in enumerate(words):
        plain = i in covered
        if plain or folded[i] in STOP_WORDS or word == "s" or word in _GENERIC_STEMS:
            continue
        found.add(root(word))
    if words == ["by"]:
        found.add("@author")
    for name in tuple(found):
        found.update(_IMPLIED.get(name, ()))
    if "@joined" in found and "project" in found:
        found.add("@accepted")  # whom a body takes in as a project, it has accepted
    return frozenset(found)


PLAIN_WEIGHT = 0.5  # of a word outside the thesaurus against a concept's 1: names, adjectives


def _weight(found: Iterable[str]) -> float:
    return sum(1.0 if f[0] == "@" else PLAIN_WEIGHT for f in found)


def agreement(asked: frozenset[str], label: frozenset[str]) -> float:
    """How well a label's features answer the asked ones, 0..1: half each way."""
    common = _weight(asked & label)
    if not common:
        return 0.0
    return (common / _weight(asked) + common / _weight(label)) / 2
