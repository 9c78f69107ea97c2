"""A process that works on runs: the engine, its queues, its row in the registry."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from netnew.db.database import Database
from netnew.domain.ids import RunId
from netnew.durable import workflows
from netnew.durable.dbos_client import WorkflowClient
from netnew.durable.dbos_config import connect
from netnew.durable.executor import JudgeBatch, Key, LoopExecutor, Work
from netnew.durable.heartbeat import Heartbeat
from netnew.durable.queue import workflow_request
from netnew.durable.reaper import MayTakeOver
from netnew.durable.worker_lifecycle import THREADS, WorkerLifecycle
from netnew.durable.worker_options import Tick, WorkerOptions

__all__ = ["JudgeBatch", "MayTakeOver", "Tick", "Work", "Worker", "WorkerOptions", "open_worker"]

_CONNECTIONS_BESIDE = 2
_LOOK_AGAIN_S = 0.02


class Worker:
    """An open worker; `id` is new each time."""

    def __init__(
        self,
        worker_id: str,
        executor: LoopExecutor,
        rows: WorkflowClient,
        watch: Heartbeat,
        options: WorkerOptions,
    ) -> None:
        self.id = worker_id
        self._executor = executor
        self._rows = rows
        self._watch = watch
        self._queues = options.queues(worker_id)
        self._poll_s = options.poll_s

    def busy_with(self) -> frozenset[Key]:
        """The run generations running here now."""
        return self._executor.running()

    async def until_idle(self, idle_s: float = 0.5) -> None:
        """Return once nothing runs here and nothing waits on its queues for `idle_s`."""
        idle_since = time.monotonic()
        while True:
            if not await self._is_idle():
                idle_since = time.monotonic()
            elif time.monotonic() - idle_since >= idle_s:
                return
            await asyncio.sleep(self._poll_s)

    async def until_done(self, run_id: RunId, generation: int) -> None:
        """Return once that generation has ended, here or elsewhere, in any way.

        Immediately if there is no such generation.
        """
        while True:
            self._executor.ended.clear()
            row = await workflow_request(self._rows.row, run_id, generation)
            if row is None or row.finished:
                return
            if (run_id, generation) in self._executor.running():
                await self._executor.ended.wait()
            await asyncio.sleep(_LOOK_AGAIN_S if row.worker_id == self.id else self._poll_s)

    async def _is_idle(self) -> bool:
        if (
            self._executor.running()
            or self._executor.judges_for_others
            or not self._watch.has_looked
        ):
            return False
        if await workflow_request(self._rows.taken_by, self.id):
            return False
        return not await workflow_request(self._rows.any_queued, self._queues)


@asynccontextmanager
async def open_worker(
    database: Database,
    database_url: str,
    work: Work,
    may_take_over: MayTakeOver,
    options: WorkerOptions,
    judge_batch: JudgeBatch | None = None,
) -> AsyncIterator[Worker]:
    """Work on runs while this is open; `work`, `may_take_over` and `judge_batch` (for other
    workers) run on the caller's event loop.

    `database` is the one at `database_url`. One per process: raises Conflict if one is open;
    StoreBusy if the database stays locked. On exit, current steps end or are cancelled, and
    unfinished work is available to others immediately."""
    worker_id = uuid4().hex[:16]
    executor = LoopExecutor(work, worker_id, judge_batch)
    workflows.register(executor)
    try:
        connection = await asyncio.to_thread(connect, database_url, "normal", THREADS)
        try:
            rows = await workflow_request(WorkflowClient, connection, _CONNECTIONS_BESIDE)
            try:
                lifecycle = WorkerLifecycle(
                    database, connection, rows, executor, options, worker_id, may_take_over
                )
                async with lifecycle.opened() as watch:
                    yield Worker(worker_id, executor, rows, watch, options)
            finally:
                rows.close()
        finally:
            connection.close()
    finally:
        workflows.unregister()
