"""Creates, lists, rotates, revokes and recognises API keys.

Only the SHA-256 of a secret is stored: with 160 random bits it cannot be guessed, and finding it
takes one index lookup."""

from __future__ import annotations

import builtins
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
import structlog

from netnew.db.database import Database
from netnew.db.tables import Instant, keys
from netnew.domain.api_key import ApiKey, KeyScope
from netnew.domain.errors import (
    Conflict,
    InvalidInput,
    NetnewError,
    NotFound,
    StoreBusy,
    StoreDamaged,
)
from netnew.domain.ids import WorkspaceId
from netnew.ports.api import JoinKey
from netnew.ports.system import Clock

SECRET_PREFIX = "nn_"
_WORKSPACE = re.compile(r"^[a-z0-9][a-z0-9_-]{0,62}$")
_MAX_NAME_CHARS = 100
# A busy key is not updated on each request.
_USED_EVERY = timedelta(minutes=1)
_MAX_OVERLAP = timedelta(days=36_500)
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


_log = structlog.get_logger(__name__)

# Used on every request, so compiled once.
_IS_IN_FORCE = sa.and_(
    keys.c.revoked_at.is_(None),
    sa.or_(keys.c.expires_at.is_(None), keys.c.expires_at > sa.bindparam("now", type_=Instant)),
)
_OPENED = sa.select(keys).where(keys.c.digest == sa.bindparam("digest"), _IS_IN_FORCE)
_ANY_MADE = sa.select(keys.c.id).limit(1)
_ANY_IN_FORCE = _ANY_MADE.where(_IS_IN_FORCE)


@dataclass(frozen=True, slots=True)
class _Rotated:
    key_id: str
    now: datetime
    old_expires_at: datetime
    new_id: str
    new_digest: str
    new_expires_at: datetime | None  # None: after as long as the old one was made for
    joining: JoinKey | None


@dataclass(frozen=True, slots=True)
class _Created:
    key: ApiKey
    digest: str
    joining: JoinKey | None


@dataclass(frozen=True, slots=True)
class _Revoked:
    key_id: str
    at: datetime
    joining: JoinKey | None


@dataclass(frozen=True, slots=True)
class _Used:
    key_id: str
    at: datetime


class SqlKeys:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._use_tried_at: dict[str, datetime] = {}

    async def create(
        self,
        name: str,
        workspace_id: WorkspaceId,
        *,
        scope: KeyScope = KeyScope.FULL,
        expires_at: datetime | None = None,
        joining: JoinKey | None = None,
    ) -> tuple[ApiKey, str]:
        """Create a key; return it with its secret, which cannot be read again. Raises
        InvalidInput."""
        name, now = name.strip(), self._clock.now()
        if not 0 < len(name) <= _MAX_NAME_CHARS:
            raise InvalidInput("name", f"{len(name)} characters", f"1 to {_MAX_NAME_CHARS}")
        if not _WORKSPACE.match(workspace_id):
            allowed = "up to 63 of a-z, 0-9, - and _, the first a letter or digit"
            raise InvalidInput("workspace", f"{workspace_id!r} is no name of one", allowed)
        _check_future("expires", expires_at, now)
        secret = _new_secret()
        key = ApiKey(_new_id(), workspace_id, name, now, scope=scope, expires_at=expires_at)
        await self._database.write(_create, _Created(key, _digest(secret), joining))
        return key, secret

    async def rotate(
        self,
        key_id: str,
        overlap: timedelta,
        *,
        expires_at: datetime | None = None,
        joining: JoinKey | None = None,
    ) -> tuple[ApiKey, str]:
        """Replace a key by a new one with the same name, workspace and scope; return it with its
        secret. The old key expires after `overlap`, or earlier if it would have.

        `expires_at` of the new key; None: the same lifetime as the old key. Raises NotFound,
        InvalidInput, and Conflict if the old key is revoked, expired, or already rotated: then
        rotate its successor."""
        if not timedelta() <= overlap <= _MAX_OVERLAP:
            problem = "is negative" if overlap < timedelta() else f"{overlap.days:,} days"
            raise InvalidInput("overlap", problem, f"0 to {_MAX_OVERLAP.days:,} days")
        now = self._clock.now()
        _check_future("expires", expires_at, now)
        secret = _new_secret()
        until, digest = now + overlap, _digest(secret)
        asked = _Rotated(key_id, now, until, _new_id(), digest, expires_at, joining)
        return await self._database.write(_rotate, asked), secret

    async def list(self) -> list[ApiKey]:
        """All keys, newest first, including revoked ones."""
        query = sa.select(keys).order_by(keys.c.created_at.desc(), keys.c.id)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [_key(row) for row in rows]

    async def revoke(self, key_id: str, *, joining: JoinKey | None = None) -> ApiKey:
        """Revoke a key and return it; one already revoked stays unchanged. Raises NotFound."""
        return await self._database.write(_revoke, _Revoked(key_id, self._clock.now(), joining))

    async def opened_by(self, secret: str) -> ApiKey | None:
        """The valid key with this secret; None if there is none."""
        now = self._clock.now()
        asked = {"digest": _digest(secret), "now": now}
        row = await self._database.read(
            lambda connection: connection.execute(_OPENED, asked).first()
        )
        if row is None:
            return None
        key = _key(row)
        if key.last_used_at is None or now - key.last_used_at >= _USED_EVERY:
            await self._record_use(key.id, now)
        return key

    async def _record_use(self, key_id: str, now: datetime) -> None:
        """Attempted once a minute; failures are ignored, so that reading works while nothing can
        be written."""
        tried_at = self._use_tried_at.get(key_id)
        if tried_at is not None and now - tried_at < _USED_EVERY:
            return
        self._use_tried_at[key_id] = now
        try:
            await self._database.write(_use, _Used(key_id, now))
        except (StoreBusy, StoreDamaged) as error:
            _log.warning("the last use of a key is not recorded", key=key_id, error=str(error))

    async def any_in_force(self) -> bool:
        """Whether there is a valid key: neither revoked nor expired."""
        return await self._has(_ANY_IN_FORCE, now=self._clock.now())

    async def is_in_force(self, key_id: str) -> bool:
        """Whether the key with that id is valid: neither revoked nor expired."""
        return await self._has(_ANY_IN_FORCE.where(keys.c.id == key_id), now=self._clock.now())

    async def any_made(self) -> bool:
        """Whether a key was ever created, even if revoked since."""
        return await self._has(_ANY_MADE)

    async def _has(self, query: sa.Select[tuple[str]], **values: datetime) -> bool:
        found = await self._database.read(
            lambda connection: connection.execute(query, values).first()
        )
        return found is not None


