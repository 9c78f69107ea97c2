"""Responses to requests with an idempotency key, kept for a day, so that nothing is done twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import answers
from netnew.db.upsert import insert_new
from netnew.domain.errors import Conflict, InvalidInput, NetnewError
from netnew.domain.ids import WorkspaceId
from netnew.ports.api import StoredResponse
from netnew.ports.system import Clock

KEPT = timedelta(days=1)
# A claim without a response for this long belongs to a dead process.
_ANSWERS_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class _Key:
    workspace_id: WorkspaceId
    route: str
    key: str

    @property
    def where(self) -> sa.ColumnElement[bool]:
        return sa.and_(
            answers.c.workspace_id == self.workspace_id,
            answers.c.route == self.route,
            answers.c.key == self.key,
        )


@dataclass(frozen=True, slots=True)
class _Claim:
    key: _Key
    asked: str
    now: datetime


@dataclass(frozen=True, slots=True)
class _Kept:
    key: _Key
    answer: StoredResponse | None


class SqlIdempotencyStore:
    """See `ports.AnswerStore`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def claim(
        self, workspace_id: WorkspaceId, route: str, key: str, asked: str
    ) -> StoredResponse | None:
        claim = _Claim(_Key(workspace_id, route, key), asked, self._clock.now())
        return await self._database.write(_claim, claim)

    async def keep(
        self, workspace_id: WorkspaceId, route: str, key: str, answer: StoredResponse
    ) -> None:
        await self._database.write(_keep, _Kept(_Key(workspace_id, route, key), answer))

    async def release(self, workspace_id: WorkspaceId, route: str, key: str) -> None:
        await self._database.write(_keep, _Kept(_Key(workspace_id, route, key), None))


def _claim(
    connection: sa.Connection, claims: Sequence[_Claim]
) -> list[StoredResponse | NetnewError | None]:
    return [_claimed(connection, claim) for claim in claims]


def _claimed(connection: sa.Connection, claim: _Claim) -> StoredResponse | NetnewError | None:
    key, now = claim.key, claim.now
    connection.execute(sa.delete(answers).where(answers.c.at < now - KEPT))
    found = None
    while found is None:  # a claim released between the two statements is free again
        if _is_new(connection, claim):
            return None
        found = connection.execute(sa.select(answers).where(key.where).with_for_update()).first()
    if found.asked != claim.asked:
        problem = "the same key came with another request before"
        return InvalidInput("Idempotency-Key", problem, "a new key for each request")
    if found.status is not None:
        return StoredResponse(found.status, bytes(found.body))
    if now - found.at < _ANSWERS_WITHIN:
        return Conflict("a request with this Idempotency-Key is being answered just now")
    connection.execute(sa.update(answers).where(key.where).values(at=now))
    return None


def _is_new(connection: sa.Connection, claim: _Claim) -> bool:
    key = claim.key
    row = {
        "workspace_id": key.workspace_id,
        "route": key.route,
        "key": key.key,
        "asked": claim.asked,
        "at": claim.now,
    }
    return bool(connection.execute(insert_new(connection, answers), row).rowcount)


def _keep(connection: sa.Connection, kept: Sequence[_Kept]) -> list[None]:
    for one in kept:
        if one.answer is None:
            connection.execute(sa.delete(answers).where(one.key.where))
        else:
            values = {"status": one.answer.status, "body": one.answer.body}
            connection.execute(sa.update(answers).where(one.key.where).values(values))
    return [None for _ in kept]
