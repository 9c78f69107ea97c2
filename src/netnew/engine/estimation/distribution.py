"""Distributions of unknown numbers: matches unseen, undecided or wrong.

A distribution is a weight for each of some whole numbers, close together where they are small. Two
distributions of the same number are pooled by their mean (the linear opinion pool): where the
estimators disagree, the interval spans both.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

# Numbers up to here stand each for itself; beyond, about so many more stand for their neighbours.
EXACT = 30
COARSE = 40
# No more unseen matches are considered than so many times what was seen, and this.
MAX_TIMES = 10
MAX_MORE = 20
# Beyond EXACT, sums and numbers of a beta-binomial are rounded up to steps of this ratio.
STEP = 1.05
# A beta-binomial over more than this is that over this many, scaled: the rate is what varies.
MAX_TRIALS = 500


@dataclass(frozen=True, slots=True)
class Distribution:
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

    def pooled(self, other: Distribution) -> Distribution:
        """The mean of two distributions over the same numbers."""
        assert self.counts == other.counts
        both = zip(self.weights, other.weights, strict=True)
        return Distribution(self.counts, tuple((a + b) / 2 for a, b in both))

    def plus(self, other: Distribution) -> Distribution:
        """The distribution of the sum of two independent numbers; large sums rise in steps."""
        if other.counts == NONE.counts:
            return self
        sums: defaultdict[int, float] = defaultdict(float)
        for count, weight in zip(self.counts, self.weights, strict=True):
            for more, also in zip(other.counts, other.weights, strict=True):
                sums[_step_above(count + more)] += weight * also
        return _of(sums)


NONE = Distribution((0,), (1.0,))


def numbers(seen: int) -> tuple[int, ...]:
    """The numbers unseen that are considered when `seen` were seen."""
    top = MAX_TIMES * seen + MAX_MORE
    coarse = (round(EXACT * (top / EXACT) ** (i / COARSE)) for i in range(COARSE + 1))
    return tuple(sorted({*range(min(EXACT, top)), *coarse} if top > EXACT else set(range(top + 1))))


def from_density(counts: tuple[int, ...], log_density: Callable[[int], float]) -> Distribution:
    """The distribution with that density (any multiple of it, as a logarithm) at each number."""
    logs = [log_density(n) + math.log(w) for n, w in zip(counts, _widths(counts), strict=True)]
    top = max(logs)
    weights = [math.exp(x - top) for x in logs]
    total = math.fsum(weights)
    return Distribution(counts, tuple(w / total for w in weights))


def beta_binomial(trials: int, alpha: float, beta: float) -> Distribution:
    """The number of successes in `trials` that share a rate drawn from Beta(alpha, beta).

    Large numbers are rounded up to fixed steps, so that a further trial never makes any quantile
    smaller.
    """
    if trials <= 0:
        return NONE
    drawn = min(trials, MAX_TRIALS)
    logs = [_log_chance(k, drawn, alpha, beta) for k in range(drawn + 1)]
    chances: defaultdict[int, float] = defaultdict(float)
    for successes, log in enumerate(logs):
        count = successes if drawn == trials else math.ceil(successes * trials / drawn)
        chances[min(trials, _step_above(count))] += math.exp(log)
    return _of(chances)


def _log_chance(successes: int, trials: int, alpha: float, beta: float) -> float:
    failures = trials - successes
    ways = math.lgamma(trials + 1) - math.lgamma(successes + 1) - math.lgamma(failures + 1)
    return ways + _log_beta(successes + alpha, failures + beta) - _log_beta(alpha, beta)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _step_above(count: int) -> int:
    """`count`, or the next of the fixed steps where it is large."""
    if count <= EXACT:
        return count
    return math.ceil(EXACT * STEP ** math.ceil(math.log(count / EXACT, STEP) - 1e-9))


def _of(chances: Mapping[int, float]) -> Distribution:
    counts = tuple(sorted(chances))
    return Distribution(counts, tuple(chances[n] for n in counts))


def _widths(counts: tuple[int, ...]) -> Iterator[int]:
    """How many numbers each one stands for."""
    for before, after in pairwise(counts):
        yield after - before
    yield max(1, counts[-1] - counts[-2]) if len(counts) > 1 else 1
