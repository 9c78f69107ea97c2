"""Names of organisations and things, compared without what does not tell them apart."""

from __future__ import annotations

from functools import lru_cache

from netnew.text.tokens import fold

_LEGAL_FORMS = frozenset(
    """inc incorporated llc llp lp ltd limited plc corp corporation co company gmbh mbh ag kg kgaa
    ug ohg ev eg sa sas sasu sarl sl slu srl spa sro as asa ab oy oyj aps bv nv vof cv pty pte pvt
    sdn bhd kk doo dd ad ood eood zrt kft nyrt rt ooo oao pao zao ltda eireli se sce jsc ojsc cjsc
    pjsc tbk pt lda""".split()  # noqa: SIM905
)
# Written with dots or spaces, these fold into several tokens.
_LEGAL_PHRASES = (
    ("s", "a"),
    ("s", "p", "a"),
    ("s", "r", "l"),
    ("s", "l"),
    ("b", "v"),
    ("n", "v"),
    ("co", "kg"),
    ("and", "co"),
    ("s", "a", "s"),
    ("sp", "z", "o", "o"),
    ("sp", "zoo"),
    ("s", "r", "o"),
    ("a", "s"),
    ("e", "v"),
)


@lru_cache(maxsize=65536)
def name_key(name: str) -> str:
    """`name` for telling whether two names are the same: no legal form, case, accent, punctuation.

    'ACME Holding, Inc.' and 'Acme Holding' agree. A name that is nothing but a legal form ('SE')
    is kept. The leading article is dropped.
    """
    words = fold(name).replace(".", " ").split()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    while len(words) > 1:
        shorter = _without_form(words)
        if shorter == words:
            break
        words = shorter
    return " ".join(words)


def _without_form(words: list[str]) -> list[str]:
    for phrase in _LEGAL_PHRASES:
        if len(words) > len(phrase) and tuple(words[-len(phrase) :]) == phrase:
            return words[: -len(phrase)]
    return words[:-1] if words[-1] in _LEGAL_FORMS or words[-1] == "and" else words
