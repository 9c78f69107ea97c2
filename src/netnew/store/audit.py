"""The stored audit log: one line per command, never changed."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from netnew.db.database import Database
from netnew.db.tables import audit
from netnew.db.unit_of_work import connection_of
from netnew.domain.audit import Actor, AuditEntry, AuditOutcome
from netnew.domain.errors import StoreReadOnly
from netnew.domain.ids import WorkspaceId
from netnew.ports.store import Join, UnitOfWork

_MAX_SUBJECT_CHARS = 200

_log = structlog.get_logger(__name__)


class SqlAuditLog:
    """Of all workspaces."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def joining(self, entry: AuditEntry) -> Join:
        """What stores `entry` in the transaction of the command."""
        row = _row(entry)

        def join(unit: UnitOfWork) -> None:
            connection_of(unit).execute(sa.insert(audit), row)

        return join

    async def record(self, entry: AuditEntry) -> None:
        """Store `entry` in a transaction of its own; does nothing if the database is read-only."""
        try:
            await self._database.write(_insert, _row(entry))
        except StoreReadOnly:  # a read-only HOME may be exported; every other command fails
            _log.info("not in the audit log, which is read-only", action=entry.action)

    async def entries(
        self, limit: int = 50, key_id: str = "", since: datetime | None = None
    ) -> list[AuditEntry]:
        """Newest first. `key_id`: only lines by or about that key."""
        query = sa.select(audit).order_by(audit.c.at.desc(), audit.c.id.desc()).limit(limit)
        if key_id:
            query = query.where(sa.or_(audit.c.actor == key_id, audit.c.subject == key_id))
        if since is not None:
            query = query.where(audit.c.at >= since)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [_entry(row) for row in rows]


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": secrets.token_hex(8),
        "at": entry.at,
        "workspace_id": entry.workspace_id,
        "actor": entry.actor.name,
        "face": entry.actor.face,
        "action": entry.action,
        "subject": entry.subject[:_MAX_SUBJECT_CHARS],
        "outcome": entry.outcome.value,
        "detail": entry.detail,
    }


def _entry(row: sa.Row[Any]) -> AuditEntry:
    return AuditEntry(
        row.at,
        WorkspaceId(row.workspace_id),
        Actor(row.actor, row.face),
        row.action,
        row.subject,
        AuditOutcome(row.outcome),
        row.detail,
    )


def _insert(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> list[None]:
    connection.execute(sa.insert(audit), list(rows))
    return [None for _ in rows]
