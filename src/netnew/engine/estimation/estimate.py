"""Estimates how many matches exist: found, undecided and unseen, right and wrong.

The total is a sum: the matches found that are right, those among the candidates without a decision
(`undecided`), and those that no query or list has shown.

Unseen ones are estimated as Chao2 over the query families says, and as the discovery curve says,
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
from netnew.engine.estimation.chao2 import Incidence
from netnew.engine.estimation.discovery_curve import DiscoveryCurve
from netnew.engine.estimation.distribution import NONE, Distribution, beta_binomial, numbers
from netnew.engine.estimation.undecided import DecisionCounts

METHOD = "chao2+curve"
# Nothing matched: only the candidates without a decision are counted.
UNDECIDED = "undecided"
# The nominal 80 % interval leaves a tenth out at each end.
TENTH = 0.1
LIST = "list:"
# Who was asked for by the name that a list gives: that walks the list too.
MENTION = "mention:"
# Marks who was met when the question was asked in its own words; a mark a query.
OWN_WORDS = "own:"
# Before anything is known of it, a judge's match is wrong once in fifty (the judges measured so far
# err less; docs/explanation/quality.md). As sure as fifty checked matches would make one.
RIGHT, WRONG = 49.0, 1.0
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
    sightings: Sightings,
    curve: DiscoveryCurve,
    standing: DecisionCounts | None = None,
    walked: bool = False,
    open_own_words: int | None = None,
) -> Estimate | None:
    """The estimate; None where nothing matched that was sighted and nothing is undecided.

    `standing`: where the candidates stand (None: all match). `walked`: every source gives a list
    that was walked to its end, so that nothing is unseen. `open_own_words`: how many queries in the
    question's own words have a further page; None where nothing is asked in words.
    """
    seen, sampled = sightings.seen, sightings.incidence()
    standing = standing or DecisionCounts()
    if not seen:
        return _without_matches(standing, walked)
    unseen = NONE if walked else _unseen(sightings, curve)
    not_judged = standing.matches_not_judged()
    total = unseen.plus(not_judged).plus(standing.matches_unclear())
    # Nothing makes it certain that none of the undecided ones matches.
    least = 1 if standing.undecided else 0
    # Sums are rounded up: no more match than there are undecided and unseen ones.
    most = unseen.quantile(1 - TENTH) + standing.undecided
    return Estimate(
        matches=float(seen + min(most, unseen.plus(not_judged).quantile(0.5))),
        low=float(seen - wrong_at_most(seen, 1 - TENTH) + unseen.quantile(TENTH)),
        high=float(seen + min(most, max(least, total.quantile(1 - TENTH)))),
        coverage=1.0 if walked else sampled.coverage if sampled.seen else 0.0,
        method="list" if walked else METHOD,
        own_words=None if open_own_words is None else sightings.own_words(open_own_words),
        unclear=standing.unclear,
        not_judged=standing.not_judged,
        decided_high=float(seen + unseen.quantile(1 - TENTH)),
    )


def _without_matches(standing: DecisionCounts, walked: bool) -> Estimate | None:
    """The estimate if nothing matched: how many of the undecided candidates may match. Without a
    match nothing tells how many no query has shown; they are left out. If nothing was rejected
    either, nothing tells how many of the others match: the middle is 0, what was found."""
    if standing.matched or not standing.undecided:
        return None
    not_judged = standing.matches_not_judged()
    total = not_judged.plus(standing.matches_unclear())
    return Estimate(
        matches=float(not_judged.quantile(0.5)) if standing.unmatched else 0.0,
        low=0.0,
        high=float(min(standing.undecided, max(1, total.quantile(1 - TENTH)))),
        coverage=1.0 if walked else 0.0,
        method=UNDECIDED,
        unclear=standing.unclear,
        not_judged=standing.not_judged,
        decided_high=0.0,
    )


def wrong_at_most(matched: int, part: float) -> int:
    """The number of wrong ones among `matched` that is exceeded with a chance of 1 - `part` at
    most: they are wrong alike or right alike."""
    return beta_binomial(matched, WRONG, RIGHT).quantile(part)


def _unseen(sightings: Sightings, curve: DiscoveryCurve) -> Distribution:
    """The number of matches that no query or list has shown."""
    seen, sampled = sightings.seen, sightings.incidence()
    counts = numbers(seen)
    by_rounds = curve.unseen_distribution(counts, seen)
    if by_rounds is not None and not sampled.seen:
        return by_rounds
    sampled = sampled if sampled.seen else Incidence(seen, 0, 0, 0, 1)
    by_units = sampled.unseen_distribution(counts)
    return by_units if by_rounds is None else by_rounds.pooled(by_units)


def estimate(
    sightings: Mapping[str, Collection[str]],
    curve: DiscoveryCurve | None = None,
    standing: DecisionCounts | None = None,
) -> Estimate | None:
    """The estimate from `sightings`: match → the units that sighted it; None without any match."""
    kept = Sightings()
    for units in sightings.values():
        kept.add(units)
    return estimated(kept, curve or DiscoveryCurve(), standing)
