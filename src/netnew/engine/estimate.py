"""How many matches probably exist, seen and unseen.

Each query family that can sight a match is a sampling unit; a match's incidence is the number of
units that sighted it. Chao2 (Chao 1987, Colwell & Chao 2017) extrapolates from those sighted once
and twice; it is a lower bound where units are alike, and the interval says so. Good–Turing's
coverage is the share of sightings that were of something seen before.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from netnew.domain.run import Estimate

# z of the nominal 80 % interval.
Z_80 = 1.2815515594457


@dataclass(slots=True)
class Sightings:
    """How often matches were sighted, kept one by one: an estimate costs the same for any number.

    `_matches`: how many matches so many units sighted. `_units`: how many each unit sighted.
    """

    _matches: Counter[int] = field(default_factory=Counter)
    _units: Counter[str] = field(default_factory=Counter)
    _total: int = 0

    def add(self, units: Collection[str]) -> None:
        """One more match, sighted by `units`."""
        self._matches[len(units)] += 1
        self._units.update(units)
        self._total += len(units)

    def again(self, so_far: int, unit: str) -> None:
        """A match that `so_far` units had sighted was sighted by `unit` too."""
        self._matches[so_far] -= 1
        self._matches[so_far + 1] += 1
        self._units[unit] += 1
        self._total += 1

    def remove(self, units: Collection[str]) -> None:
        """A match that `units` sighted is none any more."""
        self._matches[len(units)] -= 1
        self._total -= len(units)
        for unit in units:
            self._units[unit] -= 1
            if not self._units[unit]:
                del self._units[unit]

    def estimate(self) -> Estimate | None:
        """Chao2 over the matches that some unit sighted. None without any.

        The interval is the log-normal one of Chao (1987): never below what was seen.
        """
        seen = self._matches.total() - self._matches[0]
        if not seen:
            return None
        return _chao2(seen, self._matches[1], self._matches[2], self._total, len(self._units))


def estimate(sightings: Mapping[str, Collection[str]]) -> Estimate | None:
    """Chao2 over `sightings`: match → the units that sighted it. None without any match."""
    kept = Sightings()
    for units in sightings.values():
        kept.add(units)
    return kept.estimate()


def _chao2(seen: int, once: int, twice: int, total: int, units: int) -> Estimate:
    coverage = 1.0 - once / total if total else 0.0
    if units < 2:
        # One unit cannot tell what it missed: all that is known is 'at least these'.
        return Estimate(float(seen), float(seen), float(seen) * 2, coverage)
    shrink = (units - 1) / units
    unseen = shrink * once * (once - 1) / (2 * (twice + 1))
    variance = _variance(shrink, once, twice, unseen)
    # Nothing seen only once still leaves room for what no unit could see: with 80 % confidence at
    # most ln(5)/sightings of the mass.
    margin = math.ceil(seen * math.log(5) / total)
    if unseen <= 0:
        high = seen + max(margin, math.ceil(Z_80 * math.sqrt(variance)))
        return Estimate(float(seen), float(seen), float(high), coverage)
    spread = math.exp(Z_80 * math.sqrt(math.log1p(variance / unseen**2)))
    # Matches come whole, so the ends are rounded outwards.
    low, high = math.floor(seen + unseen / spread), math.ceil(seen + unseen * spread)
    return Estimate(seen + unseen, float(low), float(max(high, seen + margin)), coverage)


def _variance(shrink: float, once: int, twice: int, unseen: float) -> float:
    """The variance of the bias-corrected Chao2 (Colwell's EstimateS guide, equation 8): of the
    number unseen, hence of the whole."""
    if once == 0:
        return 0.0
    pairs = twice + 1
    return (
        unseen
        + shrink**2 * once * (2 * once - 1) ** 2 / (4 * pairs**2)
        + shrink**2 * once**2 * twice * (once - 1) ** 2 / (4 * pairs**4)
    )
