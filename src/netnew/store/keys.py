"""Keys: made, listed, revoked, recognised. Of a secret only its SHA-256 is kept: it is 160 random
bits, so that nobody finds it by trying, and looking it up takes one index."""

from __future__ import annotations

import builtins
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import Instant, keys
from netnew.domain.errors import InvalidInput, NetnewError, NotFound
from netnew.domain.ids import WorkspaceId
from netnew.domain.key import ApiKey
from netnew.ports import Clock

SECRET_PREFIX = "nn_"
_WORKSPACE = re.compile(r"^[a-z0-9][a-z0-9_-]{0,62}$")
_MOST_NAME_CHARS = 100
# A busy key is not written to with each request.
_USED_EVERY = timedelta(minutes=1)


# Asked at every request, so made once.
_OPENED = sa.select(keys).where(
    keys.c.digest == sa.bindparam("digest"), keys.c.revoked_at.is_(None)
)
_ANY_MADE = sa.select(keys.c.id).limit(1)
_ANY_IN_FORCE = _ANY_MADE.where(keys.c.revoked_at.is_(None))


@dataclass(frozen=True, slots=True)
class _Revoked:
    key_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Used:
    key_id: str
    at: datetime


class SqlKeys:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def create(self, name: str, workspace_id: WorkspaceId) -> tuple[ApiKey, str]:
        """A new key and its secret, which nobody can read again. Raises InvalidInput."""
        name = name.strip()
        if not 0 < len(name) <= _MOST_NAME_CHARS:
            raise InvalidInput("name", f"{len(name)} characters", f"1 to {_MOST_NAME_CHARS}")
        if not _WORKSPACE.match(workspace_id):
            allowed = "up to 63 of a-z, 0-9, - and _, the first a letter or digit"
            raise InvalidInput("workspace", f"{workspace_id!r} is no name of one", allowed)
        secret = SECRET_PREFIX + secrets.token_hex(20)
        key = ApiKey(f"key_{secrets.token_hex(6)}", workspace_id, name, self._clock.now())
        await self._database.write(_insert, {**_row(key), "digest": _digest(secret)})
        return key, secret

    async def list(self) -> list[ApiKey]:
        """All keys, the newest first, revoked ones included."""
        query = sa.select(keys).order_by(keys.c.created_at.desc(), keys.c.id)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [_key(row) for row in rows]

    async def revoke(self, key_id: str) -> ApiKey:
        """The key, no more in force; one revoked before stays as it is. Raises NotFound."""
        await self._database.write(_revoke, _Revoked(key_id, self._clock.now()))
        query = sa.select(keys).where(keys.c.id == key_id)
        return _key(await self._database.read(lambda connection: connection.execute(query).one()))

    async def opened_by(self, secret: str) -> ApiKey | None:
        """The key in force that `secret` is; None where there is none."""
        asked = {"digest": _digest(secret)}
        row = await self._database.read(
            lambda connection: connection.execute(_OPENED, asked).first()
        )
        if row is None:
            return None
        key, now = _key(row), self._clock.now()
        if key.last_used_at is None or now - key.last_used_at >= _USED_EVERY:
            await self._database.write(_use, _Used(key.id, now))
        return key

    async def any_in_force(self) -> bool:
        """Whether there is a key that is not revoked."""
        return await self._has(_ANY_IN_FORCE)

    async def is_in_force(self, key_id: str) -> bool:
        """Whether there is a key of that id that is not revoked."""
        return await self._has(_ANY_IN_FORCE.where(keys.c.id == key_id))

    async def any_made(self) -> bool:
        """Whether there ever was a key, a revoked one included."""
        return await self._has(_ANY_MADE)

    async def _has(self, query: sa.Select[tuple[str]]) -> bool:
        found = await self._database.read(lambda connection: connection.execute(query).first())
        return found is not None


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _row(key: ApiKey) -> dict[str, Any]:
    return {name: getattr(key, name) for name in ApiKey.__slots__}


def _key(row: sa.Row[Any]) -> ApiKey:
    return ApiKey(
        row.id,
        WorkspaceId(row.workspace_id),
        row.name,
        row.created_at,
        row.last_used_at,
        row.revoked_at,
    )


def _insert(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> builtins.list[None]:
    connection.execute(sa.insert(keys), list(rows))
    return [None for _ in rows]


def _revoke(
    connection: sa.Connection, asked: Sequence[_Revoked]
) -> builtins.list[NetnewError | None]:
    done: builtins.list[NetnewError | None] = []
    for one in asked:
        first = sa.func.coalesce(keys.c.revoked_at, sa.literal(one.at, Instant))
        statement = sa.update(keys).where(keys.c.id == one.key_id).values(revoked_at=first)
        found = connection.execute(statement)
        done.append(None if found.rowcount else NotFound("key", one.key_id))
    return done


def _use(connection: sa.Connection, asked: Sequence[_Used]) -> builtins.list[None]:
    for one in asked:
        statement = sa.update(keys).where(keys.c.id == one.key_id).values(last_used_at=one.at)
        connection.execute(statement)
    return [None for _ in asked]
