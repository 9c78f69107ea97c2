"""Answers of sources: the newest for each page of each query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import searches
from netnew.db.upsert import in_key_order, upsert
from netnew.domain.ids import WorkspaceId
from netnew.domain.search import SearchAnswer
from netnew.store.row_codec import FORMAT, Codec

_ANSWER = Codec(SearchAnswer)

_ONE = sa.select(searches.c.packed, searches.c.format).where(
    searches.c.workspace_id == sa.bindparam("workspace_id"),
    searches.c.source == sa.bindparam("source"),
    searches.c.query == sa.bindparam("asked"),
    searches.c.page == sa.bindparam("page"),
    searches.c.at >= sa.bindparam("since"),
)


class SqlSearchCache:
    def __init__(self, database: Database, workspace_id: WorkspaceId) -> None:
        self._database = database
        self._workspace_id = workspace_id

    async def get(self, source: str, query: str, page: int, since: datetime) -> SearchAnswer | None:
        """The stored answer if it is from `since` or later."""
        asked = {
            "workspace_id": self._workspace_id,
            "source": source,
            "asked": query,
            "page": page,
            "since": since,
        }
        row = await self._database.read(lambda connection: connection.execute(_ONE, asked).first())
        return None if row is None else _ANSWER.unpack(row.packed, row.format)

    async def put(
        self, source: str, query: str, page: int, answer: SearchAnswer, at: datetime
    ) -> None:
        """Store `answer`, unless a later one is stored."""
        row = {
            "workspace_id": self._workspace_id,
            "source": source,
            "query": query,
            "page": page,
            "at": at,
            "format": FORMAT,
            "packed": _ANSWER.pack(answer),
        }
        await self._database.write(_put, row)


def _put(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> list[None]:
    newer = upsert(connection, searches, newer="at")
    connection.execute(newer, in_key_order(searches, rows))
    return [None] * len(rows)
