"""How many of the matches may be none: the other side of the interval."""

from __future__ import annotations

import math

# Before anything is known of it, a judge's match is wrong once in fifty (the judges measured so far
# err less; docs/explanation/quality.md). As sure as fifty checked matches would make one.
RIGHT, WRONG = 49.0, 1.0


def wrong_at_most(matched: int, part: float) -> int:
    """The number of wrong ones among `matched` that is exceeded with a chance of 1 - `part` at
    most: they are wrong alike or right alike (beta-binomial)."""
    total = 0.0
    for wrong in range(matched):
        total += math.exp(_log_chance(wrong, matched))
        if total >= part:
            return wrong
    return matched


def _log_chance(wrong: int, of: int) -> float:
    ways = math.lgamma(of + 1) - math.lgamma(wrong + 1) - math.lgamma(of - wrong + 1)
    return ways + _log_beta(wrong + WRONG, of - wrong + RIGHT) - _log_beta(WRONG, RIGHT)


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
