"""Polls the progress of all watched runs of a process.

One query every 25 ms covers all watched runs, whatever their number and whichever process writes to
them. New events are loaded once and passed to each watcher of the run; a watcher that has fallen
behind reads for itself, so it neither delays others nor uses more memory.

If the database notifies of commits, polling waits for that. Notifications do not pass through
every connection (a pooler may drop them), so they are relied on only while they arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import runs
from netnew.domain.errors import TransientError
from netnew.domain.event import Event
from netnew.domain.ids import RunId
from netnew.domain.run import RunStatus
from netnew.store.events import events_after
from netnew.store.row_codec import batched

PAGE = 500
"""How many events are read per query."""

_PAUSE_S = 0.025
_PAUSE_WHERE_TOLD_S = 1.0
_ASKED_AT_ONCE = 500

_BEATS = sa.select(runs.c.id, runs.c.workspace_id, runs.c.last_seq, runs.c.status).where(
    runs.c.id.in_(sa.bindparam("ids", expanding=True))
)


@dataclass(frozen=True, slots=True)
class PolledState:
    """A run at one instant: its last event number and its status are consistent."""

    workspace_id: str
    last_seq: int
    status: RunStatus


@dataclass(eq=False, slots=True)
class Watched:
    """A watched run, shared by its watchers.

    `beat`: as last seen; None before the first look and once the run is `gone`. `newest`: the
    events read last, all those with a number above `newest_after` up to the last of them.
    """

    watchers: int = 0
    beat: PolledState | None = None
    gone: bool = False
    failed: Exception | None = None
    newest_after: int = 0
    newest: list[Event] = field(default_factory=list)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def after(self, seq: int) -> list[Event]:
        """The events in memory after `seq`; empty if memory does not reach back to it."""
        if not self.newest or not self.newest_after <= seq < self.newest[-1].seq:
            return []
        return [event for event in self.newest if event.seq > seq]

    async def change(self) -> None:
        """Wait for a change. Raises what made polling fail."""
        if self.failed is None:
            await self._changed.wait()
        if self.failed is not None:
            raise self.failed

    def changed(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


@dataclass(frozen=True, slots=True)
class _Look:
    """The result of one poll: the states, and the new events of runs known before."""

    beats: dict[RunId, PolledState]
    events: dict[RunId, list[Event]]


class EventPoller:
    """Polls only while something is watched. For one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._watched: dict[RunId, Watched] = {}
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._listens = False
        self._is_told = False

    @contextmanager
    def watching(self, run_id: RunId) -> Iterator[Watched]:
        """The run's shared state, updated while inside."""
        watched = self._watched.setdefault(run_id, Watched())
        watched.watchers += 1
        self._begin()
        if watched.beat is None:
            self._wake.set()
        try:
            yield watched
        finally:
            watched.watchers -= 1
            if not watched.watchers and self._watched.get(run_id) is watched:
                del self._watched[run_id]
            if not self._watched and self._task is not None:
                self._task.cancel()
                self._task = None

    def _begin(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._look_on(), name="netnew-pulse")
        if not self._listens:
            # It stays until the database is closed: stopping it would block.
            self._listens = True
            loop = asyncio.get_running_loop()
            self._database.listen(lambda run_id: _in_loop(loop, self._hear, run_id))

    def _hear(self, run_id: str | None) -> None:
        """A run has changed; None: notifications may have been lost."""
        self._is_told = run_id is not None
        if run_id is None or run_id in self._watched:
            self._wake.set()

    async def _look_on(self) -> None:
        woken = True
        while True:
            self._wake.clear()
            try:
                found = await self._look()
            except TransientError:
                found = False  # a busy database: the next poll sees what this one missed
            except Exception as error:
                self._fail(error)
                return
            if found and not woken:
                self._is_told = False
            await asyncio.sleep(_PAUSE_S)
            woken = self._wake.is_set() or (self._is_told and await self._woken())

    async def _woken(self) -> bool:
        try:
            async with asyncio.timeout(_PAUSE_WHERE_TOLD_S):
                return await self._wake.wait()
        except TimeoutError:
            return False

    async def _look(self) -> bool:
        """Whether there was anything new about a run known before."""
        asked = {
            run_id: None if watched.beat is None else watched.beat.last_seq
            for run_id, watched in self._watched.items()
        }
        look = await self._database.read(lambda connection: _look(connection, asked))
        for run_id in asked:
            watched = self._watched.get(run_id)
            if watched is not None:
                _take_in(watched, look.beats.get(run_id), look.events.get(run_id, []))
        return bool(look.events)

    def _fail(self, error: Exception) -> None:
        """Pass the error to all watchers; later ones start a new task."""
        told, self._watched, self._task = self._watched, {}, None
        for watched in told.values():
            watched.failed = error
            watched.changed()


def _in_loop(
    loop: asyncio.AbstractEventLoop, hear: Callable[[str | None], None], run_id: str | None
) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody is watching
        loop.call_soon_threadsafe(hear, run_id)


def _look(connection: sa.Connection, asked: Mapping[RunId, int | None]) -> _Look:
    beats = {}
    for ids in batched(asked, _ASKED_AT_ONCE):
        for row in connection.execute(_BEATS, {"ids": ids}):
            beats[RunId(row.id)] = PolledState(
                row.workspace_id, row.last_seq, RunStatus(row.status)
            )
    events = {}
    for run_id, beat in beats.items():
        known = asked[run_id]
        if known is not None and beat.last_seq > known:
            found = events_after(connection, beat.workspace_id, run_id, known, PAGE)
            events[run_id] = [event for event in found if event.seq <= beat.last_seq]
    return _Look(beats, events)


def _take_in(watched: Watched, beat: PolledState | None, events: list[Event]) -> None:
    if beat is None:
        watched.gone = True
    elif beat == watched.beat:
        return
    if events and watched.beat is not None:
        watched.newest_after, watched.newest = watched.beat.last_seq, events
    watched.beat = beat
    watched.changed()
