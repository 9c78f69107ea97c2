"""How often each labelled value was seen, the most common at hand without sorting them all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import nsmallest

Facet = tuple[str, str]
"""(label, value), both folded."""


@dataclass(slots=True)
class Ranking:
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
