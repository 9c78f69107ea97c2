"""The journal: rows and the events that tell of them, numbered and written together.

All change sets waiting when the writer is free share one transaction. The run's row is locked by
the very statement that hands out the numbers, so numbers become visible in their order and
without a gap, whoever else writes to the same run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import candidates, events, ledger, merges, questions, runs
from netnew.db.upsert import insert_new, upsert
from netnew.domain.errors import InvalidInput, NetnewError, NotFound
from netnew.domain.ids import RunId, WorkspaceId
from netnew.domain.run import Run
from netnew.ports import Changes, Clock, Receipt
from netnew.store.candidates import row_of_candidate, row_of_merge
from netnew.store.events import row_of_event
from netnew.store.ledger import row_of_entry, row_of_question
from netnew.store.run_rows import state_of_run


@dataclass(frozen=True, slots=True)
class _HandedIn:
    workspace_id: WorkspaceId
    changes: Changes
    clock: Clock

    @property
    def run(self) -> _RunKey:
        return _RunKey(self.workspace_id, self.changes.run_id)


class _RunKey(NamedTuple):
    workspace_id: WorkspaceId
    run_id: RunId


@dataclass(slots=True)
class _Counters:
    """The last numbers given out to a run."""

    seq: int
    ordinal: int
    cancel_requested: bool


@dataclass(slots=True)
class _Rows:
    """What one transaction writes, table by table."""

    candidates: list[dict[str, Any]] = field(default_factory=list)
    merges: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    questions: dict[str, dict[str, Any]] = field(default_factory=dict)


class SqlJournal:
    def __init__(self, database: Database, workspace_id: WorkspaceId, clock: Clock) -> None:
        self._database = database
        self._workspace_id = workspace_id
        self._clock = clock

    async def commit(self, changes: Changes) -> Receipt:
        """Write `changes` and their events durably; returns once they are.

        `Receipt.last_seq` is the number of the last event of these changes. What is handed in
        later gets later numbers. Raises NotFound for an unknown run, InvalidInput where a row is
        of another run, StoreBusy or StoreDamaged where the database fails.
        """
        _check(changes)
        handed_in = _HandedIn(self._workspace_id, changes, self._clock)
        return await self._database.write(_write, handed_in)


def _check(changes: Changes) -> None:
    of_runs = {row.run_id for row in changes.candidates} | {row.run_id for row in changes.merges}
    if of_runs - {changes.run_id}:
        raise InvalidInput("run_id", "a row is of another run", changes.run_id)
    if changes.run is not None and changes.run.id != changes.run_id:
        raise InvalidInput("run", f"{changes.run.id!r} is another run", changes.run_id)


def _write(
    connection: sa.Connection, handed_in: Sequence[_HandedIn]
) -> list[Receipt | NetnewError]:
    counters = _advance(connection, handed_in)
    rows = _Rows()
    receipts: list[Receipt | NetnewError] = []
    for one in handed_in:
        counter = counters.get(one.run)
        if counter is None:
            receipts.append(NotFound("run", one.changes.run_id))
        else:
            _add(rows, one, counter, one.clock.now())
            receipts.append(Receipt(counter.seq, counter.cancel_requested))
    _insert(connection, rows)
    return receipts


def _advance(connection: sa.Connection, handed_in: Sequence[_HandedIn]) -> dict[_RunKey, _Counters]:
    """Reserve numbers for all of `handed_in` and write the newest state of each run.

    Gives the counters as they were before; a run that does not exist is left out. Runs are taken
    in a fixed order, so that two writers cannot wait for each other.
    """
    by_run: dict[_RunKey, list[Changes]] = {}
    for one in handed_in:
        by_run.setdefault(one.run, []).append(one.changes)
    before = {}
    for key, mine in sorted(by_run.items(), key=lambda item: item[0]):
        new_events = sum(len(changes.events) for changes in mine)
        new_rows = sum(len(changes.candidates) for changes in mine)
        state = next((changes.run for changes in reversed(mine) if changes.run is not None), None)
        found = _advance_run(connection, key, (new_events, new_rows), state)
        if found is not None:
            before[key] = _Counters(
                found.last_seq - new_events, found.last_ordinal - new_rows, found.cancel_requested
            )
    return before


_NUMBERS = {
    "last_seq": runs.c.last_seq + sa.bindparam("new_events", type_=sa.BigInteger),
    "last_ordinal": runs.c.last_ordinal + sa.bindparam("new_rows", type_=sa.BigInteger),
}
_STATE = {
    **{name: sa.bindparam(f"new_{name}") for name in ("status", "format", "spec", "body")},
    "generation": sa.bindparam("new_generation", type_=sa.Integer),
    # A request to stop is for the generation it was made in.
    "cancel_requested": runs.c.cancel_requested
    & (runs.c.generation >= sa.bindparam("new_generation", type_=sa.Integer)),
}
_ADVANCE = (
    sa.update(runs)
    .where(runs.c.id == sa.bindparam("of_run"), runs.c.workspace_id == sa.bindparam("of_workspace"))
    .returning(runs.c.last_seq, runs.c.last_ordinal, runs.c.cancel_requested)
)
_ADVANCE_NUMBERS = _ADVANCE.values(_NUMBERS)
_ADVANCE_ALL = _ADVANCE.values({**_NUMBERS, **_STATE})


def _advance_run(
    connection: sa.Connection, key: _RunKey, new: tuple[int, int], state: Run | None
) -> sa.Row[Any] | None:
    values = {
        "of_workspace": key.workspace_id,
        "of_run": key.run_id,
        "new_events": new[0],
        "new_rows": new[1],
    }
    if state is None:
        return connection.execute(_ADVANCE_NUMBERS, values).first()
    for name, value in state_of_run(state).items():
        values[f"new_{name}"] = value
    return connection.execute(_ADVANCE_ALL, values).first()


def _add(rows: _Rows, one: _HandedIn, counter: _Counters, now: datetime) -> None:
    """The rows of one change set; `counter` moves on past them."""
    workspace_id, changes = one.workspace_id, one.changes
    for candidate in changes.candidates:
        counter.ordinal += 1
        rows.candidates.append(row_of_candidate(workspace_id, candidate, counter.ordinal))
    for body in changes.events:
        counter.seq += 1
        rows.events.append(row_of_event(workspace_id, changes.run_id, counter.seq, now, body))
    rows.merges.extend(row_of_merge(workspace_id, merge) for merge in changes.merges)
    for entry in changes.ledger:
        row = row_of_entry(workspace_id, entry)
        rows.ledger.append(row)
        if row["question_id"] not in rows.questions:
            rows.questions[row["question_id"]] = row_of_question(workspace_id, entry.key)


def _insert(connection: sa.Connection, rows: _Rows) -> None:
    if rows.candidates:
        # A candidate stays where it was first found, and in its run.
        statement = upsert(connection, candidates, keep=("ordinal",), same="run_id")
        connection.execute(statement, rows.candidates)
    if rows.merges:
        connection.execute(upsert(connection, merges), rows.merges)
    if rows.events:
        connection.execute(sa.insert(events), rows.events)
    if rows.questions:
        connection.execute(insert_new(connection, questions), list(rows.questions.values()))
    if rows.ledger:
        connection.execute(upsert(connection, ledger, newer="decided_at"), rows.ledger)
