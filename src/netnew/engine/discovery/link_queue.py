"""A queue of links, ranked by what their lists have brought so far."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush, nsmallest
from itertools import count


@dataclass(frozen=True, slots=True)
class PageLead:
    """A page that a list links to. `worth` is what its list promises an item, 0..1. `place` tells
    which of two equals came first."""

    url: str
    unit: str
    worth: float
    place: int = 0


@dataclass(slots=True)
class HitRate:
    """How often a list's links led to matches."""

    followed: int = 0
    matched: int = 0

    def rate(self, prior: float, weight: float = 4.0) -> float:
        return (self.matched + prior * weight) / (self.followed + weight)


@dataclass(slots=True)
class _Unit:
    """The links of one list, the worthiest first; among them those that were taken elsewhere."""

    links: list[tuple[float, int, str, PageLead]] = field(default_factory=list)
    given: HitRate = field(default_factory=HitRate)
    version: int = 0


# The promise of a list's best link (less than zero, for the heap), that link's place, the list, and
# the version of the list that this was true of.
_Rank = tuple[float, int, str, int]
_MAX_OVERTAKEN = 1000


@dataclass(slots=True)
class LinkQueue:
    """Open links by what they promise: what their list gave so far, and their own worth.

    All links of a list rise and fall together, so that their order within it stays. Hence a heap
    for each list, and one of the lists by the best link of each; what was overtaken is skipped.
    """

    _open: dict[str, PageLead] = field(default_factory=dict)
    _units: dict[str, _Unit] = field(default_factory=lambda: defaultdict(_Unit))
    _best: list[_Rank] = field(default_factory=list)
    _came: count[int] = field(default_factory=count)

    def __len__(self) -> int:
        return len(self._open)

    def add(self, address: str, url: str, unit: str, worth: float) -> None:
        """Open a link, or raise the worth of one; it keeps its place then."""
        known = self._open.get(address)
        if known is not None and worth <= known.worth:
            return
        lead = PageLead(url, unit, worth, known.place if known else next(self._came))
        self._open[address] = lead
        heappush(self._units[unit].links, (-worth, lead.place, address, lead))
        self._rank(unit)

    def drop(self, address: str) -> None:
        self._open.pop(address, None)

    def learn(self, unit: str, matched: bool) -> None:
        given = self._units[unit].given
        given.followed += 1
        given.matched += matched
        self._rank(unit)

    def take(self, least: float) -> PageLead | None:
        """The most promising link, if it promises at least so much."""
        while self._best:
            _, place, unit, version = self._best[0]
            mine = self._units[unit]
            if version != mine.version:
                heappop(self._best)
                continue
            lead = self._first(mine)
            if lead is None or lead.place != place:
                self._rank(unit)
                continue
            if mine.given.rate(lead.worth) < least:
                return None
            del self._open[heappop(mine.links)[2]]
            self._rank(unit)
            return lead
        return None

    def likely(self, most: int, least: float, min_worth: float) -> list[str]:
        """The addresses of the most promising links; none is taken."""
        ranked: list[tuple[float, int, str]] = []
        for unit in self._units.values():
            for _, place, address, lead in nsmallest(most, unit.links):
                promise = unit.given.rate(lead.worth)
                is_open = self._open.get(address) is lead
                if is_open and promise >= least and lead.worth >= min_worth:
                    ranked.append((-promise, place, lead.url))
        return [url for _, _, url in nsmallest(most, ranked)]

    def _first(self, unit: _Unit) -> PageLead | None:
        """The worthiest link of the list that is still open."""
        while unit.links:
            _, _, address, lead = unit.links[0]
            if self._open.get(address) is lead:
                return lead
            heappop(unit.links)
        return None

    def _rank(self, name: str) -> None:
        """Place the list by its best link as it is now."""
        unit = self._units[name]
        unit.version += 1
        lead = self._first(unit)
        if lead is not None:
            promise = unit.given.rate(lead.worth)
            heappush(self._best, (-promise, lead.place, name, unit.version))
        if len(self._best) > 2 * len(self._units) + _MAX_OVERTAKEN:
            self._best = [rank for rank in self._best if self._units[rank[2]].version == rank[3]]
            heapify(self._best)
