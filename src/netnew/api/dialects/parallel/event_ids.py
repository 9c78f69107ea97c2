"""Ids of events: 13 hex digits, a number of microseconds, in the order of the events.

The first is that of the run's making; each event of a run is a step of a millisecond further. So
an id says which event it is without being looked up, and any other of the same form has a place
among them. Between two events there is room for what is told with the later one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from netnew.domain.errors import InvalidInput

STEP = 1_000
_FORM = re.compile(r"^[0-9a-f]{13}$")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class EventPosition:
    """After event `seq`, and after `extra` of what is told with the next one."""

    seq: int = 0
    extra: int = 0


def id_of(made_at: datetime, place: EventPosition) -> str:
    """The id of what was told up to `place` in a run that was made then."""
    return f"{_first(made_at) + place.seq * STEP + place.extra:013x}"


def position_of(event_id: str, made_at: datetime, last_seq: int) -> EventPosition:
    """Where to go on after that id; at the beginning or the end where it is of another run. Raises
    InvalidInput for what has not the form of one."""
    if not _FORM.match(event_id.lower()):
        raise InvalidInput("last_event_id", f"{event_id!r} is none", "13 hex digits")
    seq, extra = divmod(int(event_id, 16) - _first(made_at), STEP)
    if seq < 0:
        return EventPosition()
    return EventPosition(seq, extra) if seq < last_seq else EventPosition(last_seq)


def _first(made_at: datetime) -> int:
    return (made_at - _EPOCH) // timedelta(microseconds=1)
