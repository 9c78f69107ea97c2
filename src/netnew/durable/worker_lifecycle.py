"""The parts of an open worker, and the order in which they start and stop."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from dbos import DBOS, DBOSPortableJSONSerializer

from netnew.db.database import Database
from netnew.domain.ids import RunId
from netnew.durable.dbos_client import WorkflowClient
from netnew.durable.dbos_config import Connection
from netnew.durable.executor import Key, LoopExecutor
from netnew.durable.heartbeat import Heartbeat, HeartbeatTiming
from netnew.durable.queue import workflow_request
from netnew.durable.reaper import MayTakeOver, Reaper
from netnew.durable.worker_options import Tick, WorkerOptions
from netnew.durable.worker_registry import WorkerRow, deregister, evict, register, this_host
from netnew.durable.workflow_ids import APPLICATION, VERSION, own_queue, owner_of, queue_name

THREADS = 8  # of the engine; more only compete for the interpreter
_CONNECTIONS = 6
_SETTLES_WITHIN_S = 2.0
_LOOK_AGAIN_S = 0.02
_POLL_RARE_S = 1.0  # polling a queue ten times a second takes 3 % of a core
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class WorkerLifecycle:
    """Of the worker called `worker_id`."""

    database: Database
    connection: Connection
    rows: WorkflowClient
    executor: LoopExecutor
    options: WorkerOptions
    worker_id: str
    may_take_over: MayTakeOver

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Heartbeat]:
        """Work while this is open; yields the heartbeat of this worker."""
        row = self._row()
        await register(self.database, row)  # first, so that others can tell whose work it is
        await workflow_request(self._open_queues)
        watch = self._watch(row)
        watch.start()
        ticking: list[asyncio.Task[None]] = []
        try:
            await asyncio.to_thread(self._launch)
            if self.options.takes_all:
                ticking = [asyncio.create_task(_keep(tick)) for tick in self.options.ticks]
            yield watch
        finally:
            leaving = asyncio.create_task(self._leave(watch, ticking))
            await _to_the_end(leaving, abandon_in_flight=self.executor.drop)

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

    def _watch(self, row: WorkerRow) -> Heartbeat:
        options, loop = self.options, asyncio.get_running_loop()

        async def may_take_over(run_id: RunId, generation: int) -> bool:
            asked_there = _call(self.may_take_over, run_id, generation)
            return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asked_there, loop))

        def lost() -> None:
            loop.call_soon_threadsafe(self.executor.drop)

        async def back() -> None:
            await workflow_request(self._open_queues)
            loop.call_soon_threadsafe(self.executor.open_gate)

        return Heartbeat(
            self.database,
            row,
            HeartbeatTiming(options.beat_s, options.dead_after_s),
            Reaper(
                self.database,
                self.rows,
                row.id,
                options.dead_after_s,
                may_take_over,
                self.executor.running,
                _now,
            ),
            lost,
            back,
        )

    def _launch(self) -> None:
        """In a thread without an event loop, so that the engine uses its own."""
        DBOS(
            config={
                "name": APPLICATION,
                "application_version": VERSION,
                "executor_id": self.worker_id,
                "serializer": DBOSPortableJSONSerializer(),
                "max_executor_threads": THREADS,
                "sys_db_pool_size": _CONNECTIONS,
                "run_migrations": False,  # they were run before we came here
                "log_level": "WARNING",
                # We use none of its messages and would wait for its polling on shutdown.
                "use_listen_notify": False,
                "notification_listener_polling_interval_sec": 0.05,
                **self.connection.options(),  # type: ignore[typeddict-item]
            }
        )
        DBOS.listen_queues(self.options.queues(self.worker_id))
        DBOS.launch()

    async def _leave(self, watch: Heartbeat, ticking: list[asyncio.Task[None]]) -> None:
        watch.stop_reaping()
        for task in ticking:
            task.cancel()
        try:
            if ticking:
                await asyncio.wait(ticking)
            if self.executor.running() or self.executor.judges_for_others:
                cancelled = await self.executor.finish(self.options.leave_within_s)
                await self._settled(cancelled)
        finally:
            await asyncio.to_thread(DBOS.destroy)
            await asyncio.to_thread(watch.stop)
        await self._hand_over()

    async def _settled(self, cancelled: frozenset[Key]) -> None:
        """Wait until the engine has stored what has ended."""
        give_up_at = time.monotonic() + _SETTLES_WITHIN_S
        while time.monotonic() < give_up_at:
            taken = {row.key for row in await workflow_request(self.rows.taken_by, self.worker_id)}
            if not taken - self.executor.waiting() - cancelled:
                return
            await asyncio.sleep(_LOOK_AGAIN_S)

    async def _hand_over(self) -> None:
        """Enqueue unfinished work again; this does not count as a takeover.

        Runs of a private worker are left to a reaper, because its opener may have meant to stop
        them."""
        left = await workflow_request(self.rows.left_by, self.worker_id)
        if left and not self.options.takes_all:
            await deregister(self.database, self.worker_id)
            return
        for row in left:
            await workflow_request(self.rows.resume, *row.key, queue_name(row.place))
        await workflow_request(self.rows.close_queue, own_queue(self.worker_id))
        await evict(self.database, self.worker_id)


async def _to_the_end(leaving: asyncio.Task[None], abandon_in_flight: Callable[[], None]) -> None:
    """Wait for it even when cancelled."""
    cancelled: asyncio.CancelledError | None = None
    while not leaving.done():
        try:
            await asyncio.shield(leaving)
        except asyncio.CancelledError as error:
            cancelled = error
            abandon_in_flight()
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
