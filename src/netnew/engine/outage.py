"""When the judge cannot be asked: candidates are put off, and a run whose judge stays away ends."""

from __future__ import annotations

from dataclasses import dataclass

from netnew.domain.errors import ModelUnavailable
from netnew.engine.entity import Entity

# Each of these calls was tried several times already.
MOST_IN_A_ROW = 12
# A candidate that it fails on so often is left unjudged; it may be its pages that are too much.
MOST_OF_ONE = 3


@dataclass(slots=True)
class Outage:
    """Counts calls of the judge that failed in a row."""

    in_a_row: int = 0
    last: str = ""

    @property
    def is_out(self) -> bool:
        return self.in_a_row >= MOST_IN_A_ROW

    @property
    def problem(self) -> str:
        """Why the run cannot go on; '' where it can."""
        return f"the judge cannot be asked: {self.last}" if self.is_out else ""

    def failed(self, error: ModelUnavailable) -> None:
        self.in_a_row += 1
        self.last = str(error)

    def answered(self) -> None:
        self.in_a_row = 0

    def put_off(self, entity: Entity, error: ModelUnavailable) -> None:
        """The judge could not be asked about `entity`: it comes again with the next round, unless
        that was tried too often."""
        self.failed(error)
        entity.put_off += 1
        entity.changed = entity.put_off < MOST_OF_ONE
