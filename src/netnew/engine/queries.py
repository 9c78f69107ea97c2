"""What to ask the sources: first the question and its parts, then what is still missing.

The first queries name what the conditions name, alone and together. The follow-ups split what is
still too big: a query that keeps giving matches to its last page is asked again together with a
value that its matches have (a place, a year, a topic), since each such part fits into the few pages
that a search engine shows. (Deep-web crawling by query refinement, e.g. Sheng et al., VLDB 2012.)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import islice, product

from netnew.domain.page import SegmentKind, Snapshot
from netnew.domain.run import RunSpec
from netnew.engine.terms import search_terms
from netnew.lexicon.words import content_words, fold, split_list

MAX_QUERY_CHARS = 300
MAX_COMBINATIONS = 64
# A value with more words than this is prose and names no part of the whole.
MAX_FACET_WORDS = 6

_ASKING = re.compile(
    r"^\s*(please\s+)?(find|list|get|show|give|search( for)?|look for|identify|collect)\s+(me\s+)?"
    r"(all|every|each|any|some)?\s*(of\s+)?(the\s+)?",
    re.IGNORECASE,
)


def bare_objective(objective: str) -> str:
    """The objective without 'find all' and the full stop."""
    return _ASKING.sub("", objective).strip().rstrip(".?!") or objective.strip()


def first_queries(spec: RunSpec, today: date) -> tuple[str, ...]:
    """The planned queries, the most promising first, without repeats."""
    named = search_terms(spec, today)
    objective = bare_objective(spec.objective)
    together = [" ".join(combination) for combination in _combinations(named)]
    alone = [f"{value} {spec.entity_type}".strip() for values in named for value in values]
    with_objective = [f"{objective} {value}" for values in named for value in values]
    descriptions = [c.description for c in spec.conditions]
    return _unique([objective, *together, *descriptions, *with_objective, *alone])


def core_terms(spec: RunSpec, today: date) -> tuple[str, ...]:
    """The short queries that follow-ups are added to: the conditions' values together."""
    named = search_terms(spec, today)
    return _unique(" ".join(c) for c in _combinations(named)) or (bare_objective(spec.objective),)


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


# --------------------------------------------------------------------------------------- follow-ups


class Facets:
    """Values that the pages of matches have, by label: the parts a too big whole splits into."""

    def __init__(self) -> None:
        self._matched: Counter[tuple[str, str]] = Counter()
        self._seen: Counter[tuple[str, str]] = Counter()
        self._shown: dict[tuple[str, str], str] = {}
        self._pages: set[str] = set()

    def learn(self, snapshot: Snapshot, matched: bool) -> None:
        """Take note of the labelled values of a candidate's page, once a page."""
        mark = f"{snapshot.id}{matched}"
        if mark in self._pages:
            return
        self._pages.add(mark)
        for label, value in facets_of(snapshot):
            facet = (fold(label), fold(value))
            self._shown.setdefault(facet, value)
            (self._matched if matched else self._seen)[facet] += 1

    def best(self, limit: int, exclude: Iterable[str] = ()) -> list[tuple[str, str, float]]:
        """(label, value, share of the matches that have it), the most common first; values that
        nearly every match has split nothing, and come not at all."""
        left_out = {fold(x) for x in exclude}
        pages = max(1, sum(1 for m in self._pages if m.endswith("True")))
        ranked: list[tuple[str, str, float]] = []
        used: set[str] = set()
        for facet, count in sorted(self._matched.items(), key=lambda x: (-x[1], x[0])):
            label, folded = facet
            if folded in left_out or folded in used or count > 0.9 * pages:
                continue
            used.add(folded)
            ranked.append((label, self._shown[facet], count / pages))
            if len(ranked) >= limit:
                break
        return ranked

    def unseen(self, limit: int, exclude: Iterable[str] = ()) -> list[tuple[str, str, float]]:
        """Values of the same labels that only other candidates have had so far: parts where
        matches may still hide."""
        left_out = {fold(x) for x in exclude}
        labels = {label for label, _ in self._matched}
        ranked = [
            (facet[0], self._shown[facet], 0.0)
            for facet, count in sorted(self._seen.items(), key=lambda x: (-x[1], x[0]))
            if facet[0] in labels and facet not in self._matched and facet[1] not in left_out
            if count >= 2
        ]
        return ranked[:limit]


def facets_of(snapshot: Snapshot) -> list[tuple[str, str]]:
    """(label, value) of the page's labelled facts that can serve as search terms: list values
    apart, no numbers alone, no addresses, no prose."""
    found: list[tuple[str, str]] = []
    for segment in snapshot.segments:
        if segment.kind is not SegmentKind.FACT or segment.boilerplate or segment.label is None:
            continue
        items = [segment.value, *split_list(segment.value)]
        for value in dict.fromkeys(items):
            words = value.split()
            if (
                1 <= len(words) <= MAX_FACET_WORDS
                and "://" not in value
                and content_words(value)
                and not re.fullmatch(r"[\d.,%$€£+\s/-]+", value)
            ):
                found.append((segment.label, value))
    return found
