"""The audit log as it is kept, over both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from netnew.db.database import Database, open_database
from netnew.db.tables import runs
from netnew.domain.audit import Actor, AuditEntry, AuditOutcome
from netnew.domain.errors import NotFound
from netnew.domain.ids import LOCAL_WORKSPACE, RunId, WorkspaceId
from netnew.store.audit import SqlAuditLog
from netnew.store.retention import Retention, Swept
from netnew.store.runs import SqlRunStore
from netnew.testing import FrozenClock
from tests.support.databases import KINDS, new_database

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
ENTRY = AuditEntry(
    NOW, LOCAL_WORKSPACE, Actor("key_1", "scout"), "extend", "run_1", AuditOutcome.DONE, "5 more"
)

Work = Callable[[SqlAuditLog, Database], Awaitable[None]]
Check = Callable[[Work], None]


@pytest.fixture(params=KINDS)
def check(request: pytest.FixtureRequest, tmp_path: Path) -> Check:
    """Runs a test over a new database."""
    url = new_database(request.param, request, tmp_path)

    def run(work: Work) -> None:
        async def with_log() -> None:
            async with open_database(url) as database:
                await work(SqlAuditLog(database), database)

        asyncio.run(with_log())

    return run


def test_entries_come_back_as_they_were_the_newest_first(check: Check) -> None:
    async def work(log: SqlAuditLog, _: Database) -> None:
        other = replace(ENTRY, at=NOW + timedelta(hours=1), workspace_id=WorkspaceId("sales"))
        refused = replace(
            ENTRY, at=NOW - timedelta(hours=1), outcome=AuditOutcome.REFUSED, detail="X"
        )
        for entry in (ENTRY, other, refused):
            await log.record(entry)
        assert await log.entries() == [other, ENTRY, refused]
        assert await log.entries(limit=1) == [other]
        assert await log.entries(since=NOW) == [other, ENTRY]

    check(work)


def test_entries_of_a_key_are_those_by_it_and_those_on_it(check: Check) -> None:
    async def work(log: SqlAuditLog, _: Database) -> None:
        revoked = replace(
            ENTRY, at=NOW + timedelta(1), actor=Actor("user:a", "cli"), subject="key_1"
        )
        for entry in (ENTRY, revoked, replace(ENTRY, actor=Actor("key_2", "scout"))):
            await log.record(entry)
        assert await log.entries(key_id="key_1") == [revoked, ENTRY]
        assert await log.entries(key_id="key_3") == []

    check(work)


def test_what_a_caller_named_is_kept_cut_and_without_what_no_database_holds(check: Check) -> None:
    async def work(log: SqlAuditLog, _: Database) -> None:
        await log.record(replace(ENTRY, subject="a\x00\ud800" + "b" * 1_000))
        (kept,) = await log.entries()
        assert kept.subject == "a\ufffd\ufffd" + "b" * 197

    check(work)


def test_a_deletion_and_its_line_are_one_transaction(check: Check) -> None:
    async def work(log: SqlAuditLog, database: Database) -> None:
        store = SqlRunStore(database, LOCAL_WORKSPACE, FrozenClock())
        await database.write(_insert_run, "run_1")
        with pytest.raises(ZeroDivisionError):
            await store.delete(RunId("run_1"), [log.joining(ENTRY), _break])
        assert await log.entries() == []
        assert await store.count() == 1
        with pytest.raises(NotFound):
            await store.delete(RunId("run_2"), [log.joining(ENTRY)])
        assert await log.entries() == []
        await store.delete(RunId("run_1"), [log.joining(ENTRY)])
        assert await log.entries() == [ENTRY]
        assert await store.count() == 0

    check(work)


def test_lines_go_with_runs_by_their_own_age(check: Check) -> None:
    async def work(log: SqlAuditLog, database: Database) -> None:
        retention = Retention(database)
        young = replace(ENTRY, at=NOW - timedelta(days=29))
        old = [replace(ENTRY, at=NOW - timedelta(days=31, hours=n)) for n in range(3)]
        for entry in (young, *old):
            await log.record(entry)
        assert await retention.sweep(None, 1, 1, NOW) == Swept()
        assert await retention.sweep(30, None, None, NOW) == Swept(audit=3)
        assert await log.entries() == [young]

    check(work)


def _break(_: object) -> None:
    raise ZeroDivisionError


def _insert_run(connection: sa.Connection, ids: list[str]) -> list[None]:
    for id_ in ids:
        row = {
            "id": id_,
            "workspace_id": LOCAL_WORKSPACE,
            "status": "queued",
            "generation": 0,
            "created_at": NOW,
            "last_seq": 0,
            "last_ordinal": 0,
            "format": 1,
            "spec": "{}",
            "body": "{}",
        }
        connection.execute(sa.insert(runs), row)
    return [None for _ in ids]
