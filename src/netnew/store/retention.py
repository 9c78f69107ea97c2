"""Retention: deletes old ended runs and audit lines, events of runs, and pages nothing refers to.

It works in small transactions, so that it never delays a run for long; the next sweep deletes what
an interrupted one left. A SQLite file does not shrink: its free space is reused.

The last event of a run stays, with its number. So a reader continuing from a number notices that
events are gone: the next event has a higher number than expected."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import audit, candidates, deliveries, events, merges, runs
from netnew.domain.run import Run, RunStatus
from netnew.store.page_retention import PAUSE_S, SweptPages, sweep_pages
from netnew.store.run_rows import run_of_row

PAGE_MAX_AGE = timedelta(days=7)

_READ_AT_ONCE = 100
_REMOVED_AT_ONCE = 500
_ENDED = [status.value for status in RunStatus if status.is_terminal]
# The workspace of runs being deleted; nobody has it, so nobody sees them.
_GOING = "~going"
_PARTS_OF_RUN = (
    (events, events.c.seq),
    (candidates, candidates.c.ordinal),
    (merges, merges.c.lost),
    (deliveries, deliveries.c.seq),
)


@dataclass(frozen=True, slots=True)
class Swept:
    """Numbers of deleted rows. `events`: of runs that stay."""

    runs: int = 0
    events: int = 0
    pages: SweptPages = field(default_factory=SweptPages)
    audit: int = 0


@dataclass(frozen=True, slots=True)
class _Piece:
    """The first rows of `table` of a run; `below`: only with a smaller number, and only if the
    run has ended."""

    table: sa.Table
    number: sa.Column[int] | sa.Column[str]
    run_id: str
    below: int | None = None


class Retention:
    """Retention for all workspaces. `page_max_age`: how old a stored page may be for a new run
    to use it."""

    def __init__(self, database: Database, page_max_age: timedelta = PAGE_MAX_AGE) -> None:
        self._database = database
        self._page_max_age = page_max_age

    async def sweep(
        self,
        keep_runs_days: float | None,
        keep_events_days: float | None,
        keep_pages_days: float | None,
        now: datetime,
    ) -> Swept:
        """Delete runs and events of runs that ended earlier, and pages read earlier that no
        candidate, merge or ledger entry cites or lists. Audit lines are deleted by their own age,
        like runs. None: kept forever.

        The ledger stays. A run that is queued, running or paused stays complete, as does every
        page read since the first of those was created; a page young enough for a new run stays,
        too. Concurrent sweeps do no harm. Raises StoreBusy and StoreDamaged."""
        gone_runs = gone_events = gone_audit = 0
        pages = SweptPages()
        if keep_runs_days is not None:
            before = now - timedelta(days=keep_runs_days)
            gone_runs = await self._sweep_runs(before)
            gone_audit = await self._sweep_audit(before)
        if keep_events_days is not None:
            gone_events = await self._sweep_events(now - timedelta(days=keep_events_days))
        if keep_pages_days is not None:
            kept = max(timedelta(days=keep_pages_days), self._page_max_age)
            pages = await sweep_pages(self._database, now - kept, self._page_max_age)
        return Swept(gone_runs, gone_events, pages, gone_audit)

    async def _sweep_runs(self, before: datetime) -> int:
        after: str | None = ""
        while after is not None:
            ended, after = await self._ended(after)
            for run in ended:
                if _end_of(run) < before:
                    await self._database.write(_hide, run)
        gone = 0
        for run_id in await self._database.read(_hidden):
            for table, number in _PARTS_OF_RUN:
                await self._remove(_Piece(table, number, run_id))
            gone += await self._database.write(_remove_run, run_id)
        return gone

    async def _sweep_events(self, before: datetime) -> int:
        gone = 0
        after: str | None = ""
        while after is not None:
            ended, after = await self._ended(after, with_events=True)
            for run in ended:
                if _end_of(run) < before:
                    gone += await self._remove(_Piece(events, events.c.seq, run.id, run.last_seq))
        return gone

    async def _sweep_audit(self, before: datetime) -> int:
        gone = 0
        while some := await self._database.write(_remove_audit, before):
            gone += some
            await asyncio.sleep(PAUSE_S)
        return gone

    async def _remove(self, piece: _Piece) -> int:
        gone = 0
        while some := await self._database.write(_remove_piece, piece):
            gone += some
            await asyncio.sleep(PAUSE_S)
        return gone

    async def _ended(self, after: str, with_events: bool = False) -> tuple[list[Run], str | None]:
        """The next ended runs, and the id to continue from."""
        found = await self._database.read(partial(_ended_after, after, with_events))
        return found, found[-1].id if len(found) == _READ_AT_ONCE else None


def _end_of(run: Run) -> datetime:
    return run.ended_at or run.updated_at


def _ended_after(after: str, with_events: bool, connection: sa.Connection) -> list[Run]:
    query = (
        sa.select(runs)
        .where(runs.c.status.in_(_ENDED), runs.c.id > after, runs.c.workspace_id != _GOING)
        .order_by(runs.c.id)
        .limit(_READ_AT_ONCE)
    )
    if with_events:
        older = sa.exists().where(events.c.run_id == runs.c.id, events.c.seq < runs.c.last_seq)
        query = query.where(older)
    return [run_of_row(row) for row in connection.execute(query)]


def _hidden(connection: sa.Connection) -> list[str]:
    query = sa.select(runs.c.id).where(runs.c.workspace_id == _GOING).order_by(runs.c.id)
    return list(connection.scalars(query))


def _hide(connection: sa.Connection, asked: Sequence[Run]) -> list[None]:
    """Hide them from everyone; a run resumed meanwhile stays."""
    for run in asked:
        connection.execute(
            sa.update(runs)
            .where(
                runs.c.id == run.id,
                runs.c.status.in_(_ENDED),
                runs.c.generation == run.generation,
                runs.c.last_seq == run.last_seq,
            )
            .values(workspace_id=_GOING)
        )
    return [None] * len(asked)


def _remove_piece(connection: sa.Connection, asked: Sequence[_Piece]) -> list[int]:
    return [_remove_first(connection, piece) for piece in asked]


def _remove_first(connection: sa.Connection, piece: _Piece) -> int:
    of_run = piece.table.c.run_id == piece.run_id
    if piece.below is not None:
        ended = sa.exists().where(runs.c.id == piece.run_id, runs.c.status.in_(_ENDED))
        of_run = of_run & (piece.number < piece.below) & ended
    first = (
        sa.select(piece.number)
        .where(of_run)
        .order_by(piece.number)
        .limit(_REMOVED_AT_ONCE)
        .subquery()
    )
    last = connection.scalar(sa.select(sa.func.max(first.c[0])))
    if last is None:
        return 0
    return connection.execute(sa.delete(piece.table).where(of_run, piece.number <= last)).rowcount


def _remove_audit(connection: sa.Connection, asked: Sequence[datetime]) -> list[int]:
    return [_remove_oldest_audit(connection, before) for before in asked]


def _remove_oldest_audit(connection: sa.Connection, before: datetime) -> int:
    oldest = (
        sa.select(audit.c.id)
        .where(audit.c.at < before)
        .order_by(audit.c.at)
        .limit(_REMOVED_AT_ONCE)
    )
    return connection.execute(sa.delete(audit).where(audit.c.id.in_(oldest))).rowcount


def _remove_run(connection: sa.Connection, asked: Sequence[str]) -> list[int]:
    return [
        connection.execute(
            sa.delete(runs).where(runs.c.id == run_id, runs.c.workspace_id == _GOING)
        ).rowcount
        for run_id in asked
    ]
