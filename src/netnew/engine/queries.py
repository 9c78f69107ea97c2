"""What to ask the sources: first the question and its parts, then what is still missing.

The first queries name what the conditions name, alone and together. The follow-ups split what is
still too big: a query that keeps giving matches to its last page is asked again together with a
value that its matches have (a place, a year, a topic), since each such part fits into the few pages
that a search engine shows. (Deep-web crawling by query refinement, e.g. Sheng et al., VLDB 2012.)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import islice, product

from netnew.domain.page import SegmentKind, Snapshot
from netnew.domain.run import RunSpec
from netnew.engine.terms import search_terms
from netnew.lexicon.places import places_in
from netnew.lexicon.words import content_words, fold, split_list, stem

MAX_QUERY_CHARS = 300
MAX_COMBINATIONS = 64
# A value with more words than this is prose and names no part of the whole.
MAX_FACET_WORDS = 6
# A label classifies where its values come again so often on average; asked of labels that were
# seen on so many pages.
CLASSIFIES = 1.5
MIN_FACET_PAGES = 8
MIN_REPEATS = 2
MAX_VARIANTS = 3
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
    spec: RunSpec, today: date, variants: Callable[[str], list[str]]
) -> tuple[str, ...]:
    """The short queries that follow-ups are added to: the conditions' values together, also as
    `variants` writes them. '' alone where the conditions name nothing that can be searched."""
    named = [tuple(t for t in terms if _is_name(t)) for terms in search_terms(spec, today)]
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


# --------------------------------------------------------------------------------------- follow-ups


class Facets:
    """Values that the pages of candidates have, by label: the parts a too big whole splits into."""

    def __init__(self) -> None:
        self._matched: Counter[tuple[str, str]] = Counter()
        self._others: Counter[tuple[str, str]] = Counter()
        self._shown: dict[tuple[str, str], str] = {}
        self._pages: set[tuple[str, bool]] = set()
        self._matched_pages = 0

    def learn(self, snapshot: Snapshot, matched: bool) -> None:
        """Take note of the labelled values of a candidate's page, once a page and outcome."""
        mark = (snapshot.id, matched)
        if mark in self._pages:
            return
        self._pages.add(mark)
        self._matched_pages += matched
        for label, value in facets_of(snapshot):
            facet = (fold(label), fold(value))
            self._shown.setdefault(facet, value)
            (self._matched if matched else self._others)[facet] += 1

    def best(self, limit: int, exclude: Iterable[str] = ()) -> list[tuple[str, str, float]]:
        """(label, value, share of the matches that have it), the most common first.

        Only labels that classify (their values repeat: a country, not a version); values that
        nearly every match has split nothing, and come not at all.
        """
        ranked = sorted(self._matched.items(), key=lambda x: (-x[1], x[0]))
        pages = max(1, self._matched_pages)
        some = [(f, n / pages) for f, n in ranked if n <= 0.9 * pages or pages < MIN_FACET_PAGES]
        return self._chosen(some, limit, exclude)

    def unseen(self, limit: int, exclude: Iterable[str] = ()) -> list[tuple[str, str, float]]:
        """Values that only candidates that do not match have had so far: parts where matches may
        still hide."""
        ranked = sorted(self._others.items(), key=lambda x: (-x[1], x[0]))
        others = [(f, 0.0) for f, n in ranked if f not in self._matched and n >= MIN_REPEATS]
        return self._chosen(others, limit, exclude)

    def variants(self, term: str) -> list[str]:
        """How matches write `term` otherwise: 'MIT License' for 'MIT', 'Nodejs' for 'Node.js',
        'USA' for 'United States'; the most common first."""
        counts: Counter[str] = Counter()
        for facet, count in self._matched.items():
            shown = self._shown[facet]
            if count >= MIN_REPEATS and fold(shown) != fold(term) and _means(shown, term):
                counts[shown] += count
        return [value for value, _ in counts.most_common(MAX_VARIANTS)]

    def _chosen(
        self, ranked: Iterable[tuple[tuple[str, str], float]], limit: int, exclude: Iterable[str]
    ) -> list[tuple[str, str, float]]:
        used = {fold(x) for x in exclude}
        classifying = self._classifying_labels()
        chosen: list[tuple[str, str, float]] = []
        for (label, folded), share in ranked:
            if label in classifying and folded not in used:
                used.add(folded)
                chosen.append((label, self._shown[label, folded], share))
                if len(chosen) >= limit:
                    break
        return chosen

    def _classifying_labels(self) -> set[str]:
        """Labels whose values come again: at least half as many more pages than values."""
        pages: Counter[str] = Counter()
        values: dict[str, set[str]] = {}
        for label, value in (*self._matched, *self._others):
            values.setdefault(label, set()).add(value)
        for counter in (self._matched, self._others):
            for (label, _), count in counter.items():
                pages[label] += count
        return {
            label
            for label, count in pages.items()
            if count >= CLASSIFIES * len(values[label]) or count < MIN_FACET_PAGES
        }


def _means(shown: str, term: str) -> bool:
    """Whether a value on a page is another way to write `term`."""
    one, other = (re.sub(r"[\W_]+", "", fold(x)) for x in (shown, term))
    if not one or not other:
        return False
    words, wanted = set(fold(shown).split()), set(fold(term).split())
    if one == other or (wanted and wanted < words and len(words) <= len(wanted) + 2):
        return not re.search(r"[,;/&]", shown)
    places = [places_in(x) for x in (shown, term)]
    return all(len(p) == 1 for p in places) and places[0][0].place == places[1][0].place


def facets_of(snapshot: Snapshot) -> list[tuple[str, str]]:
    """(label, value) of the page's labelled facts that can serve as search terms: list values
    apart, no numbers alone, no addresses, no prose."""
    found: list[tuple[str, str]] = []
    for segment in snapshot.segments:
        if segment.kind is not SegmentKind.FACT or segment.boilerplate or segment.label is None:
            continue
        for value in dict.fromkeys(split_list(segment.value)):
            words = value.split()
            if (
                1 <= len(words) <= MAX_FACET_WORDS
                and "://" not in value
                and content_words(value)
                and not re.fullmatch(r"[\d.,%$€£+\s/-]+", value)
            ):
                found.append((segment.label, value))
    return found
