"""Entities with the same name on one site, by the addresses above and below them.

A thousand documents of a folder may be called 'Invoice'. So where there are many, they are found by
the parts of their addresses, and not by going through all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import islice

from netnew.engine.resolution.entity import Entity
from netnew.engine.url_identity import home_address

Place = tuple[str, str]
"""(registered domain, name key)."""
# Up to so many it is quicker to go through them.
FEW = 16


@dataclass(slots=True)
class _Many:
    """The many entities of one place, numbered as they came. `at`: who has this home address;
    `below`: who has one below it; the first one first. `noted`: how many addresses of each."""

    entities: list[Entity] = field(default_factory=list)
    noted: dict[int, int] = field(default_factory=dict)
    at: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    below: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, entity: Entity) -> None:
        if entity.ordinal not in self.noted:
            self.noted[entity.ordinal] = 0
            self.entities.append(entity)
            self.note(len(self.entities) - 1)

    def note(self, number: int) -> None:
        """The entity may have further addresses by now; none is ever taken away."""
        entity = self.entities[number]
        for address in islice(entity.addresses, self.noted[entity.ordinal], None):
            home = home_address(address)
            heappush(self.at[home.rstrip("/")], number)
            for above in _above(home):
                heappush(self.below[above], number)
        self.noted[entity.ordinal] = len(entity.addresses)

    def first(self, home: str) -> Entity | None:
        found = [self._first_of(self.at, above) for above in _above(home)]
        found.append(self._first_of(self.below, home.rstrip("/")))
        number = min((n for n in found if n is not None), default=None)
        return None if number is None else self.entities[number]

    def _first_of(self, homes: dict[str, list[int]], home: str) -> int | None:
        numbers = homes.get(home, [])
        while numbers and self.entities[numbers[0]].merged_into is not None:
            heappop(numbers)
        return numbers[0] if numbers else None


@dataclass(slots=True)
class SameSiteIndex:
    """All entities that have a name and a site."""

    _few: dict[Place, list[Entity]] = field(default_factory=dict)
    _many: dict[Place, _Many] = field(default_factory=dict)
    _where: dict[int, list[tuple[_Many, int]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, place: Place, entity: Entity) -> None:
        """`entity` has this name on this site."""
        if place in self._many:
            self._add_to(self._many[place], entity)
            return
        few = self._few.setdefault(place, [])
        if entity not in few:
            few.append(entity)
        if len(few) > FEW:
            many = self._many[place] = _Many()
            for one in self._few.pop(place):
                self._add_to(many, one)

    def note(self, entity: Entity) -> None:
        """`entity` may have further addresses."""
        for many, number in self._where.get(entity.ordinal, ()):
            many.note(number)

    def first(self, place: Place, home: str) -> Entity | None:
        """The first that came to `place`, lives on and has a home address above or below `home`."""
        if place in self._many:
            return self._many[place].first(home)
        for entity in self._few.get(place, ()):
            if entity.merged_into is None and any(
                _is_above(there, home) or _is_above(home, there)
                for there in map(home_address, entity.addresses)
            ):
                return entity
        return None

    def _add_to(self, many: _Many, entity: Entity) -> None:
        before = len(many.entities)
        many.add(entity)
        if len(many.entities) > before:
            self._where[entity.ordinal].append((many, before))


def _is_above(short: str, long: str) -> bool:
    return long.startswith(short.rstrip("/") + "/")


def _above(home: str) -> Iterator[str]:
    """What `home` lies below: 'a.com/x/y' below 'a.com' and 'a.com/x'."""
    at = home.find("/")
    while at >= 0:
        yield home[:at].rstrip("/")
        at = home.find("/", at + 1)