def _new_id() -> str:
    return f"key_{secrets.token_hex(6)}"


def _new_secret() -> str:
    return SECRET_PREFIX + secrets.token_hex(20)


def _check_future(field: str, at: datetime | None, now: datetime) -> None:
    if at is not None and at <= now:
        raise InvalidInput(field, f"{at:%Y-%m-%d %H:%M} UTC has passed", "a time in the future")


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
        KeyScope(row.scope),
        row.expires_at,
        row.successor_id,
    )


def _create(connection: sa.Connection, asked: Sequence[_Created]) -> builtins.list[None]:
    for one in asked:
        _insert(connection, one.key, one.digest, one.joining)
    return [None for _ in asked]


def _insert(connection: sa.Connection, key: ApiKey, digest: str, joining: JoinKey | None) -> None:
    connection.execute(sa.insert(keys), {**_row(key), "digest": digest})
    if joining is not None:
        joining(key)(connection)


def _rotate(
    connection: sa.Connection, asked: Sequence[_Rotated]
) -> builtins.list[ApiKey | NetnewError]:
    return [_rotate_one(connection, one) for one in asked]


def _rotate_one(connection: sa.Connection, asked: _Rotated) -> ApiKey | NetnewError:
    row = connection.execute(
        sa.select(keys).where(keys.c.id == asked.key_id).with_for_update()
    ).first()
    if row is None:
        return NotFound("key", asked.key_id)
    old = _key(row)
    if not old.is_in_force(asked.now):
        state = "revoked" if old.revoked_at else "expired"
        return Conflict(f"{old.id} is {state}; create a new key")
    if old.successor_id is not None:
        hint = "rotate that one, or create a new key"
        return Conflict(f"{old.id} was rotated before, its successor is {old.successor_id}; {hint}")
    new = ApiKey(
        asked.new_id,
        old.workspace_id,
        old.name,
        asked.now,
        scope=old.scope,
        expires_at=asked.new_expires_at or _after_as_long(old, asked.now),
    )
    expires_at = min(asked.old_expires_at, old.expires_at or asked.old_expires_at)
    ended = sa.update(keys).where(keys.c.id == old.id)
    connection.execute(ended.values(expires_at=expires_at, successor_id=new.id))
    _insert(connection, new, asked.new_digest, asked.joining)
    return new


def _after_as_long(old: ApiKey, now: datetime) -> datetime | None:
    """When a key created `now` expires, given the lifetime of `old`."""
    if old.expires_at is None:
        return None
    lifetime = old.expires_at - old.created_at
    return now + min(lifetime, _END_OF_TIME - now)


def _revoke(
    connection: sa.Connection, asked: Sequence[_Revoked]
) -> builtins.list[ApiKey | NetnewError]:
    return [_revoke_one(connection, one) for one in asked]


def _revoke_one(connection: sa.Connection, asked: _Revoked) -> ApiKey | NetnewError:
    first = sa.func.coalesce(keys.c.revoked_at, sa.literal(asked.at, Instant))
    statement = sa.update(keys).where(keys.c.id == asked.key_id).values(revoked_at=first)
    row = connection.execute(statement.returning(keys)).first()
    if row is None:
        return NotFound("key", asked.key_id)
    key = _key(row)
    if asked.joining is not None:
        asked.joining(key)(connection)
    return key


def _use(connection: sa.Connection, asked: Sequence[_Used]) -> builtins.list[None]:
    for one in asked:
        statement = sa.update(keys).where(keys.c.id == one.key_id).values(last_used_at=one.at)
        connection.execute(statement)
    return [None for _ in asked]
