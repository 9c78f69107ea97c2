"""When the judge cannot be asked: candidates are put off, and a run whose judge stays away ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from netnew.domain.candidate import MatchStatus
from netnew.domain.errors import ModelUnavailable
from netnew.engine.resolution.entity import Entity

# Each of these calls was tried several times already.
MAX_IN_A_ROW = 12
# So many failed calls are too many, where they are also more than those that were answered.
MAX_IN_ALL = 60
# A candidate that it fails on so often is left unjudged; it may be its pages that are too much.
MAX_OF_ONE = 3


@dataclass(slots=True)
class JudgeCircuitBreaker:
    """Counts calls of the judge that failed, in a row and in all."""

    in_a_row: int = 0
    failures: int = 0
    answers: int = 0
    last: str = ""
    _has_answered: bool = False
    _failed_on: set[str] = field(default_factory=set)

    @property
    def is_out(self) -> bool:
        is_flapping = self.failures >= MAX_IN_ALL and self.failures > self.answers
        return self.in_a_row >= MAX_IN_A_ROW or is_flapping

    @property
    def problem(self) -> str:
        """Why the run cannot go on; '' where it can."""
        return self._told if self.is_out else ""

    @property
    def problem_at_the_end(self) -> str:
        """Why a run that has nothing else to do is not done: the judge failed last, and not on one
        candidate alone. '' where it is done."""
        is_away = self.in_a_row > 0 and (len(self._failed_on) > 1 or not self._has_answered)
        return self._told if is_away else ""

    def failed(self, error: ModelUnavailable, entity: Entity | None = None) -> None:
        """A call failed; `entity`: where it was to judge it anew."""
        self.in_a_row += 1
        self.failures += 1
        self.last = str(error)
        if entity is not None:
            self._failed_on.add(entity.id)

    def answered(self) -> None:
        self.in_a_row = 0
        self.answers += 1
        self._has_answered = True
        self._failed_on.clear()

    def put_off(self, entity: Entity, error: ModelUnavailable) -> None:
        """The judge could not be asked about `entity`: it comes again with the next round, unless
        that was tried too often."""
        self.failed(error, entity)
        entity.put_off += 1
        entity.changed = entity.put_off < MAX_OF_ONE

    def waits(self, entities: Iterable[Entity]) -> bool:
        """Whether some were put off and come again with the next round."""
        return any(_waits(e) for e in entities)

    @property
    def _told(self) -> str:
        return f"the judge cannot be asked: {self.last}"


def _waits(entity: Entity) -> bool:
    if entity.merged_into is not None or not 0 < entity.put_off < MAX_OF_ONE:
        return False
    return entity.changed and entity.status in (MatchStatus.GENERATED, MatchStatus.UNCLEAR)
