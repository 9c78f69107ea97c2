"""Candidates of runs, and their merge log."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import candidates, merges
from netnew.domain.candidate import Candidate, MatchStatus, Merge
from netnew.domain.errors import NotFound
from netnew.domain.ids import CandidateId, RunId, WorkspaceId
from netnew.store.row_codec import FORMAT, Codec

_CANDIDATE = Codec(Candidate)
_MERGE = Codec(Merge)
_READ_AT_ONCE = 200

_ONE = sa.select(candidates.c.packed, candidates.c.format).where(
    candidates.c.workspace_id == sa.bindparam("workspace_id"),
    candidates.c.id == sa.bindparam("candidate_id"),
)
_NEXT_OF_RUN = (
    sa.select(candidates.c.ordinal, candidates.c.packed, candidates.c.format)
    .where(
        candidates.c.workspace_id == sa.bindparam("workspace_id"),
        candidates.c.run_id == sa.bindparam("run_id"),
        candidates.c.ordinal > sa.bindparam("after"),
    )
    .order_by(candidates.c.ordinal)
    .limit(_READ_AT_ONCE)
)
_NEXT_AT_STATUS = _NEXT_OF_RUN.where(candidates.c.status == sa.bindparam("status"))
_MERGES_OF_RUN = (
    sa.select(merges.c.packed, merges.c.format)
    .where(
        merges.c.workspace_id == sa.bindparam("workspace_id"),
        merges.c.run_id == sa.bindparam("run_id"),
    )
    .order_by(merges.c.merged_at, merges.c.lost, merges.c.kept)
)


def row_of_candidate(
    workspace_id: WorkspaceId, candidate: Candidate, ordinal: int
) -> dict[str, Any]:
    return {
        "id": candidate.id,
        "run_id": candidate.run_id,
        "workspace_id": workspace_id,
        "ordinal": ordinal,
        "status": candidate.status.value,
        "format": FORMAT,
        "packed": _CANDIDATE.pack(candidate),
    }


def row_of_merge(workspace_id: WorkspaceId, merge: Merge) -> dict[str, Any]:
    return {
        "run_id": merge.run_id,
        "lost": merge.lost,
        "kept": merge.kept,
        "workspace_id": workspace_id,
        "merged_at": merge.merged_at,
        "format": FORMAT,
        "packed": _MERGE.pack(merge),
    }


class SqlCandidateStore:
    def __init__(self, database: Database, workspace_id: WorkspaceId) -> None:
        self._database = database
        self._workspace_id = workspace_id

    async def get(self, candidate_id: CandidateId) -> Candidate:
        """Raises NotFound."""
        asked = {"workspace_id": self._workspace_id, "candidate_id": candidate_id}
        row = await self._database.read(lambda connection: connection.execute(_ONE, asked).first())
        if row is None:
            raise NotFound("candidate", candidate_id)
        return _CANDIDATE.unpack(row.packed, row.format)

    async def of_run(
        self, run_id: RunId, status: MatchStatus | None = None
    ) -> AsyncIterator[Candidate]:
        """All candidates of a run in the order found, or those with `status`; includes those
        found while reading."""
        page = partial(self._page, run_id=run_id, status=status)
        after = 0
        while True:
            found = await self._database.read(partial(page, after=after))
            for _, candidate in found:
                yield candidate
            if len(found) < _READ_AT_ONCE:
                return
            after = found[-1][0]

    async def merges(self, run_id: RunId) -> list[Merge]:
        """The merge log of a run, oldest first, including undone merges."""
        asked = {"workspace_id": self._workspace_id, "run_id": run_id}
        return await self._database.read(
            lambda connection: [
                _MERGE.unpack(row.packed, row.format)
                for row in connection.execute(_MERGES_OF_RUN, asked)
            ]
        )

    def _page(
        self, connection: sa.Connection, run_id: RunId, status: MatchStatus | None, after: int
    ) -> list[tuple[int, Candidate]]:
        asked = {"workspace_id": self._workspace_id, "run_id": run_id, "after": after}
        query = _NEXT_OF_RUN
        if status is not None:
            query, asked = _NEXT_AT_STATUS, asked | {"status": status.value}
        return [
            (row.ordinal, _CANDIDATE.unpack(row.packed, row.format))
            for row in connection.execute(query, asked)
        ]
