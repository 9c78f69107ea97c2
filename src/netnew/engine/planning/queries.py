"""The queries for the sources: first the question and its parts, then follow-ups.

The first queries name what the conditions name, alone and together. The follow-ups split what is
still too big: a query that keeps giving matches to its last page is asked again together with a
value that its matches have (a place, a year, a topic: `facets`), since each such part fits into the
few pages that a search engine shows. (Deep-web crawling by query refinement, e.g. Sheng et al.,
VLDB 2012.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import islice, product

from netnew.domain.run import RunSpec
from netnew.engine.planning.search_terms import search_terms
from netnew.text.tokens import content_words, fold, stem

MAX_QUERY_CHARS = 300
MAX_COMBINATIONS = 64
# Queries that share more than this part of their words are one family.
SAME_FAMILY = 0.5

_ASKING = re.compile(
    r"^\s*(please\s+)?((find|list|get|show|give|search( for)?|look for|identify|collect)\s+)?"
    r"(me\s+)?((all|every|each|any|some)\s+)?(of\s+)?(the\s+)?",
    re.IGNORECASE,
)


def bare_objective(objective: str) -> str:
    """The objective without 'find all' and the full stop."""
    return _ASKING.sub("", objective).strip().rstrip(".?!") or objective.strip()


def own_words(spec: RunSpec, today: date) -> tuple[str, ...]:
    """The question as it stands: the objective, each condition, the objective with each value that
    a condition names."""
    objective = bare_objective(spec.objective)
    named = search_terms(spec, today)
    with_objective = [f"{objective} {value}" for values in named for value in values]
    return _unique([objective, *(c.description for c in spec.conditions), *with_objective])


def first_queries(spec: RunSpec, today: date) -> tuple[str, ...]:
    """The planned queries, the most promising first, without repeats."""
    named = search_terms(spec, today)
    objective = bare_objective(spec.objective)
    together = [" ".join(combination) for combination in _combinations(named)]
    alone = [f"{value} {spec.entity_type}".strip() for values in named for value in values]
    with_objective = [f"{objective} {value}" for values in named for value in values]
    descriptions = [c.description for c in spec.conditions]
    return _unique([objective, *together, *descriptions, *with_objective, *alone])


def core_queries(
    terms_by_condition: Sequence[tuple[str, ...]], variants: Callable[[str], list[str]]
) -> tuple[str, ...]:
    """The short queries that follow-ups are added to: the conditions' search terms together, also
    as `variants` writes them. '' alone where the conditions name nothing that can be searched."""
    named = [tuple(t for t in terms if _is_name(t)) for terms in terms_by_condition]
    written = [
        tuple(_unique([*terms, *(v for t in terms for v in variants(t))])) for terms in named
    ]
    return _unique(" ".join(c) for c in _combinations(written)) or ("",)


def _is_name(term: str) -> bool:
    """Whether a term is more than the common words of a condition ('fewer employees')."""
    return any(c.isupper() or c.isdigit() for c in term) or len(term.split()) == 1


def _combinations(named: Sequence[tuple[str, ...]]) -> Iterable[tuple[str, ...]]:
    """One value of each condition that names any; many-valued conditions are cut evenly."""
    lists = [values for values in named if values]
    while lists and _size(lists) > MAX_COMBINATIONS:
        longest = max(lists, key=len)
        lists[lists.index(longest)] = longest[:-1]
    return islice(product(*lists), MAX_COMBINATIONS) if lists else ()


def _size(lists: Sequence[tuple[str, ...]]) -> int:
    size = 1
    for values in lists:
        size *= len(values)
    return size


def _unique(queries: Iterable[str]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for query in queries:
        text = " ".join(query.split())[:MAX_QUERY_CHARS]
        if text:
            seen.setdefault(fold(text), text)
    return tuple(seen.values())


class Families:
    """Which queries ask nearly the same: their sightings are not independent, and count as one."""

    def __init__(self) -> None:
        self._known: list[frozenset[str]] = []

    def unit_of(self, query: str) -> str:
        """The incidence unit of `query`: that of an earlier one that shares most of its words."""
        words = frozenset(stem(w) for w in content_words(query))
        for number, known in enumerate(self._known):
            if len(words & known) > SAME_FAMILY * len(words | known):
                return f"family:{number}"
        self._known.append(words)
        return f"family:{len(self._known) - 1}"
