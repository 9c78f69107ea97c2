"""What the events of a run are in Parallel's words, and what its counters were at each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from netnew.api.dialects.parallel import responses
from netnew.api.dialects.parallel.convert import match_state, metrics_of, status_view
from netnew.api.dialects.parallel.event_ids import STEP, EventPosition
from netnew.domain.candidate import MatchStatus
from netnew.domain.condition import MatchCondition
from netnew.domain.event import (
    CandidateDecided,
    CandidateDiscarded,
    CandidateEnriched,
    CandidateGenerated,
    Event,
    RunChanged,
    RunStatusChanged,
)
from netnew.domain.ids import CandidateId
from netnew.domain.run import RunStatus, TerminationReason

STATUS = "findall.status"
SCHEMA = "findall.schema.updated"


@dataclass(frozen=True, slots=True)
class VendorEvent:
    """An event as it is told. `seq`: the event of ours that says what it holds; `decided`: of
    `findall.candidate.enriched`, the one that says what was decided; `status`: of `findall.status`
    alone."""

    type: str
    place: EventPosition
    at: datetime
    seq: int
    status: responses.RunStatusView | None = None
    decided: int | None = None


@dataclass(slots=True)
class EventMapper:
    """Takes the events of a run from the first on.

    Of each candidate one decision is told. Who is unclear may still be decided otherwise, so that
    is told once the run ends, before its last status (of as many as have room there). `seq` and
    `at` are those of the last event taken.
    """

    conditions: Sequence[MatchCondition]
    seq: int = 0
    at: datetime | None = None
    status: RunStatus = RunStatus.QUEUED
    reason: TerminationReason | None = None
    _told: dict[CandidateId, responses.MatchState] = field(default_factory=dict)
    _of: Counter[responses.MatchState] = field(default_factory=Counter)
    _unclear: dict[CandidateId, int] = field(default_factory=dict)
    _fields: dict[CandidateId, int] = field(default_factory=dict)
    _decided_by: dict[CandidateId, int] = field(default_factory=dict)

    def take(self, event: Event) -> Iterator[VendorEvent]:
        """What is told of it, in order; to be read to its end."""
        self.seq, self.at = event.seq, event.at
        match event.body:
            case RunStatusChanged() as changed:
                yield from self._status(event, changed)
            case RunChanged():
                yield _told(SCHEMA, event)
            case CandidateGenerated(candidate_id=key):
                if key not in self._told:
                    yield self._stands(key, "generated", event)
            case CandidateDecided() as decided:
                yield from self._decided(event, decided)
            case CandidateDiscarded(candidate_id=key):
                self._unclear.pop(key, None)
                if self._told.get(key, "discarded") != "discarded":
                    yield self._stands(key, "discarded", event)
            case CandidateEnriched(candidate_id=key, values=values):
                # A row that is written again says the same again.
                is_new = self._fields.get(key) != len(values)
                self._fields[key] = len(values)
                if is_new and self._told.get(key) == "matched":
                    told = _told("findall.candidate.enriched", event)
                    yield replace(told, decided=self._decided_by.get(key))
            case _:
                pass

    def metrics(self) -> responses.Metrics:
        """The counters after the last event."""
        generated = sum(self._of.values()) - self._of["discarded"]
        return metrics_of(generated, self._of["matched"])

    def status_now(self) -> responses.RunStatusView:
        return status_view(self.status, self.reason, self.metrics())

    def _status(self, event: Event, changed: RunStatusChanged) -> Iterator[VendorEvent]:
        if changed.status.is_terminal:
            for number, (key, seq) in enumerate(tuple(self._unclear.items()), 1):
                self._count(key, "unmatched")
                place = EventPosition(event.seq - 1, number)
                yield VendorEvent("findall.candidate.unmatched", place, event.at, seq)
            self._unclear.clear()
        self.status, self.reason = changed.status, changed.termination_reason
        yield VendorEvent(STATUS, EventPosition(event.seq), event.at, event.seq, self.status_now())

    def _decided(self, event: Event, decided: CandidateDecided) -> Iterator[VendorEvent]:
        key = decided.candidate_id
        self._decided_by[key] = event.seq
        self._unclear.pop(key, None)
        state = match_state(decided.status, decided.verdicts, self.conditions)
        before = self._told.get(key)
        waits = decided.status is MatchStatus.UNCLEAR and before in (None, "generated")
        if waits and len(self._unclear) < STEP - 1:
            self._unclear[key] = event.seq
        elif state != before:
            yield self._stands(key, state, event)

    def _stands(self, key: CandidateId, state: responses.MatchState, event: Event) -> VendorEvent:
        self._count(key, state)
        return _told(f"findall.candidate.{state}", event)

    def _count(self, key: CandidateId, state: responses.MatchState) -> None:
        before = self._told.get(key)
        if before is not None:
            self._of[before] -= 1
        self._told[key] = state
        self._of[state] += 1


def _told(type: str, event: Event) -> VendorEvent:
    return VendorEvent(type, EventPosition(event.seq), event.at, event.seq)
