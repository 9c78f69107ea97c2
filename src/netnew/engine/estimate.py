"""How many matches exist that the run can tell: seen and unseen, right and wrong.

Unseen ones are believed in as Chao2 over the query families says, and as the discovery curve says,
each with half of the weight. A walk of a list sees everything on it once, so that it cannot tell
what it missed: it is a class of its own, no sampling unit, and what lists alone showed is counted
as it is. Gap-directed queries are a unit for each label they split by. On the other side, a few of
those matched may be wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from netnew.domain.run import Estimate
from netnew.engine.chao import Incidence
from netnew.engine.curve import Curve
from netnew.engine.interval import wrong_at_most
from netnew.engine.unseen import numbers

METHOD = "chao2+curve"
# The nominal 80 % interval leaves a tenth out at each end.
TENTH = 0.1
LIST = "list:"


@dataclass(slots=True)
class Sightings:
    """How often matches were sighted, kept one by one: an estimate costs the same for any number.

    `_matches`: how many matches so many units sighted, walks of lists apart. `_units`: how many
    each unit sighted. `_listed`: how many some list showed, and no unit.
    """

    _matches: Counter[int] = field(default_factory=Counter)
    _units: Counter[str] = field(default_factory=Counter)
    _total: int = 0
    _listed: int = 0

    def add(self, units: Collection[str]) -> None:
        """One more match, sighted by `units`."""
        self._put(units, 1)

    def again(self, units: Collection[str], unit: str) -> None:
        """A match that `units` had sighted was sighted by `unit` too, which is none of them."""
        self._put(units, -1)
        self._put({*units, unit}, 1)

    def remove(self, units: Collection[str]) -> None:
        """A match that `units` sighted is none any more."""
        self._put(units, -1)

    @property
    def seen(self) -> int:
        """How many matches were sighted at all."""
        return self._matches.total() - self._matches[0] + self._listed

    def incidence(self) -> Incidence:
        """What the units other than lists saw."""
        seen = self._matches.total() - self._matches[0]
        return Incidence(
            seen,
            self._matches[1],
            self._matches[2],
            self._total,
            sum(map(bool, self._units.values())),
        )

    def _put(self, units: Collection[str], times: int) -> None:
        asked = [u for u in units if not u.startswith(LIST)]
        if not asked and units:
            self._listed += times
            return
        self._matches[len(asked)] += times
        self._total += times * len(asked)
        for unit in asked:
            self._units[unit] += times
            if not self._units[unit]:
                del self._units[unit]


def estimated(sightings: Sightings, curve: Curve, walked: bool = False) -> Estimate | None:
    """The estimate, None where nothing matched that was sighted.

    `walked`: every source gives a list that was walked to its end, so that nothing is unseen.
    """
    seen, sampled = sightings.seen, sightings.incidence()
    if not seen:
        return None
    low = seen - wrong_at_most(seen, 1 - TENTH)
    if walked:
        return Estimate(float(seen), float(low), float(seen), 1.0, "list")
    counts = numbers(seen)
    unseen = curve.belief(counts, seen)
    if sampled.seen or unseen is None:
        by_units = (
            sampled.belief(counts) if sampled.seen else Incidence(seen, 0, 0, 0, 1).belief(counts)
        )
        unseen = by_units if unseen is None else unseen.pooled(by_units)
    return Estimate(
        matches=float(seen + unseen.quantile(0.5)),
        low=float(low + unseen.quantile(TENTH)),
        high=float(seen + unseen.quantile(1 - TENTH)),
        coverage=sampled.coverage if sampled.seen else 0.0,
        method=METHOD,
    )


def estimate(
    sightings: Mapping[str, Collection[str]], curve: Curve | None = None
) -> Estimate | None:
    """The estimate from `sightings`: match → the units that sighted it; None without any match."""
    kept = Sightings()
    for units in sightings.values():
        kept.add(units)
    return estimated(kept, curve or Curve())
