"""The ledger: every verdict ever bought, by what was asked of whom. It outlives the runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import ledger
from netnew.domain.condition import Verdict
from netnew.domain.ids import SnapshotId, WorkspaceId
from netnew.domain.ledger import LedgerEntry, LedgerKey
from netnew.store.rows import FORMAT, Codec

_VERDICT = Codec(Verdict)
_SHOWN = Codec(tuple[SnapshotId, ...])
_ASKED_AT_ONCE = 500


def question_id(workspace_id: WorkspaceId, key: LedgerKey) -> str:
    """128 bits in hex that stand for all of `key` but the entity."""
    parts = [workspace_id, key.entity_type, key.condition_key, key.judge_profile]
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


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
        "workspace_id": workspace_id,
        "entity_key": entry.key.entity_key,
        "question_id": question_id(workspace_id, entry.key),
        "decided_at": entry.decided_at,
        "format": FORMAT,
        "verdict": _VERDICT.dump(entry.verdict),
        "shown": _SHOWN.dump(tuple(sorted(entry.shown))),
    }


class SqlLedger:
    def __init__(self, database: Database, workspace_id: WorkspaceId) -> None:
        self._database = database
        self._workspace_id = workspace_id

    async def look_up(self, keys: Iterable[LedgerKey]) -> dict[LedgerKey, LedgerEntry]:
        """The entries there are, by key; one query for each 500 keys."""
        asked = {(key.entity_key, question_id(self._workspace_id, key)): key for key in keys}
        if not asked:
            return {}
        return await self._database.read(lambda connection: self._entries(connection, asked))

    def _entries(
        self, connection: sa.Connection, asked: dict[tuple[str, str], LedgerKey]
    ) -> dict[LedgerKey, LedgerEntry]:
        found = {}
        for some in _batches(asked):
            query = sa.select(
                ledger.c.entity_key,
                ledger.c.question_id,
                ledger.c.decided_at,
                ledger.c.format,
                ledger.c.verdict,
                ledger.c.shown,
            ).where(
                ledger.c.workspace_id == self._workspace_id,
                sa.tuple_(ledger.c.entity_key, ledger.c.question_id).in_(some),
            )
            for row in connection.execute(query):
                key = asked[row.entity_key, row.question_id]
                found[key] = LedgerEntry(
                    key,
                    _VERDICT.load(row.verdict, row.format),
                    frozenset(_SHOWN.load(row.shown, row.format)),
                    row.decided_at,
                )
        return found


def _batches(asked: Iterable[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    left = iter(asked)
    while some := list(islice(left, _ASKED_AT_ONCE)):
        yield some
