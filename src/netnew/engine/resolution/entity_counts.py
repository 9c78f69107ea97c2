"""Counts of a run's entities by status, updated with each change instead of recounted.

Entities report each change themselves. So what a run needs after every candidate (counts,
matches, estimate, entities to judge again) costs the same for the last as for the first."""

from __future__ import annotations

from dataclasses import dataclass, field

from netnew.domain.candidate import MatchStatus
from netnew.domain.ids import CandidateId
from netnew.domain.run import Counts, Estimate
from netnew.engine.estimation.discovery_curve import DiscoveryCurve
from netnew.engine.estimation.estimate import Sightings, estimated
from netnew.engine.estimation.undecided import DecisionCounts
from netnew.engine.resolution.entity import Entity

MAY_MATCH = (MatchStatus.MATCHED, MatchStatus.UNCLEAR)


@dataclass(slots=True)
class DirtyQueue:
    """Entities changed since they were last taken, each once."""

    _waiting: dict[int, Entity] = field(default_factory=dict)

    def put(self, entity: Entity) -> None:
        self._waiting[entity.ordinal] = entity

    def take(self) -> list[Entity]:
        """Take all of them, in the order found."""
        taken = [self._waiting[ordinal] for ordinal in sorted(self._waiting)]
        self._waiting.clear()
        return taken


@dataclass(slots=True)
class EntityCounts:
    """What the entities told of themselves.

    `matched`: those that match now, by id, in the order they came to match. `sightings`: by what
    those were sighted. `curve`: how many there were after each round. Each queue has one reader.
    `changed`, `for_facets`, `for_urls`: more is known of them, or they were judged. `for_pairs`:
    the same of those that match or could. `gone`: they were merged into others or discarded.
    """

    matched: dict[CandidateId, Entity] = field(default_factory=dict)
    sightings: Sightings = field(default_factory=Sightings)
    curve: DiscoveryCurve = field(default_factory=DiscoveryCurve)
    changed: DirtyQueue = field(default_factory=DirtyQueue)
    for_facets: DirtyQueue = field(default_factory=DirtyQueue)
    for_urls: DirtyQueue = field(default_factory=DirtyQueue)
    for_pairs: DirtyQueue = field(default_factory=DirtyQueue)
    gone: DirtyQueue = field(default_factory=DirtyQueue)
    _living: dict[MatchStatus, int] = field(default_factory=lambda: dict.fromkeys(MatchStatus, 0))
    _met: int = 0
    _ever_matched: list[Entity] = field(default_factory=list)

    def counts(self, excluded: int = 0) -> Counts:
        """The counts of all entities met; `excluded` more were turned away before they became one.
        Those merged into others are discarded."""
        by = self._living
        living = sum(by.values()) - by[MatchStatus.DISCARDED]
        return Counts(
            generated=living,
            matched=by[MatchStatus.MATCHED],
            unmatched=by[MatchStatus.UNMATCHED],
            unclear=by[MatchStatus.UNCLEAR],
            discarded=self._met - living + excluded,
        )

    @property
    def unjudged(self) -> int:
        """How many were found and not yet judged."""
        return self._living[MatchStatus.GENERATED]

    @property
    def mark(self) -> int:
        """Stands for now, to be given to `matched_since` later."""
        return len(self._ever_matched)

    def matched_since(self, mark: int) -> list[Entity]:
        """Those that came to match after `mark` and still do."""
        return [e for e in self._ever_matched[mark:] if e.id in self.matched]

    def end_round(self, leads: float) -> None:
        """A round that followed `leads` leads is judged."""
        self.curve.add(leads, len(self.matched))

    def estimate(self, walked: bool = False, open_own_words: int | None = None) -> Estimate | None:
        """How many matches there probably are (`estimated`), None before the first."""
        by = self._living
        standing = DecisionCounts(
            by[MatchStatus.MATCHED],
            by[MatchStatus.UNMATCHED],
            by[MatchStatus.UNCLEAR],
            by[MatchStatus.GENERATED],
        )
        return estimated(self.sightings, self.curve, standing, walked, open_own_words)

    # ------------------------------------------------------------------- what entities tell

    def add(self, entity: Entity) -> None:
        self._met += 1
        self._living[entity.status] += 1
        self.touch(entity)

    def touch(self, entity: Entity) -> None:
        """More is known of it than before, or it stands elsewhere."""
        self.changed.put(entity)
        self.for_facets.put(entity)
        self.for_urls.put(entity)
        if entity.status in MAY_MATCH:
            self.for_pairs.put(entity)

    def move(self, entity: Entity, before: MatchStatus) -> None:
        """It stood at `before`, and stands elsewhere now."""
        self._living[before] -= 1
        self._living[entity.status] += 1
        if before is MatchStatus.MATCHED:
            self._lose(entity)
        if entity.status is MatchStatus.MATCHED:
            self.matched[entity.id] = entity
            self._ever_matched.append(entity)
            self.sightings.add(entity.units)
        if entity.status is MatchStatus.DISCARDED:
            self.gone.put(entity)
        self.touch(entity)

    def merge(self, entity: Entity) -> None:
        """It became part of another, and counts no more."""
        self._living[entity.status] -= 1
        if entity.status is MatchStatus.MATCHED:
            self._lose(entity)
        self.gone.put(entity)

    def sight(self, entity: Entity, unit: str) -> None:
        """`unit` is about to become one more of its units."""
        if entity.id in self.matched:
            self.sightings.again(entity.units, unit)

    def _lose(self, entity: Entity) -> None:
        del self.matched[entity.id]
        self.sightings.remove(entity.units)
