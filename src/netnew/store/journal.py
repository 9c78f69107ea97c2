"""The journal: rows and the events that describe them, numbered and written together.

All change sets waiting when the writer is free share one transaction. The statement that assigns
the numbers also locks the run's row, so numbers become visible in order and without gaps,
whoever else writes to the same run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.notify import notify
from netnew.db.tables import candidates, events, ledger, merges, questions, runs
from netnew.db.upsert import in_key_order, insert_new, upsert
from netnew.domain.budget import Spend
from netnew.domain.errors import Conflict, InvalidInput, NetnewError, NotFound, TakenOver
from netnew.domain.ids import RunId, WorkspaceId
from netnew.domain.run import Run, RunStatus, StopRequest
from netnew.ports.store import Changes, Receipt
from netnew.ports.system import Clock
from netnew.store.candidates import row_of_candidate, row_of_merge
from netnew.store.daily_spend import add_to_day
from netnew.store.events import row_of_event
from netnew.store.ledger import row_of_entry, row_of_question
from netnew.store.run_rows import question_of_run, run_of_row, state_of_run


@dataclass(frozen=True, slots=True)
class _PendingCommit:
    workspace_id: WorkspaceId
    changes: Changes
    clock: Clock

    @property
    def run(self) -> _RunKey:
        changes = self.changes
        revision = -1 if changes.if_revision is None else changes.if_revision
        return _RunKey(self.workspace_id, changes.run_id, changes.epoch or 0, revision)


@dataclass(frozen=True, slots=True)
class _Command:
    workspace_id: WorkspaceId
    run_id: RunId
    alter: Callable[[Run], Changes | None]
    clock: Clock


class _RunKey(NamedTuple):
    """A run, and the conditions of the write: the worker's epoch, and the revision of the spec
    (0 and -1: none)."""

    workspace_id: WorkspaceId
    run_id: RunId
    epoch: int
    revision: int


@dataclass(slots=True)
class _Counters:
    """The last numbers assigned in a run, and the signals for its workers."""

    seq: int
    ordinal: int
    stop_requested: StopRequest
    revision: int


@dataclass(slots=True)
class _Rows:
    """The rows written by one transaction, table by table."""

    candidates: list[dict[str, Any]] = field(default_factory=list)
    merges: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    questions: dict[str, dict[str, Any]] = field(default_factory=dict)
    spent: dict[tuple[WorkspaceId, str], Spend] = field(default_factory=dict)


class SqlJournal:
    def __init__(self, database: Database, workspace_id: WorkspaceId, clock: Clock) -> None:
        self._database = database
        self._workspace_id = workspace_id
        self._clock = clock

    async def commit(self, changes: Changes) -> Receipt:
        """Write `changes` and their events; returns once they are durable.

        `Receipt.last_seq` is the number of the last event of these changes. Later submissions
        get later numbers. Raises NotFound for an unknown run, TakenOver if `epoch` is no longer
        the run's, Conflict if `if_revision` is not, InvalidInput if a row belongs to another
        run, StoreBusy or StoreDamaged if the database fails."""
        _check(changes)
        handed_in = _PendingCommit(self._workspace_id, changes, self._clock)
        return await self._database.write(_write, handed_in)

    async def alter(self, run_id: RunId, alter: Callable[[Run], Changes | None]) -> Run:
        """Apply a command to a run; see `ports.Journal.alter`."""
        command = _Command(self._workspace_id, run_id, alter, self._clock)
        return await self._database.write(_apply_commands, command)


def _check(changes: Changes) -> None:
    of_runs = {row.run_id for row in changes.candidates} | {row.run_id for row in changes.merges}
    if of_runs - {changes.run_id}:
        raise InvalidInput("run_id", "a row is of another run", changes.run_id)
    if changes.run is not None and changes.run.id != changes.run_id:
        raise InvalidInput("run", f"{changes.run.id!r} is another run", changes.run_id)


def _write(
    connection: sa.Connection, handed_in: Sequence[_PendingCommit]
) -> list[Receipt | NetnewError]:
    counters = _advance(connection, handed_in)
    rows = _Rows()
    receipts: list[Receipt | NetnewError] = []
    for one in handed_in:
        counter = counters[one.run]
        if isinstance(counter, NetnewError):
            receipts.append(counter)
            continue
        _add(rows, one, counter, one.clock.now())
        for join in one.changes.joins:
            join(connection)
        receipts.append(Receipt(counter.seq, counter.stop_requested, counter.revision))
    _insert(connection, rows)
    return receipts


def write_changes(
    connection: sa.Connection, workspace_id: WorkspaceId, changes: Changes, clock: Clock
) -> int:
    """Write `changes` within an open transaction; return the number of their last event."""
    (receipt,) = _write(connection, [_PendingCommit(workspace_id, changes, clock)])
    if isinstance(receipt, NetnewError):
        raise receipt
    return receipt.last_seq


def _apply_commands(
    connection: sa.Connection, commands: Sequence[_Command]
) -> list[Run | NetnewError]:
    """One after another: each sees the run as changed by those before it."""
    done: list[Run | NetnewError] = []
    for command in commands:
        query = sa.select(runs).where(
            runs.c.id == command.run_id, runs.c.workspace_id == command.workspace_id
        )
        row = connection.execute(query.with_for_update()).first()
        if row is None:
            done.append(NotFound("run", command.run_id))
            continue
        try:
            changes = command.alter(run_of_row(row))
        except NetnewError as error:
            done.append(error)
            continue
        if changes is not None:
            _alter(connection, command, changes)
        done.append(run_of_row(connection.execute(query).one()))
    return done


def _alter(connection: sa.Connection, command: _Command, changes: Changes) -> None:
    if changes.run is not None:
        is_over = changes.run.status.is_terminal or changes.run.status is RunStatus.PAUSED
        altered = {
            "spec": question_of_run(changes.run),
            "stop_requested": changes.run.stop_requested.value,
            "revision": runs.c.revision + 1,
            # A worker on an earlier generation, or on one that was ended, cannot write any more.
            "epoch": runs.c.epoch
            + sa.case((runs.c.generation < changes.run.generation, 1), else_=int(is_over)),
        }
        connection.execute(sa.update(runs).where(runs.c.id == command.run_id).values(altered))
    write_changes(connection, command.workspace_id, changes, command.clock)


def _advance(
    connection: sa.Connection, handed_in: Sequence[_PendingCommit]
) -> dict[_RunKey, _Counters | NetnewError]:
    """Reserve numbers for all submissions and write the newest state of each run.

    Returns the previous counters, or why nothing is written. Runs are processed in a fixed
    order, so that two writers cannot deadlock."""
    by_run: dict[_RunKey, list[Changes]] = {}
    for one in handed_in:
        by_run.setdefault(one.run, []).append(one.changes)
    before: dict[_RunKey, _Counters | NetnewError] = {}
    for key, mine in sorted(by_run.items(), key=lambda item: item[0]):
        new_events = sum(len(changes.events) for changes in mine)
        new_rows = sum(len(changes.candidates) for changes in mine)
        state = next((changes.run for changes in reversed(mine) if changes.run is not None), None)
        found = _advance_run(connection, key, (new_events, new_rows), state)
        notify(connection, key.run_id)
        before[key] = (
            _why_not(connection, key)
            if found is None
            else _Counters(
                found.last_seq - new_events,
                found.last_ordinal - new_rows,
                StopRequest(found.stop_requested),
                found.revision,
            )
        )
    return before


_NUMBERS = {
    "last_seq": runs.c.last_seq + sa.bindparam("new_events", type_=sa.BigInteger),
    "last_ordinal": runs.c.last_ordinal + sa.bindparam("new_rows", type_=sa.BigInteger),
}
_STATE = {
    **{name: sa.bindparam(f"new_{name}") for name in ("status", "format", "body")},
    "generation": sa.bindparam("new_generation", type_=sa.Integer),
    "takeovers": sa.bindparam("new_takeovers", type_=sa.Integer),
}
_TERMS = {"of_epoch": sa.Integer, "of_revision": sa.Integer}
_OF_EPOCH, _OF_REVISION = (sa.bindparam(name, type_=type_) for name, type_ in _TERMS.items())
_ADVANCE = (
    sa.update(runs)
    .where(
        runs.c.id == sa.bindparam("of_run"),
        runs.c.workspace_id == sa.bindparam("of_workspace"),
        sa.or_(_OF_EPOCH == 0, runs.c.epoch == _OF_EPOCH),
        sa.or_(_OF_REVISION == -1, runs.c.revision == _OF_REVISION),
    )
    .returning(runs.c.last_seq, runs.c.last_ordinal, runs.c.stop_requested, runs.c.revision)
)
_ADVANCE_NUMBERS = _ADVANCE.values(_NUMBERS)
_ADVANCE_ALL = _ADVANCE.values({**_NUMBERS, **_STATE})


def _advance_run(
    connection: sa.Connection, key: _RunKey, new: tuple[int, int], state: Run | None
) -> sa.Row[Any] | None:
    values = {
        "of_workspace": key.workspace_id,
        "of_run": key.run_id,
        "of_epoch": key.epoch,
        "of_revision": key.revision,
        "new_events": new[0],
        "new_rows": new[1],
    }
    if state is None:
        return connection.execute(_ADVANCE_NUMBERS, values).first()
    for name, value in state_of_run(state).items():
        values[f"new_{name}"] = value
    return connection.execute(_ADVANCE_ALL, values).first()


def _why_not(connection: sa.Connection, key: _RunKey) -> NetnewError:
    query = sa.select(runs.c.epoch).where(
        runs.c.id == key.run_id, runs.c.workspace_id == key.workspace_id
    )
    epoch = connection.execute(query).scalar()
    if epoch is None:
        return NotFound("run", key.run_id)
    if key.epoch not in (0, epoch):
        return TakenOver(f"{key.run_id} is another worker's now")
    return Conflict(f"what {key.run_id} asks has been changed meanwhile")


def _add(rows: _Rows, one: _PendingCommit, counter: _Counters, now: datetime) -> None:
    """Add the rows of one change set; `counter` advances past them."""
    workspace_id, changes = one.workspace_id, one.changes
    for candidate in changes.candidates:
        counter.ordinal += 1
        rows.candidates.append(row_of_candidate(workspace_id, candidate, counter.ordinal))
    for body in changes.events:
        counter.seq += 1
        rows.events.append(row_of_event(workspace_id, changes.run_id, counter.seq, now, body))
    rows.merges.extend(row_of_merge(workspace_id, merge) for merge in changes.merges)
    if changes.spent is not None:
        day = (workspace_id, now.date().isoformat())
        rows.spent[day] = rows.spent.get(day, Spend()) + changes.spent
    for entry in changes.ledger:
        row = row_of_entry(workspace_id, entry)
        rows.ledger.append(row)
        if row["question_id"] not in rows.questions:
            rows.questions[row["question_id"]] = row_of_question(workspace_id, entry.key)


def _insert(connection: sa.Connection, rows: _Rows) -> None:
    if rows.candidates:
        # A candidate keeps its position and its run.
        statement = upsert(connection, candidates, keep=("ordinal",), same="run_id")
        connection.execute(statement, rows.candidates)
    if rows.merges:
        connection.execute(upsert(connection, merges), rows.merges)
    if rows.events:
        connection.execute(sa.insert(events), rows.events)
    if rows.questions:
        new = in_key_order(questions, rows.questions.values())
        connection.execute(insert_new(connection, questions), new)
    if rows.ledger:
        newer = upsert(connection, ledger, newer="decided_at")
        connection.execute(newer, in_key_order(ledger, rows.ledger))
    for (workspace_id, day), spend in sorted(rows.spent.items()):
        add_to_day(connection, workspace_id, day, spend)
