"""Whether a quote says the opposite of what it is to prove: a negation in its clause.

Doubtful cases count as contrary: the verdict is then `unclear`, never turned round.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from netnew.domain.evidence import Citation
from netnew.judges.model.injection_words import fold, words
from netnew.judges.model.passage_selection import Passage
from netnew.text.tokens import stem

_CLAUSE_END = re.compile(
    r"[.!?;:,]+(?=\s|$)|[。！？；：，、।]|\s[|–—-]\s"
    r"|\s(?=(?:but|and|or|aber|und|sondern|mais|et|pero|sino|y|mas|e|ma|maar|en|men|och|og|ale|i|no"
    r"|но|а|и)\s)"
)
_WORD = re.compile(r"\w+(?:['’]\w+)?")
_MIN_STEM = 4
_AROUND_CHARS = 120
# Words of a condition that are no part of what is asked.
_DULL = words(
    "company companies workshop product service tool project person place entity have has been "
    "does that this with from which their than least most more less"
)


@dataclass(frozen=True, slots=True)
class _Negations:
    words: frozenset[str]
    verbal: frozenset[str]
    anywhere: re.Pattern[str]
    harmless: re.Pattern[str]


def contradicts(condition: str, citations: Sequence[Citation], passages: Sequence[Passage]) -> bool:
    """Whether each of `citations` denies `condition` in the clause it stands in; never for a
    condition that is itself a negation."""
    if not citations or _is_denied(condition, "words"):
        return False
    segments = {p.segment.index: p.segment.text for p in passages}
    asked = _stems(condition)
    return all(_denies(asked, _around(c, segments.get(c.segment, ""))) for c in citations)


def _denies(asked: frozenset[str], text: str) -> bool:
    clauses = [c for c in _clauses(text) if c.strip()]
    about = [c for c in clauses if asked & _stems(c)]
    if about:
        return all(_is_denied(clause, "words") for clause in about)
    return bool(clauses) and all(_is_denied(clause, "verbal") for clause in clauses)


def _around(citation: Citation, text: str) -> str:
    """The quote with the rest of the clauses that it begins and ends in: 'offers it' may stand in
    'no longer offers it'."""
    if text[citation.start : citation.end] != citation.excerpt:
        return citation.excerpt
    before = text[max(0, citation.start - _AROUND_CHARS) : citation.start]
    after = text[citation.end : citation.end + _AROUND_CHARS]
    return f"{_clauses(before)[-1]}{citation.excerpt}{_clauses(after)[0]}"


def _clauses(text: str) -> list[str]:
    return _CLAUSE_END.split(text) or [""]


def _is_denied(clause: str, how: str) -> bool:
    known = _negations()
    plain = known.harmless.sub(" ", clause.lower())
    if known.anywhere.search(plain):
        return True
    listed = known.words if how == "words" else known.verbal
    return not listed.isdisjoint(_WORD.findall(plain))


@lru_cache(maxsize=1024)
def _stems(text: str) -> frozenset[str]:
    found = (fold(word) for word in _WORD.findall(text))
    return frozenset(stem(w) for w in found if len(w) >= _MIN_STEM and w not in _DULL)


@cache
def _negations() -> _Negations:
    with Path(__file__).with_name("negations.toml").open("rb") as file:
        table: dict[str, str] = tomllib.load(file)
    phrases = [p.strip() for line in table["harmless"].splitlines() for p in line.split("|")]
    return _Negations(
        frozenset(table["words"].split()),
        frozenset(table["verbal"].split()),
        _any_of(table["anywhere"].split()),
        _any_of(p for p in phrases if p),
    )


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, phrases)))
