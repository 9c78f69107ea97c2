"""Creates, lists, assigns to workers and deletes runs. Their progress is written by the journal."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.notify import notify
from netnew.db.tables import exclude_lists, runs
from netnew.db.upsert import insert_new
from netnew.domain.budget import Spend
from netnew.domain.errors import Conflict, InvalidInput, NetnewError, NotFound
from netnew.domain.event import EventBody
from netnew.domain.ids import RunId, WorkspaceId
from netnew.domain.run import Run, RunStatus, StopRequest
from netnew.ports.store import Changes, Join, Signal
from netnew.ports.system import Clock
from netnew.store.daily_spend import add_to_day, spent_on
from netnew.store.journal import write_changes
from netnew.store.run_rows import row_of_new_run, run_of_row

_UNDER_WAY = [RunStatus.QUEUED.value, RunStatus.RUNNING.value]
# The store's own counters in a new run.
_AT_FIRST: dict[str, Any] = {
    "revision": 0,
    "epoch": 0,
    "takeovers": 0,
    "stop_requested": StopRequest.NONE,
    "worker_id": "",
}


@dataclass(frozen=True, slots=True)
class _Named:
    workspace_id: WorkspaceId
    run_id: RunId

    @property
    def where(self) -> sa.ColumnElement[bool]:
        return sa.and_(runs.c.id == self.run_id, runs.c.workspace_id == self.workspace_id)


class SqlRunStore:
    def __init__(self, database: Database, workspace_id: WorkspaceId, clock: Clock) -> None:
        self._database = database
        self._workspace_id = workspace_id
        self._clock = clock

    async def create(
        self,
        run: Run,
        events: Sequence[EventBody] = (),
        excluded: bytes = b"",
        joins: Sequence[Join] = (),
    ) -> Run:
        """Store a new run with its first events, its exclude list (8 bytes per entry), and what
        `joins` add to the transaction; return the stored run.

        Raises InvalidInput if it belongs to another workspace, Conflict if its id is taken."""
        if run.workspace_id != self._workspace_id:
            allowed = self._workspace_id
            raise InvalidInput("workspace_id", f"{run.workspace_id!r} is not this one", allowed)
        new = _New(run, Changes(run.id, tuple(events), joins=tuple(joins)), excluded, self._clock)
        return await self._database.write(_create, new)

    async def get(self, run_id: RunId) -> Run:
        """Raises NotFound."""
        query = sa.select(runs).where(_Named(self._workspace_id, run_id).where)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            raise NotFound("run", run_id)
        return run_of_row(row)

    async def list(
        self, limit: int = 50, before: datetime | None = None, offset: int = 0
    ) -> builtins.list[Run]:
        """Up to `limit` runs, newest first, after skipping `offset`; `before`: only those
        created earlier."""
        query = (
            sa.select(runs)
            .where(runs.c.workspace_id == self._workspace_id)
            .order_by(runs.c.created_at.desc(), runs.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        if before is not None:
            query = query.where(runs.c.created_at < before)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [run_of_row(row) for row in rows]

    async def count(self) -> int:
        """The number of runs."""
        query = (
            sa.select(sa.func.count())
            .select_from(runs)
            .where(runs.c.workspace_id == self._workspace_id)
        )
        return await self._database.read(lambda connection: connection.execute(query).scalar_one())

    async def unfinished(self) -> builtins.list[Run]:
        """All queued or running runs, oldest first."""
        query = (
            sa.select(runs)
            .where(runs.c.workspace_id == self._workspace_id, runs.c.status.in_(_UNDER_WAY))
            .order_by(runs.c.created_at, runs.c.id)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [run_of_row(row) for row in rows]

    async def take(self, run_id: RunId, generation: int, worker_id: str) -> Run | None:
        """Assign the run to this worker only; return the run.

        None if there is nothing to do: it has ended, is paused or deleted, or is in another
        generation."""
        named = _Named(self._workspace_id, run_id)
        return await self._database.write(_take, _Taken(named, generation, worker_id))

    async def signal(self, run_id: RunId) -> Signal:
        """Raises NotFound."""
        columns = (runs.c.stop_requested, runs.c.revision, runs.c.epoch)
        query = sa.select(*columns).where(_Named(self._workspace_id, run_id).where)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            raise NotFound("run", run_id)
        return Signal(StopRequest(row.stop_requested), row.revision, row.epoch)

    async def excluded(self, run_id: RunId) -> bytes:
        """The hashes of the run's exclude list, as given to `create`; empty without one."""
        query = sa.select(exclude_lists.c.hashes).where(
            exclude_lists.c.run_id == run_id, exclude_lists.c.workspace_id == self._workspace_id
        )
        found = await self._database.read(lambda connection: connection.execute(query).scalar())
        return bytes(found or b"")

    async def spend(self, spend: Spend) -> None:
        """Add spend without a run to the workspace's day."""
        used = (self._workspace_id, self._clock.now().date().isoformat(), spend)
        await self._database.write(_spend, used)

    async def spent_on(self, day: date) -> Spend:
        """The workspace's spend on a day (UTC)."""
        return await self._database.read(
            lambda connection: spent_on(connection, self._workspace_id, day)
        )

    async def delete(self, run_id: RunId, joins: Sequence[Join] = ()) -> None:
        """Delete the run with its candidates, merges and events; `joins` add to the same
        transaction. Raises NotFound."""
        named = _Named(self._workspace_id, run_id)
        await self._database.write(_delete, _Deleted(named, tuple(joins)))


