"""The stream of a run's events, kept alive as the vendor's clients need it.

They stop at a comment, at a lone `retry` and at empty data. So nothing but events is sent, and
where none come, `findall.status` with the id of the last one that was told.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field

import structlog

from netnew.api.auth import Caller
from netnew.api.dialects.parallel.errors import NAMES, error_document
from netnew.api.dialects.parallel.event_encoder import EncodedEventCache, EventEncoder
from netnew.api.dialects.parallel.event_ids import EventPosition
from netnew.api.dialects.parallel.event_mapper import STATUS, EventMapper
from netnew.api.errors import STATUSES, problem_of
from netnew.api.event_stream import follow
from netnew.domain.event import Event, RunChanged, RunPlanned
from netnew.domain.run import Run

BEAT_S = 10.0
_LOOK_EVERY_S = 2.0
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class StreamWriter:
    """The events of `run` after `start`, for a caller; `timeout_s`: how long it stays open."""

    caller: Caller
    run: Run
    texts: EncodedEventCache
    start: EventPosition = EventPosition()
    timeout_s: float | None = None
    _telling: EventMapper = field(init=False)
    _framing: EventEncoder = field(init=False)
    _status_at: float = field(init=False)
    _last: EventPosition = field(default=EventPosition(), init=False)

    def __post_init__(self) -> None:
        self._telling = EventMapper(self.run.spec.conditions)
        self._framing = EventEncoder(self.caller.service, self.run, self.texts)
        self._status_at = self._now()

    async def frames(self) -> AsyncIterator[bytes]:
        """Until the run has ended, the time is over, or the server is to stop. What is stored
        already is told in any case. A failure is told as an `error` event, the last one."""
        try:
            async with aclosing(self._pages()) as pages:
                async for page in pages:
                    async for told in self._told(page):
                        yield told
                    if self._now() - self._status_at >= BEAT_S:
                        yield self._beat()
        except Exception as error:
            problem = problem_of(error, STATUSES, NAMES)
            _log.warning("a stream broke off", run=self.run.id, problem=problem.message)
            yield self._framing.failure(error_document(problem))

    async def _pages(self) -> AsyncGenerator[list[Event], None]:
        """The events in order, the first ones only counted; empty pages where none come."""
        began, stored = self._now(), self.run.last_seq
        async for page in self._stored(0, self.start.seq):
            for event in page:
                for told in self._telling.take(event):
                    self._last = told.place
        async for page in self._stored(self.start.seq, stored):
            yield page
        left_s = None
        if self.timeout_s is not None:
            left_s = max(0.0, self.timeout_s - (self._now() - began))
        news = follow(self.caller, self.run.id, stored, _LOOK_EVERY_S, left_s)
        async with aclosing(news) as pages:
            async for page in pages:
                yield page

    async def _stored(self, after: int, last: int) -> AsyncIterator[list[Event]]:
        """The events after one number up to another, in pages."""
        while after < last and not self.caller.api.closing.is_set():
            found = await self.caller.service.queries.events(self.run.id, after)
            page = [x for x in found if x.seq <= last]
            if not page:
                return
            yield page
            after = page[-1].seq

    async def _told(self, page: list[Event]) -> AsyncIterator[bytes]:
        for event in page:
            if isinstance(event.body, RunPlanned | RunChanged):
                await self._read_again(event)
            for told in self._telling.take(event):
                self._last = told.place
                if told.place <= self.start:
                    continue
                if told.type == STATUS:
                    self._status_at = self._now()
                yield await self._framing.of(told, event)

    async def _read_again(self, event: Event) -> None:
        """What is asked was changed, after the run was read: what follows is told accordingly."""
        if event.seq > self._framing.run.last_seq:
            run = await self.caller.service.queries.run(self.run.id)
            self._framing.run, self._telling.conditions = run, run.spec.conditions

    def _beat(self) -> bytes:
        """The status once more, with the id of the event before it: not every event that is stored
        is told, and an id that no replay has would be none to go on from."""
        self._status_at = self._now()
        now, changed_at = self.caller.api.clock.now(), self._telling.at
        return self._framing.status(self._telling.status_now(), now, self._last, changed_at)

    def _now(self) -> float:
        return self.caller.api.clock.monotonic()
