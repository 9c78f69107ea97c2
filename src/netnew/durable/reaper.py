"""Takes over what dead workers left, which the engine never does itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

from netnew.db.database import Database
from netnew.domain.ids import RunId
from netnew.durable.dbos_client import WorkflowClient
from netnew.durable.executor import Key
from netnew.durable.queue import workflow_request
from netnew.durable.worker_registry import (
    GONE,
    WorkerRow,
    all_workers,
    claim,
    evict,
    is_dead,
    register,
)
from netnew.durable.workflow_ids import own_queue, queue_name

MayTakeOver = Callable[[RunId, int], Awaitable[bool]]
"""Called before a dead worker's run is taken over; False: leave it, because it is parked or
finished."""

_NOT_BY_AGE_S = 10 * 365 * 86400.0
_log = structlog.get_logger(__name__)


class Reaper:
    """The reaper of one worker, `me`. `running`: what it works on now."""

    def __init__(
        self,
        database: Database,
        rows: WorkflowClient,
        me: str,
        dead_after_s: float,
        may_take_over: MayTakeOver,
        running: Callable[[], frozenset[Key]],
        clock_now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._rows = rows
        self._me = me
        self._dead_after_s = dead_after_s
        self._may_take_over = may_take_over
        self._running = running
        self._now = clock_now
        self._looked_at: datetime | None = None
        self._fair_from = datetime.min.replace(tzinfo=UTC)
        self._strays: frozenset[Key] = frozenset()

    async def reap(self) -> None:
        """Take over what each dead worker left; each is claimed by one reaper only."""
        rows = await all_workers(self._database)
        for row in self._dead(rows):
            if await claim(self._database, row, self._me):
                await self._take_over(row)

    async def find_nameless(self) -> None:
        """Give each worker with leftovers but no row the row of a dead worker."""
        named = await workflow_request(self._rows.workers_named)
        known = {row.id for row in await all_workers(self._database)}
        for worker_id in named - known:
            now = self._now()
            await register(self._database, WorkerRow(worker_id, "", "", 0, False, now, GONE))

    async def find_strays(self) -> None:
        """Enqueue again what carries our name but nobody works on, once seen twice."""
        mine = await workflow_request(self._rows.taken_by, self._me)
        strays = {row.key: row for row in mine if row.key not in self._running()}
        for key in self._strays & set(strays):
            await workflow_request(self._rows.resume, *key, queue_name(strays[key].place))
        self._strays = frozenset(strays) - self._strays

    def _dead(self, rows: list[WorkerRow]) -> list[WorkerRow]:
        """The workers to take over from: the dead, and those whose reaper died meanwhile."""
        now = self._now()
        patience_s = self._patience_s(now)
        dead = {row.id for row in rows if is_dead(row, now, patience_s)}
        alive = {row.id for row in rows if row.id not in dead and row.reaped_by is None}

        def is_left(row: WorkerRow) -> bool:
            if row.reaped_by is None:
                return row.id in dead and row.id != self._me
            return row.reaped_by == self._me or row.reaped_by not in alive

        return [row for row in rows if is_left(row)]

    def _patience_s(self, now: datetime) -> float:
        """After a pause (a closed lid, a stopped process), give the others, which may have
        paused too, time to renew before judging them."""
        before, self._looked_at = self._looked_at, now
        fair = timedelta(seconds=self._dead_after_s)
        if before is not None and now - before > fair / 2:
            self._fair_from = now + fair
        return self._dead_after_s if now >= self._fair_from else _NOT_BY_AGE_S

    async def _take_over(self, dead: WorkerRow) -> None:
        """Put each on its queue; what nobody should have is removed from the engine."""
        for row in await workflow_request(self._rows.left_by, dead.id):
            if await self._may_take_over(*row.key):
                _log.info("a run is taken over", run=row.run_id, worker=dead.id)
                await workflow_request(self._rows.resume, *row.key, queue_name(row.place))
            else:
                await workflow_request(self._rows.cancel, *row.key)
        await workflow_request(self._rows.close_queue, own_queue(dead.id))
        await evict(self._database, dead.id)
