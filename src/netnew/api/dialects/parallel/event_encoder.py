"""One event of a stream as bytes."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import datetime

from netnew.api.dialects.parallel import responses
from netnew.api.dialects.parallel.candidates import candidate_told, candidate_view
from netnew.api.dialects.parallel.convert import (
    findall_id,
    run_with,
    schema_view,
    timestamp_or_none,
)
from netnew.api.dialects.parallel.event_ids import EventPosition, id_of
from netnew.api.dialects.parallel.event_mapper import SCHEMA, STATUS, VendorEvent
from netnew.api.sse import frame
from netnew.app.service import Service
from netnew.domain.candidate import MatchStatus
from netnew.domain.event import (
    CandidateDecided,
    CandidateDiscarded,
    CandidateEnriched,
    CandidateGenerated,
    Event,
    RunChanged,
)
from netnew.domain.ids import RunId
from netnew.domain.run import Run


@dataclass(slots=True)
class EncodedEventCache:
    """The JSON of events told lately, as what is asked was then: many streams may follow a run."""

    most: int = 2_000
    _kept: OrderedDict[tuple[RunId, int, int, str], str] = field(default_factory=OrderedDict)

    def get(self, run: Run, told: VendorEvent) -> str | None:
        return self._kept.get((run.id, run.revision, told.seq, told.type))

    def put(self, run: Run, told: VendorEvent, text: str) -> None:
        self._kept[run.id, run.revision, told.seq, told.type] = text
        while len(self._kept) > self.most:
            self._kept.popitem(last=False)


@dataclass(slots=True)
class EventEncoder:
    """Of the events of `run`, as it was when what it asks was last changed."""

    service: Service
    run: Run
    texts: EncodedEventCache

    async def of(self, told: VendorEvent, event: Event) -> bytes:
        """`event`: the one that it is told with; it may say what an earlier one holds."""
        if told.type == STATUS:
            assert told.status is not None
            return self.status(told.status, told.at, told.place)
        if told.type == SCHEMA:
            return self._framed(told.type, told.at, told.place, await self._schema(event))
        text = self.texts.get(self.run, told)
        if text is None:
            text = await self._candidate(told, event)
            self.texts.put(self.run, told, text)
        return self._framed(told.type, told.at, told.place, text)

    def status(
        self,
        status: responses.RunStatusView,
        at: datetime,
        place: EventPosition,
        changed_at: datetime | None = None,
    ) -> bytes:
        """`findall.status`: the run as it stood then. `changed_at`: where that was earlier."""
        run = run_with(self.run, status, changed_at or at)
        return self._framed(STATUS, at, place, run.text())

    def failure(self, document: dict[str, object]) -> bytes:
        """An error has neither an id nor data."""
        document["error"] = {**_inner(document), "ref_id": findall_id(self.run.id)}
        return frame(json.dumps(document), "error")

    def _framed(self, type: str, at: datetime, place: EventPosition, data: str) -> bytes:
        event_id = id_of(self.run.created_at, place)
        head = {"type": type, "timestamp": timestamp_or_none(at), "event_id": event_id}
        before = json.dumps(head, separators=(",", ":"))[:-1]
        return frame(f'{before},"data":{data}}}', type, event_id)

    async def _schema(self, event: Event) -> str:
        """What the run asked then; fields may have been added since."""
        assert isinstance(event.body, RunChanged)
        run = await self.service.queries.run(self.run.id)
        changes = await self.service.queries.limit_changes(self.run.id)
        later = {name for x in changes if x.seq > event.seq for name in _fields_added(x)}
        view = schema_view(run, later)
        view.match_limit = event.body.match_limit
        return view.text()

    async def _candidate(self, told: VendorEvent, event: Event) -> str:
        said = event if told.seq == event.seq else await self._event(told.seq)
        match said.body:
            case CandidateEnriched() as body:
                row = await self.service.queries.candidate(body.candidate_id)
                decided = None if told.decided is None else (await self._event(told.decided)).body
                assert decided is None or isinstance(decided, CandidateDecided)
                return candidate_told(row, body, self.run, decided).text()
            case CandidateGenerated() | CandidateDecided() as body:
                row = await self.service.queries.candidate(body.candidate_id)
                return candidate_told(row, body, self.run).text()
            case CandidateDiscarded(candidate_id=key):
                row = await self.service.queries.candidate(key)
                discarded = replace(row, status=MatchStatus.DISCARDED)
                return candidate_view(discarded, self.run).text()
            case body:
                raise AssertionError(f"{body.kind} is told of no candidate")

    async def _event(self, seq: int) -> Event:
        [event] = await self.service.queries.events(self.run.id, seq - 1, 1)
        return event


def _fields_added(event: Event) -> tuple[str, ...]:
    assert isinstance(event.body, RunChanged)
    return event.body.enrichments


def _inner(document: dict[str, object]) -> dict[str, object]:
    inner = document["error"]
    assert isinstance(inner, dict)
    return inner
