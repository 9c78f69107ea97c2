"""A process that works on runs: the engine started, its queues, its row among the workers."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import structlog
from dbos import DBOS, DBOSPortableJSONSerializer

from netnew.db.database import Database
from netnew.domain.ids import RunId
from netnew.durable import body
from netnew.durable.bench import Bench, Key, Work
from netnew.durable.connection import Connection, connect
from netnew.durable.names import APPLICATION, VERSION, own_queue, owner_of, queue_name
from netnew.durable.queue import asked
from netnew.durable.reaper import MayTakeOver, Reaper
from netnew.durable.rows import EngineRows
from netnew.durable.watch import Rhythm, Watch
from netnew.durable.workers import WorkerRow, enter, leave, strike, this_host

__all__ = ["MayTakeOver", "Tick", "Work", "Worker", "WorkerOptions", "open_worker"]

_THREADS = 8  # of the engine; more only compete for the interpreter
_CONNECTIONS = 6
_CONNECTIONS_BESIDE = 2
_SETTLES_WITHIN_S = 2.0
_LOOK_AGAIN_S = 0.02
_POLL_RARE_S = 1.0  # asking a queue ten times a second takes 3 % of a core
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tick:
    """Something done now and then by every worker that takes all: at its start, then each
    `every_s`. Several processes may do it at once. What it raises is logged."""

    every_s: float
    do: Callable[[], Awaitable[object]]
    name: str


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """`home`: the id of its HOME. `takes_all`: work on the runs of the shared queue and of its
    HOME's, take over dead workers', and do the ticks; else only on its private queue.
    `runs_at_once`: from each queue; the newest worker's counts for the queues they share.
    `leave_within_s`: how long a stretch in hand may go on when the worker is to leave."""

    home: str
    takes_all: bool
    runs_at_once: int = 64
    beat_s: float = 5.0
    dead_after_s: float = 30.0
    poll_s: float = 0.1
    leave_within_s: float = 10.0
    ticks: tuple[Tick, ...] = field(default=())

    def queues(self, worker_id: str) -> list[str]:
        if not self.takes_all:
            return [own_queue(worker_id)]
        places = [queue_name(self.home)] if self.home else []
        return [own_queue(worker_id), queue_name(), *places]


class Worker:
    """An open worker; `id` is new each time one is opened."""

    def __init__(
        self, worker_id: str, bench: Bench, rows: EngineRows, watch: Watch, options: WorkerOptions
    ) -> None:
        self.id = worker_id
        self._bench = bench
        self._rows = rows
        self._watch = watch
        self._queues = options.queues(worker_id)
        self._poll_s = options.poll_s

    def busy_with(self) -> frozenset[Key]:
        """The run generations worked on here just now."""
        return self._bench.running()

    async def until_idle(self, idle_s: float = 0.5) -> None:
        """Return once nothing runs here and nothing waits on its queues, for `idle_s` on end."""
        idle_since = time.monotonic()
        while True:
            if not await self._is_idle():
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since >= idle_s:
                return
            await asyncio.sleep(self._poll_s)

    async def until_done(self, run_id: RunId, generation: int) -> None:
        """Return once that generation has ended, here or elsewhere, well or not.

        At once where there is none such.
        """
        while True:
            self._bench.ended.clear()
            row = await asked(self._rows.row, run_id, generation)
            if row is None or row.finished:
                return
            if (run_id, generation) in self._bench.running():
                await self._bench.ended.wait()
            await asyncio.sleep(_LOOK_AGAIN_S if row.worker_id == self.id else self._poll_s)

    async def _is_idle(self) -> bool:
        if self._bench.running() or not self._watch.has_looked:
            return False
        if await asked(self._rows.taken_by, self.id):
            return False
        return not await asked(self._rows.any_queued, self._queues)


@asynccontextmanager
async def open_worker(
    database: Database,
    database_url: str,
    work: Work,
    may_take_over: MayTakeOver,
    options: WorkerOptions,
) -> AsyncIterator[Worker]:
    """Work on runs while this is open; `work` and `may_take_over` run on the caller's event loop.

    `database` is the one at `database_url`. One a process: raises Conflict where one is open;
    StoreBusy where the database stays locked. On leaving, the stretches in hand end or are
    cancelled, and what is unfinished is there for others at once.
    """
    worker_id = uuid4().hex[:16]
    bench = Bench(work, worker_id)
    body.put_up(bench)
    try:
        connection = await asyncio.to_thread(connect, database_url, "normal", _THREADS)
        try:
            rows = await asked(EngineRows, connection, _CONNECTIONS_BESIDE)
            try:
                desk = _Desk(database, connection, rows, bench, options, worker_id, may_take_over)
                async with desk.opened() as worker:
                    yield worker
            finally:
                rows.close()
        finally:
            connection.close()
    finally:
        body.take_down()


@dataclass(slots=True)
class _Desk:
    """The parts of an open worker, and the order in which they are opened and left."""

    database: Database
    connection: Connection
    rows: EngineRows
    bench: Bench
    options: WorkerOptions
    worker_id: str
    may_take_over: MayTakeOver

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Worker]:
        row = self._row()
        await enter(self.database, row)  # first: whatever it takes, others can tell whose it is
        await asked(self._open_queues)
        watch = self._watch(row)
        watch.start()
        ticking: list[asyncio.Task[None]] = []
        try:
            await asyncio.to_thread(self._launch)
            if self.options.takes_all:
                ticking = [asyncio.create_task(_keep(tick)) for tick in self.options.ticks]
            yield Worker(self.worker_id, self.bench, self.rows, watch, self.options)
        finally:
            leaving = asyncio.create_task(self._leave(watch, ticking))
            await _to_the_end(leaving, hurry=self.bench.drop)

    def _row(self) -> WorkerRow:
        now = _now()
        home, takes_all = self.options.home, self.options.takes_all
        return WorkerRow(self.worker_id, home, this_host(), os.getpid(), takes_all, now, now)

    def _open_queues(self) -> None:
        options = self.options
        for name in options.queues(self.worker_id):
            rare = options.takes_all and owner_of(name) is not None
            poll_s = max(options.poll_s, _POLL_RARE_S) if rare else options.poll_s
            self.rows.open_queue(name, options.runs_at_once, poll_s)

    def _watch(self, row: WorkerRow) -> Watch:
        options, loop = self.options, asyncio.get_running_loop()

        async def may_take_over(run_id: RunId, generation: int) -> bool:
            asked_there = _call(self.may_take_over, run_id, generation)
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asked_there, loop))

        def lost() -> None:
            loop.call_soon_threadsafe(self.bench.drop)

        async def back() -> None:
            await asked(self._open_queues)
            loop.call_soon_threadsafe(self.bench.open_gate)

        return Watch(
            self.database,
            row,
            Rhythm(options.beat_s, options.dead_after_s),
            Reaper(
                self.database,
                self.rows,
                row.id,
                options.dead_after_s,
                may_take_over,
                self.bench.running,
                _now,
            ),
            lost,
            back,
        )

    def _launch(self) -> None:
        """In a thread without an event loop, so that the engine keeps to its own."""
        DBOS(
            config={
                "name": APPLICATION,
                "application_version": VERSION,
                "executor_id": self.worker_id,
                "serializer": DBOSPortableJSONSerializer(),
                "max_executor_threads": _THREADS,
                "sys_db_pool_size": _CONNECTIONS,
                "run_migrations": False,  # they were run before we came here
                "log_level": "WARNING",
                # We use none of its messages, and would wait for their polling when we leave.
                "use_listen_notify": False,
                "notification_listener_polling_interval_sec": 0.05,
                **self.connection.options(),  # type: ignore[typeddict-item]
            }
        )
        DBOS.listen_queues(self.options.queues(self.worker_id))
        DBOS.launch()

    async def _leave(self, watch: Watch, ticking: list[asyncio.Task[None]]) -> None:
        watch.stop_reaping()
        for task in ticking:
            task.cancel()
        try:
            if ticking:
                await asyncio.wait(ticking)
            if self.bench.running():
                cancelled = await self.bench.finish(self.options.leave_within_s)
                await self._settled(cancelled)
        finally:
            await asyncio.to_thread(DBOS.destroy)
            await asyncio.to_thread(watch.stop)
        await self._hand_over()

    async def _settled(self, cancelled: frozenset[Key]) -> None:
        """Wait until the engine has written down what has ended."""
        give_up_at = time.monotonic() + _SETTLES_WITHIN_S
        while time.monotonic() < give_up_at:
            taken = {row.key for row in await asked(self.rows.taken_by, self.worker_id)}
            if not taken - self.bench.waiting() - cancelled:
                return
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _hand_over(self) -> None:
        """What is left goes back to the queue it is for; that counts as no take-over.

        The runs of a worker of its own are left to the judgement of a reaper: whoever opened it
        may have meant to stop them.
        """
        left = await asked(self.rows.left_by, self.worker_id)
        if left and not self.options.takes_all:
            await leave(self.database, self.worker_id)
            return
        for row in left:
            await asked(self.rows.resume, *row.key, queue_name(row.place))
        await asked(self.rows.close_queue, own_queue(self.worker_id))
        await strike(self.database, self.worker_id)


async def _to_the_end(leaving: asyncio.Task[None], hurry: Callable[[], None]) -> None:
    """Wait for it also when cancelled, but let nothing be waited for then."""
    cancelled: asyncio.CancelledError | None = None
    while not leaving.done():
        try:
            await asyncio.shield(leaving)
        except asyncio.CancelledError as error:
            cancelled = error
            hurry()
    if cancelled is not None:
        raise cancelled
    leaving.result()


async def _keep(tick: Tick) -> None:
    while True:
        try:
            await tick.do()
        except Exception as error:
            _log.exception("a tick failed", tick=tick.name, error=str(error))
        await asyncio.sleep(tick.every_s)


async def _call(ask: MayTakeOver, run_id: RunId, generation: int) -> bool:
    return await ask(run_id, generation)


def _now() -> datetime:
    return datetime.now(UTC)
