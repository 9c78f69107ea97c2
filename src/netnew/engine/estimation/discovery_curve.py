"""The discovery curve: the rate of new matches tells how many are left.

With every lead the matches left get fewer, and harder to find. Clench's curve (Soberón & Llorente
1993) says that x leads find the part x / (x + s) of them: what is found is the sum of an
exponential chance for each match, of different strength. All pairs (number of matches, s) are
weighed by how well they explain what each round brought; no point estimate enters the interval.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from netnew.engine.estimation.distribution import Distribution, from_density

# Scales tried, from a fraction of the first round's leads to many times all of them.
SCALES = 30
FINEST = 1 / 6
COARSEST = 8.0
# More rounds than this are taken two by two, so that a long run pays no more than a short one.
MAX_POINTS = 32


@dataclass(slots=True)
class DiscoveryCurve:
    """Leads followed in all, and matches known by then, after each round."""

    _leads: list[float] = field(default_factory=list)
    _matches: list[int] = field(default_factory=list)
    _begun_at: float = 0.0

    def begin(self) -> None:
        """What was spent so far was another budget's, and is no reason to stop under this one."""
        self._begun_at = self._leads[-1] if self._leads else 0.0

    def leads_per_match(self, window: float) -> float:
        """What a new match cost over the last `window` leads or a little more, in leads; infinite
        where none came, 0 where so many were not followed yet since `begin`."""
        if not self._leads:
            return 0.0
        now, known = self._leads[-1], self._matches[-1]
        for leads, matches in zip(reversed(self._leads), reversed(self._matches), strict=True):
            if leads < self._begun_at:
                break
            if now - leads >= window:
                return (now - leads) / (known - matches) if known > matches else math.inf
        return 0.0

    def add(self, leads: float, matches: int) -> None:
        """A round followed `leads` more (infinite: none was worth it); `matches` are known now."""
        if leads <= 0 or math.isinf(leads):
            return
        self._leads.append((self._leads[-1] if self._leads else 0.0) + leads)
        self._matches.append(matches)
        if len(self._leads) > MAX_POINTS:
            # The last one stays, since the next builds on it.
            self._leads, self._matches = self._leads[::-2][::-1], self._matches[::-2][::-1]

    def unseen_distribution(self, counts: tuple[int, ...], seen: int) -> Distribution | None:
        """What the curve says of the number unseen beyond `seen`; None before the first round."""
        if not self._leads or not seen:
            return None
        found = _fresh(self._matches, seen)
        ways = [self._way(s, found) for s in self._scales()]

        def log_density(count: int) -> float:
            logs = [fit + count * math.log(left) for fit, left in ways]
            top = max(logs)
            alike = math.log(math.fsum(math.exp(x - top) for x in logs))
            orders = math.lgamma(seen + count + 1) - math.lgamma(count + 1)
            return (
                orders + top + alike - math.log(seen + count)
            )  # no number is likelier by its size

        return from_density(counts, log_density)

    def _scales(self) -> list[float]:
        low = math.log(max(0.3, self._leads[0] * FINEST))
        high = math.log(self._leads[-1] * COARSEST + 10)
        return [math.exp(low + (high - low) * i / (SCALES - 1)) for i in range(SCALES)]

    def _way(self, scale: float, found: list[int]) -> tuple[float, float]:
        """How well this scale explains what the rounds brought (a log-likelihood), and the chance
        of a match to be unseen after all of them."""
        fit, before = 0.0, 1.0
        for leads, new in zip(self._leads, found, strict=True):
            after = scale / (leads + scale)
            fit += new * math.log(max(before - after, 1e-12))
            before = after
        return fit, before


def _fresh(matches: list[int], seen: int) -> list[int]:
    """The new matches of each round; those that are none any more are taken from the last, and
    those that came to match since count to it."""
    fresh, known = [], 0
    for total in matches[:-1]:
        total = max(known, min(total, seen))
        fresh.append(total - known)
        known = total
    return [*fresh, seen - known]
