"""Matches among undecided candidates: the unclear ones and those not judged.

Candidates that were not judged are taken to match as often as the judged ones, give or take what a
few of them would show. Unclear ones are no random sample: what made them unclear may have to do
with whether they match. So their rate is known as little as if a single one of them had been
checked, and any of them may match, up to all.
"""

from __future__ import annotations

from dataclasses import dataclass

from netnew.engine.estimation.distribution import Distribution, beta_binomial

# The rate of those not judged is known no better than by checking so many of them: the order in
# which candidates are judged is not random either.
MAX_CHECKED = 8.0


@dataclass(frozen=True, slots=True)
class DecisionCounts:
    """How many candidates of a run are decided, and how."""

    matched: int = 0
    unmatched: int = 0
    unclear: int = 0
    not_judged: int = 0

    @property
    def undecided(self) -> int:
        """The number of undecided candidates."""
        return self.unclear + self.not_judged

    @property
    def pass_rate(self) -> float:
        """The share of the decided candidates that match; one half before any is decided."""
        return (self.matched + 0.5) / (self.matched + self.unmatched + 1)

    def matches_not_judged(self) -> Distribution:
        """The number of unjudged candidates that match."""
        known = min(MAX_CHECKED, self.matched + self.unmatched + 1.0)
        rate = self.pass_rate
        return beta_binomial(self.not_judged, rate * known, (1 - rate) * known)

    def matches_unclear(self) -> Distribution:
        """The number of unclear candidates that match."""
        return beta_binomial(self.unclear, self.pass_rate, 1 - self.pass_rate)
