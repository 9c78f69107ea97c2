"""The ledger: every verdict, by entity, question and judge. It outlives the runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import ledger
from netnew.domain.condition import Verdict
from netnew.domain.ids import SnapshotId, WorkspaceId
from netnew.domain.ledger import LedgerEntry, LedgerKey
from netnew.store.row_codec import FORMAT, Codec, batched, hashed

_ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Answer:
    """The fields of a LedgerEntry that have no column of their own."""

    verdict: Verdict
    shown: tuple[SnapshotId, ...] = ()


_ANSWER = Codec(_Answer)
_ENTRIES = sa.select(ledger.c.id, ledger.c.decided_at, ledger.c.format, ledger.c.packed).where(
    ledger.c.id.in_(sa.bindparam("ids", expanding=True))
)


def question_id(workspace_id: WorkspaceId, key: LedgerKey) -> str:
    """Identifies all of `key` except the entity."""
    return _question_id(workspace_id, key.entity_type, key.condition_key, key.judge_profile)


_question_id = lru_cache(maxsize=1024)(hashed)  # a run has few questions and many entities


@lru_cache(maxsize=4096)  # entries looked up are mostly written soon after
def entry_id(workspace_id: WorkspaceId, key: LedgerKey) -> str:
    return hashed(
        workspace_id, key.entity_key, key.entity_type, key.condition_key, key.judge_profile
    )


def row_of_question(workspace_id: WorkspaceId, key: LedgerKey) -> dict[str, Any]:
    return {
        "id": question_id(workspace_id, key),
        "workspace_id": workspace_id,
        "entity_type": key.entity_type,
        "condition_key": key.condition_key,
        "judge_profile": key.judge_profile,
    }


def row_of_entry(workspace_id: WorkspaceId, entry: LedgerEntry) -> dict[str, Any]:
    return {
        "id": entry_id(workspace_id, entry.key),
        "workspace_id": workspace_id,
        "entity_key": entry.key.entity_key,
        "question_id": question_id(workspace_id, entry.key),
        "decided_at": entry.decided_at,
        "format": FORMAT,
        "packed": _ANSWER.pack(_Answer(entry.verdict, tuple(sorted(entry.shown)))),
    }


class SqlLedger:
    def __init__(self, database: Database, workspace_id: WorkspaceId) -> None:
        self._database = database
        self._workspace_id = workspace_id

    async def look_up(self, keys: Iterable[LedgerKey]) -> dict[LedgerKey, LedgerEntry]:
        """The existing entries by key; one query per 500 keys."""
        asked = {entry_id(self._workspace_id, key): key for key in keys}
        if not asked:
            return {}
        return await self._database.read(lambda connection: _entries(connection, asked))


def _entries(
    connection: sa.Connection, asked: dict[str, LedgerKey]
) -> dict[LedgerKey, LedgerEntry]:
    found = {}
    for ids in batched(asked, _ASKED_AT_ONCE):
        for row in connection.execute(_ENTRIES, {"ids": ids}):
            key = asked[row.id]
            answer = _ANSWER.unpack(row.packed, row.format)
            found[key] = LedgerEntry(key, answer.verdict, frozenset(answer.shown), row.decided_at)
    return found
