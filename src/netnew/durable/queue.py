"""Starts, stops and resumes runs from any process; `worker` works on them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import ParamSpec, TypeVar, cast

import sqlalchemy as sa

from netnew.db.sqlite import Synchronous
from netnew.db.waiting import wait_limit_s
from netnew.domain.budget import Spend
from netnew.domain.errors import NotFound, StoreBusy
from netnew.domain.ids import RunId
from netnew.domain.judging_batch import JudgingBatch
from netnew.durable.dbos_client import WorkflowClient
from netnew.durable.dbos_config import busy, connect
from netnew.durable.workflow_ids import queue_name

P = ParamSpec("P")
T = TypeVar("T")

Enqueue = Callable[[object], None]
"""Called within an open transaction, with its connection: what it enqueues appears with the
commit and never appears after a rollback. It may be called again."""

Lives = Callable[[str], Awaitable[bool]]
"""Whether the worker with an id is alive."""

_MAX_CONNECTIONS = 3
_LOOK_EVERY_S = 0.1
_LOOKS_A_BEAT = 10


class WorkflowQueue:
    """The generations of runs that wait for a worker or have one. Created by `open_queue`.

    Every method that waits raises StoreBusy if the database cannot be reached.
    """

    def __init__(self, rows: WorkflowClient) -> None:
        self._rows = rows

    def start_run(
        self,
        run_id: RunId,
        generation: int,
        *,
        place: str = "",
        worker_id: str = "",
        after_s: float = 0.0,
    ) -> Enqueue:
        """Return what enqueues a generation: for the worker, otherwise the place, otherwise all.

        `place` is the HOME whose workers only can do it ("" for any), also after the worker has
        died. It is not taken before `after_s` seconds. A generation is enqueued at most once,
        however often this is called."""

        def enqueue(connection: object) -> None:
            opened = cast(sa.Connection, connection)
            self._rows.start(opened, run_id, generation, place, worker_id, after_s)

        return enqueue

    async def cancel(self, run_id: RunId, generation: int) -> None:
        """Take it off its queue; if it is running, it stops after the current step.

        Does nothing if it is unknown or has ended.
        """
        await workflow_request(self._rows.cancel, run_id, generation)

    async def resume(
        self, run_id: RunId, generation: int, *, place: str = "", worker_id: str = ""
    ) -> None:
        """Enqueue it again, after its process died or it was cancelled or failed.

        A running one is taken from its worker. Unknown ones are enqueued; one that succeeded is
        left alone."""
        await workflow_request(
            self._rows.resume, run_id, generation, queue_name(place, worker_id), place
        )

    async def judged_by(self, worker_id: str, batch: JudgingBatch, lives: Lives) -> Spend | None:
        """Let that worker judge `batch`; return what it used, None if it failed or is dead."""
        name = await workflow_request(self._rows.start_batch, batch, worker_id)
        looks = 0
        try:
            while True:
                await asyncio.sleep(_LOOK_EVERY_S)
                spend = await workflow_request(self._rows.batch_spend, name)
                if spend is not None:
                    return spend
                looks += 1
                if looks % _LOOKS_A_BEAT == 0 and not await lives(worker_id):
                    return None
        except NotFound:
            return None
        finally:
            await workflow_request(self._rows.end_batch, name)

    async def forget(self, older_than: datetime) -> int:
        """Delete the engine's rows of generations that ended before; return how many."""
        return await workflow_request(self._rows.forget, older_than)


@asynccontextmanager
async def open_queue(
    database_url: str, synchronous: Synchronous = "normal"
) -> AsyncIterator[WorkflowQueue]:
    """The queue in the database at `database_url`; missing tables of the engine are created.

    Raises StoreBusy if the database is locked or unreachable.
    """
    connection = await asyncio.to_thread(connect, database_url, synchronous, _MAX_CONNECTIONS)
    try:
        rows = await workflow_request(WorkflowClient, connection, _MAX_CONNECTIONS)
        try:
            yield WorkflowQueue(rows)
        finally:
            rows.close()
    finally:
        connection.close()


async def workflow_request(ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """`ask` in a thread, its database errors in our words. A caller with a limit (`wait_at_most`)
    gets StoreBusy after that; what was asked is done all the same."""
    limit_s = wait_limit_s()
    asking = asyncio.ensure_future(asyncio.to_thread(ask, *args, **kwargs))
    try:
        return await asyncio.wait_for(asyncio.shield(asking), limit_s)
    except sa.exc.DBAPIError as error:
        raise busy(error) from error
    except TimeoutError:
        raise StoreBusy(f"the workflow engine's tables: no answer in {limit_s:g} s") from None
