"""Runs: made, listed, asked to stop, deleted. How far they come is the journal's to write."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import runs
from netnew.db.upsert import insert_new
from netnew.domain.errors import Conflict, InvalidInput, NetnewError, NotFound
from netnew.domain.ids import RunId, WorkspaceId
from netnew.domain.run import Run, RunStatus
from netnew.store.run_rows import row_of_new_run, run_of_row

_TERMINAL = [status.value for status in RunStatus if status.is_terminal]


@dataclass(frozen=True, slots=True)
class _Named:
    workspace_id: WorkspaceId
    run_id: RunId

    @property
    def where(self) -> sa.ColumnElement[bool]:
        return sa.and_(runs.c.id == self.run_id, runs.c.workspace_id == self.workspace_id)


class SqlRunStore:
    def __init__(self, database: Database, workspace_id: WorkspaceId) -> None:
        self._database = database
        self._workspace_id = workspace_id

    async def create(self, run: Run) -> Run:
        """Keep a new run; the run as kept (no event yet, nobody asked it to stop).

        Raises InvalidInput where it is of another workspace, Conflict where its id is taken.
        """
        if run.workspace_id != self._workspace_id:
            allowed = self._workspace_id
            raise InvalidInput("workspace_id", f"{run.workspace_id!r} is not this one", allowed)
        return await self._database.write(_create, run)

    async def get(self, run_id: RunId) -> Run:
        """Raises NotFound."""
        query = sa.select(runs).where(_Named(self._workspace_id, run_id).where)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            raise NotFound("run", run_id)
        return run_of_row(row)

    async def list(self, limit: int = 50, before: datetime | None = None) -> builtins.list[Run]:
        """At most `limit` runs, the newest first; `before`: only those made earlier than that."""
        query = (
            sa.select(runs)
            .where(runs.c.workspace_id == self._workspace_id)
            .order_by(runs.c.created_at.desc(), runs.c.id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(runs.c.created_at < before)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [run_of_row(row) for row in rows]

    async def request_cancel(self, run_id: RunId) -> None:
        """Have the run's next receipt say that it is to stop.

        Does nothing to a run that has ended, and a later generation begins without the request.
        Raises NotFound.
        """
        await self._database.write(_request_cancel, _Named(self._workspace_id, run_id))

    async def delete(self, run_id: RunId) -> None:
        """Remove the run with its candidates, merges and events. Raises NotFound."""
        await self._database.write(_delete, _Named(self._workspace_id, run_id))


def _create(connection: sa.Connection, asked: Sequence[Run]) -> list[Run | NetnewError]:
    kept: list[Run | NetnewError] = []
    for run in asked:
        made = connection.execute(insert_new(connection, runs), row_of_new_run(run))
        if made.rowcount:
            kept.append(replace(run, last_seq=0, cancel_requested=False))
        else:
            kept.append(Conflict(f"there is a run {run.id!r} already"))
    return kept


def _request_cancel(connection: sa.Connection, asked: Sequence[_Named]) -> list[NetnewError | None]:
    done: list[NetnewError | None] = []
    for named in asked:
        wanted = runs.c.cancel_requested | runs.c.status.not_in(_TERMINAL)
        found = connection.execute(
            sa.update(runs).where(named.where).values(cancel_requested=wanted)
        )
        done.append(None if found.rowcount else NotFound("run", named.run_id))
    return done


def _delete(connection: sa.Connection, asked: Sequence[_Named]) -> list[NetnewError | None]:
    done: list[NetnewError | None] = []
    for named in asked:
        found = connection.execute(sa.delete(runs).where(named.where))
        done.append(None if found.rowcount else NotFound("run", named.run_id))
    return done
