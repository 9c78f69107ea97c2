"""Facets: values that pages of candidates share, by which large queries are split.

Counts are kept as pages arrive, so each round costs the same with a hundred thousand pages as
with a hundred."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import nsmallest

from netnew.domain.page import SegmentKind, Snapshot
from netnew.engine.discovery.spelling_variants import SpellingVariants
from netnew.text.tokens import content_words, fold, split_list

# A value with more words than this is prose and names no part of the whole.
MAX_FACET_WORDS = 6
# A label classifies where its values come again so often on average; asked of labels that were
# seen on so many pages.
CLASSIFIES = 1.5
MIN_FACET_PAGES = 8
MIN_REPEATS = 2
MAX_VARIANTS = 3


@dataclass(slots=True)
class _Label:
    """On how many pages a label was seen, and how many values it had there."""

    pages: int = 0
    values: int = 0

    @property
    def classifies(self) -> bool:
        """Whether its values come again: half as many more pages than values at least."""
        return self.pages >= CLASSIFIES * self.values or self.pages < MIN_FACET_PAGES


@dataclass(slots=True)
class _Written:
    """Which facets of matches write a term otherwise, among the first `looked_at` repeated ones."""

    term: SpellingVariants
    looked_at: int = 0
    found: list[Facet] = field(default_factory=list)


class Facets:
    """Values that the pages of candidates have, by label."""

    def __init__(self) -> None:
        self._matched = FacetRanking()
        self._others = FacetRanking()  # without those that a match has too
        self._shown: dict[Facet, str] = {}
        self._labels: dict[str, _Label] = defaultdict(_Label)
        self._pages: set[tuple[str, bool]] = set()
        self._matched_pages = 0
        self._order: dict[Facet, int] = {}  # in which matches were first seen to have them
        self._repeated: list[Facet] = []
        self._written: dict[str, _Written] = {}

    def learn(self, snapshot: Snapshot, matched: bool) -> None:
        """Take note of the labelled values of a candidate's page, once a page and outcome."""
        mark = (snapshot.id, matched)
        if mark in self._pages:
            return
        self._pages.add(mark)
        self._matched_pages += matched
        for label, value in facets_of(snapshot):
            self._count((fold(label), fold(value)), value, matched)

    def best(self, limit: int, exclude: Iterable[str] = ()) -> list[tuple[str, str, float]]:
        """(label, value, share of the matches that have it), the most common first.

        Only labels that classify (their values repeat: a country, not a version); values that
        nearly every match has split nothing, and come not at all.
        """
        pages = max(1, self._matched_pages)
        high = 0.9 * pages if pages >= MIN_FACET_PAGES else math.inf
        used = {fold(x) for x in exclude}
        ranked = self._matched.best(self._classifying(), max(1, limit) + len(used), high=high)
        return self._chosen(((f, n / pages) for f, n in ranked), limit, used)

    def unseen(self, limit: int, exclude: Iterable[str] = ()) -> list[tuple[str, str, float]]:
        """Values that only candidates that do not match have had so far: parts where matches may
        still hide."""
        used = {fold(x) for x in exclude}
        ranked = self._others.best(self._classifying(), max(1, limit) + len(used), low=MIN_REPEATS)
        return self._chosen(((f, 0.0) for f, _ in ranked), limit, used)

    def variants(self, term: str) -> list[str]:
        """How matches write `term` otherwise: 'MIT License' for 'MIT', 'Nodejs' for 'Node.js',
        'USA' for 'United States'; the most common first."""
        written = self._written.setdefault(term, _Written(SpellingVariants(term)))
        new = self._repeated[written.looked_at :]
        written.looked_at = len(self._repeated)
        written.found += [f for f in new if written.term.has(self._shown[f])]
        written.found.sort(key=self._order.__getitem__)
        counts: Counter[str] = Counter()
        for facet in written.found:
            counts[self._shown[facet]] += self._matched[facet]
        return [value for value, _ in counts.most_common(MAX_VARIANTS)]

    def _count(self, facet: Facet, value: str, matched: bool) -> None:
        label = self._labels[facet[0]]
        label.pages += 1
        if facet not in self._shown:
            self._shown[facet] = value
            label.values += 1
        if matched:
            self._others.remove(facet)
            self._order.setdefault(facet, len(self._order))
            if self._matched.add(facet) == MIN_REPEATS:
                self._repeated.append(facet)
        elif facet not in self._matched:
            self._others.add(facet)

    def _classifying(self) -> set[str]:
        return {name for name, label in self._labels.items() if label.classifies}

    def _chosen(
        self, ranked: Iterator[tuple[Facet, float]], limit: int, used: set[str]
    ) -> list[tuple[str, str, float]]:
        """The first `limit` whose value is not among `used` and did not come before."""
        chosen: list[tuple[str, str, float]] = []
        for facet, share in ranked:
            if facet[1] not in used:
                used.add(facet[1])
                chosen.append((facet[0], self._shown[facet], share))
                if len(chosen) >= limit:
                    break
        return chosen


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


Facet = tuple[str, str]
"""(label, value), both folded."""


@dataclass(slots=True)
class FacetRanking:
    """Counts of facets. `_at`: those of one count together, by label."""

    _counts: dict[Facet, int] = field(default_factory=dict)
    _at: dict[int, dict[str, dict[str, None]]] = field(default_factory=dict)

    def __contains__(self, facet: Facet) -> bool:
        return facet in self._counts

    def __getitem__(self, facet: Facet) -> int:
        return self._counts[facet]

    def add(self, facet: Facet) -> int:
        """It was seen once more; how often by now."""
        count = self._counts.get(facet, 0)
        if count:
            self._leave(facet, count)
        self._counts[facet] = count + 1
        label, value = facet
        self._at.setdefault(count + 1, {}).setdefault(label, {})[value] = None
        return count + 1

    def remove(self, facet: Facet) -> None:
        """Forget it."""
        count = self._counts.pop(facet, 0)
        if count:
            self._leave(facet, count)

    def best(
        self, labels: set[str], most: int, low: float = 1, high: float = math.inf
    ) -> Iterator[tuple[Facet, int]]:
        """The facets of `labels` seen `low` to `high` times, with their counts, the most common
        first and equals by name. Of equals only the first `most` labels, and of each label the
        first `most` values, so that a million seen once cost little."""
        for count in sorted((n for n in self._at if low <= n <= high), reverse=True):
            here = self._at[count]
            for label in _first(most, labels & here.keys()):
                for value in _first(most, here[label]):
                    yield (label, value), count

    def _leave(self, facet: Facet, count: int) -> None:
        label, value = facet
        labels = self._at[count]
        del labels[label][value]
        if not labels[label]:
            del labels[label]
        if not labels:
            del self._at[count]


def _first(most: int, names: Iterable[str]) -> list[str]:
    return nsmallest(most, names)
