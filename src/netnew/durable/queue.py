"""Starting, stopping and resuming runs, from any process; working on them is `worker`'s."""

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
"""Called within an open transaction, with its connection: what it enqueues is there once that
transaction is committed, and was never there if it is rolled back. It may be called again."""

Lives = Callable[[str], Awaitable[bool]]
"""Whether the worker of an id beats."""

_MAX_CONNECTIONS = 3
_LOOK_EVERY_S = 0.1
_LOOKS_A_BEAT = 10


class WorkflowQueue:
    """The generations of runs that wait for a worker or have one. Made by `open_queue`.

    Raises StoreBusy, from every method that waits, where the database cannot be reached.
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
        """What puts a generation on a queue: of the worker, else of the place, else of all.

        `place` is the HOME whose workers alone can do it ("" for any); it counts also when the
        worker has died. Nobody takes it before `after_s` seconds are over. A generation is enqueued
        at most once, however often this is called.
        """

        def enqueue(connection: object) -> None:
            opened = cast(sa.Connection, connection)
            self._rows.start(opened, run_id, generation, place, worker_id, after_s)

        return enqueue

    async def cancel(self, run_id: RunId, generation: int) -> None:
        """Take it off its queue; if it is worked on, it goes no further than the current step.

        Nothing happens where it is unknown or has ended.
        """
        await workflow_request(self._rows.cancel, run_id, generation)

    async def resume(
        self, run_id: RunId, generation: int, *, place: str = "", worker_id: str = ""
    ) -> None:
        """Put it back on a queue, after its process died or it was cancelled or failed.

        One that is worked on is taken from its worker. Unknown ones are enqueued anew; one that
        ended well is left alone.
        """
        await workflow_request(
            self._rows.resume, run_id, generation, queue_name(place, worker_id), place
        )

    async def judged_by(self, worker_id: str, batch: JudgingBatch, lives: Lives) -> Spend | None:
        """Have that worker judge `batch`; what it took. None where it failed, or does not live."""
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
        """Delete what the engine keeps of generations that ended before; how many they were."""
        return await workflow_request(self._rows.forget, older_than)


@asynccontextmanager
async def open_queue(
    database_url: str, synchronous: Synchronous = "normal"
) -> AsyncIterator[WorkflowQueue]:
    """The queue in the database at `database_url`; the engine's tables are made where missing.

    Raises StoreBusy where the database stays locked or cannot be reached.
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
