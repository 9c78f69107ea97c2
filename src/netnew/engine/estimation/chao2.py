"""Chao2: what was sighted once and twice tells how much was never sighted.

Each query family is a sampling unit; a match's incidence is the number of units that sighted it
(Chao 1987, Colwell & Chao 2017). A lower bound where matches are not alike easy to sight.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from netnew.engine.estimation.distribution import Distribution, from_density

# The variance of a logarithm never counts as less: the estimator is no better than its assumptions.
MIN_VARIANCE = 0.05


@dataclass(frozen=True, slots=True)
class Incidence:
    """`seen` matches were sighted by `units` units, `total` times in all; `once` and `twice` of
    them by one and by two."""

    seen: int
    once: int
    twice: int
    total: int
    units: int

    @property
    def coverage(self) -> float:
        """Good–Turing's share of the sightings that were of something sighted by others too."""
        return 1.0 - self.once / self.total if self.total else 0.0

    def unseen(self) -> tuple[float, float]:
        """The bias-corrected number unseen, and its variance (EstimateS guide, equation 8)."""
        if self.units < 2:
            # One unit cannot tell what it missed: as many again, give or take as many.
            return float(self.seen), float(self.seen) ** 2
        shrink, pairs = (self.units - 1) / self.units, self.twice + 1
        number = shrink * self.once * (self.once - 1) / (2 * pairs)
        if self.once == 0:
            return 0.0, 0.0
        variance = (
            number
            + shrink**2 * self.once * (2 * self.once - 1) ** 2 / (4 * pairs**2)
            + shrink**2 * self.once**2 * self.twice * (self.once - 1) ** 2 / (4 * pairs**4)
        )
        return number, variance

    def unseen_distribution(self, counts: tuple[int, ...]) -> Distribution:
        """The log-normal one of Chao (1987); where nothing was sighted once alone, a geometric one,
        since what no unit could see has at most ln(5)/sightings of the mass, with 80 %."""
        number, variance = self.unseen()
        if number <= 0.5:
            margin = self.seen * math.log(5) / self.total if self.total else 1.0
            slope = math.log(10) / (1 + max(0.5, margin))
            return from_density(counts, lambda n: -slope * n)
        spread = math.log1p(variance / number**2) + MIN_VARIANCE
        middle = math.log(number) - spread / 2

        def log_density(count: int) -> float:
            x = math.log(max(count, 0.5))
            return -((x - middle) ** 2) / (2 * spread) - x

        return from_density(counts, log_density)
