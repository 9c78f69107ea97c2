"""Belief about a number that nobody can count: how many matches are still unseen.

A belief is a weight for each of some whole numbers, close together where they are small. Two
beliefs about the same number are pooled by their mean (the linear opinion pool): where the
estimators disagree, the interval spans both.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

# Numbers up to here stand each for itself; beyond, about so many more stand for their neighbours.
EXACT = 30
COARSE = 40
# Nobody believes in more than so many times what was seen, and this.
MOST_TIMES = 10
MOST_MORE = 20


@dataclass(frozen=True, slots=True)
class Unseen:
    """Weights, adding up to 1, of the numbers in `counts` (rising, from 0)."""

    counts: tuple[int, ...]
    weights: tuple[float, ...]

    def quantile(self, part: float) -> int:
        """The smallest number with at least `part` of the weight up to it."""
        total = 0.0
        for count, weight in zip(self.counts, self.weights, strict=True):
            total += weight
            if total >= part - 1e-12:
                return count
        return self.counts[-1]

    def pooled(self, other: Unseen) -> Unseen:
        """What one believes who trusts both alike; both about the same numbers."""
        assert self.counts == other.counts
        both = zip(self.weights, other.weights, strict=True)
        return Unseen(self.counts, tuple((a + b) / 2 for a, b in both))


def numbers(seen: int) -> tuple[int, ...]:
    """The numbers unseen that are thought of when `seen` were seen."""
    top = MOST_TIMES * seen + MOST_MORE
    coarse = (round(EXACT * (top / EXACT) ** (i / COARSE)) for i in range(COARSE + 1))
    return tuple(sorted({*range(min(EXACT, top)), *coarse} if top > EXACT else set(range(top + 1))))


def believed(counts: tuple[int, ...], log_density: Callable[[int], float]) -> Unseen:
    """The belief of that density (any multiple of it, as a logarithm) at each number."""
    logs = [log_density(n) + math.log(w) for n, w in zip(counts, _widths(counts), strict=True)]
    top = max(logs)
    weights = [math.exp(x - top) for x in logs]
    total = math.fsum(weights)
    return Unseen(counts, tuple(w / total for w in weights))


def _widths(counts: tuple[int, ...]) -> Iterator[int]:
    """How many numbers each one stands for."""
    for before, after in pairwise(counts):
        yield after - before
    yield max(1, counts[-1] - counts[-2]) if len(counts) > 1 else 1
