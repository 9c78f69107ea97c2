"""How many matches exist that the run can tell: seen and unseen, right and wrong.

Unseen ones are believed in as Chao2 over the query families says, and as the discovery curve says,
each with half of the weight. A walk of a list sees everything on it once, so that it cannot tell
what it missed: it is a class of its own, no sampling unit, and what lists alone showed is counted
as it is. Gap-directed queries are a unit for each label they split by. On the other side, a few of
those matched may be wrong.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from netnew.domain.run import Estimate, Range
from netnew.engine.chao import Incidence
from netnew.engine.curve import Curve
from netnew.engine.interval import wrong_at_most
from netnew.engine.unseen import numbers

METHOD = "chao2+curve"
# The nominal 80 % interval leaves a tenth out at each end.
TENTH = 0.1
LIST = "list:"
# Who was asked for by the name that a list gives: that walks the list too.
MENTION = "mention:"
# Marks who was met when the question was asked in its own words; a mark a query.
OWN_WORDS = "own:"


# z of the nominal 80 % interval.
Z_80 = 1.2815515594457
# The part of what some words find that other words for the same would not, or would besides.
TURNOVER = 0.15
# What a further page of a query brings that nothing brought before.
OPEN_PAGE = 0.2


@dataclass(slots=True)
class Sightings:
    """How often matches were sighted, kept one by one: an estimate costs the same for any number.

    `_matches`: how many matches so many units sighted, walks of lists apart. `_units`: how many
    each unit sighted. `_listed`: how many some list showed, and no unit. `_own`: how many so many
    of the question's own words and of the lists showed.
    """

    _matches: Counter[int] = field(default_factory=Counter)
    _units: Counter[str] = field(default_factory=Counter)
    _total: int = 0
    _listed: int = 0
    _own: Counter[int] = field(default_factory=Counter)

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

    def own_words(self, open_pages: int) -> Range:
        """How many the question's own words reach, and lists: `open_pages` are yet to be asked for.

        Asked with other words, of what a single one showed another would come in its place, and of
        the whole so many more or less as search engines order them otherwise.
        """
        shown = self._own.total() - self._own[0]
        turn = Z_80 * math.hypot(math.sqrt(self._own[1]), TURNOVER * shown)
        low, high = round(shown - turn), round(shown + turn + OPEN_PAGE * open_pages)
        return Range(float(shown), float(max(0, low)), float(high))

    def _put(self, units: Collection[str], times: int) -> None:
        self._own[sum(u.startswith((LIST, MENTION, OWN_WORDS)) for u in units)] += times
        asked = [u for u in units if not u.startswith((LIST, MENTION, OWN_WORDS))]
        if not asked and units:
            self._listed += times
            return
        self._matches[len(asked)] += times
        self._total += times * len(asked)
        for unit in asked:
            self._units[unit] += times
            if not self._units[unit]:
                del self._units[unit]


def estimated(
    sightings: Sightings, curve: Curve, walked: bool = False, open_own_words: int | None = None
) -> Estimate | None:
    """The estimate, None where nothing matched that was sighted.

    `walked`: every source gives a list that was walked to its end, so that nothing is unseen.
    `open_own_words`: how many queries in the question's own words have a further page; None where
    nothing is asked in words.
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
        own_words=None if open_own_words is None else sightings.own_words(open_own_words),
    )


def estimate(
    sightings: Mapping[str, Collection[str]], curve: Curve | None = None
) -> Estimate | None:
    """The estimate from `sightings`: match → the units that sighted it; None without any match."""
    kept = Sightings()
    for units in sightings.values():
        kept.add(units)
    return estimated(kept, curve or Curve())