async def workspace_of(database: Database, run_id: RunId) -> WorkspaceId | None:
    """The workspace of a run; None if there is no such run."""
    query = sa.select(runs.c.workspace_id).where(runs.c.id == run_id)
    found = await database.read(lambda connection: connection.execute(query).scalar())
    return None if found is None else WorkspaceId(found)


@dataclass(frozen=True, slots=True)
class _New:
    run: Run
    changes: Changes
    excluded: bytes
    clock: Clock


def _create(connection: sa.Connection, asked: Sequence[_New]) -> list[Run | NetnewError]:
    kept: list[Run | NetnewError] = []
    for new in asked:
        run = new.run
        made = connection.execute(insert_new(connection, runs), row_of_new_run(run))
        if not made.rowcount:
            kept.append(Conflict(f"there is a run {run.id!r} already"))
            continue
        if new.excluded:
            row = {
                "run_id": run.id,
                "workspace_id": run.workspace_id,
                "entries": len(new.excluded) // 8,
                "hashes": new.excluded,
            }
            connection.execute(sa.insert(exclude_lists), row)
        last_seq = write_changes(connection, run.workspace_id, new.changes, new.clock)
        kept.append(replace(run, last_seq=last_seq, **_AT_FIRST))
    return kept


@dataclass(frozen=True, slots=True)
class _Taken:
    named: _Named
    generation: int
    worker_id: str


def _take(connection: sa.Connection, asked: Sequence[_Taken]) -> list[Run | None]:
    taken: list[Run | None] = []
    for one in asked:
        row = connection.execute(
            sa.update(runs)
            .where(
                one.named.where,
                runs.c.generation == one.generation,
                runs.c.status.in_(_UNDER_WAY),
            )
            .values(epoch=runs.c.epoch + 1, worker_id=one.worker_id)
            .returning(runs)
        ).first()
        taken.append(None if row is None else run_of_row(row))
    return taken


def _spend(connection: sa.Connection, used: Sequence[tuple[WorkspaceId, str, Spend]]) -> list[None]:
    for workspace_id, day, spend in used:
        add_to_day(connection, workspace_id, day, spend)
    return [None for _ in used]


@dataclass(frozen=True, slots=True)
class _Deleted:
    named: _Named
    joins: tuple[Join, ...]


def _delete(connection: sa.Connection, asked: Sequence[_Deleted]) -> list[NetnewError | None]:
    done: list[NetnewError | None] = []
    for one in asked:
        run_id = one.named.run_id
        found = connection.execute(sa.delete(runs).where(one.named.where))
        notify(connection, run_id)
        if not found.rowcount:
            done.append(NotFound("run", run_id))
            continue
        for join in one.joins:
            join(connection)
        done.append(None)
    return done
