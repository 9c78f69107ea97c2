"""The store: everything in one database."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from netnew.db.database import Database, open_database
from netnew.db.sqlite import Synchronous
from netnew.domain.ids import LOCAL_WORKSPACE, WorkspaceId
from netnew.ports.system import Clock
from netnew.store.audit import SqlAuditLog
from netnew.store.candidates import SqlCandidateStore
from netnew.store.events import SqlEventStore
from netnew.store.journal import SqlJournal
from netnew.store.ledger import SqlLedger
from netnew.store.pages import DEFAULT_RECENT, SqlPageStore
from netnew.store.runs import SqlRunStore
from netnew.store.search_cache import SqlSearchCache


class SqlStore:
    """The `Store` of one workspace. Several may share a database, and then its writer too."""

    def __init__(
        self,
        database: Database,
        workspace_id: WorkspaceId,
        clock: Clock,
        recent_pages: int = DEFAULT_RECENT,
    ) -> None:
        self.workspace_id = workspace_id
        self.runs = SqlRunStore(database, workspace_id, clock)
        self.candidates = SqlCandidateStore(database, workspace_id)
        self.events = SqlEventStore(database, workspace_id)
        self.ledger = SqlLedger(database, workspace_id)
        self.pages = SqlPageStore(database, recent_pages)
        self.searches = SqlSearchCache(database, workspace_id)
        self.journal = SqlJournal(database, workspace_id, clock)
        self.audit = SqlAuditLog(database)


class _SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@asynccontextmanager
async def open_store(
    database_url: str,
    workspace_id: WorkspaceId = LOCAL_WORKSPACE,
    clock: Clock | None = None,
    synchronous: Synchronous = "normal",
    recent_pages: int = DEFAULT_RECENT,
) -> AsyncIterator[SqlStore]:
    """The store at `database_url` (`sqlite:///path`), created on first use; closed on exit, after
    everything submitted is written.

    `clock` dates the events (None: the system's). `synchronous`: see `db.sqlite.Synchronous`.
    `recent_pages`: how many decoded snapshots stay in memory. Errors: see `open_database`."""
    async with open_database(database_url, synchronous) as database:
        yield SqlStore(database, workspace_id, clock or _SystemClock(), recent_pages)
