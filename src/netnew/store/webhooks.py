"""Webhooks and their deliveries, as one workspace sees them."""

from __future__ import annotations

import secrets as randomness
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import Instant, attempts, deliveries, runs, secrets, webhooks
from netnew.db.upsert import insert_new
from netnew.domain.errors import NetnewError, NotFound
from netnew.domain.ids import RunId, WorkspaceId
from netnew.domain.webhook import Attempt, Delivery, DeliveryState, Webhook
from netnew.ports.store import Join, UnitOfWork
from netnew.ports.system import Clock
from netnew.store.webhook_rows import (
    attempt_of_row,
    delivery_of_row,
    row_of_webhook,
    webhook_of_row,
)

SECRET_PREFIX = "whsec_"
_SECRET_BYTES = 32
_SECRET_NAME = "webhook"


@dataclass(frozen=True, slots=True)
class _Named:
    workspace_id: WorkspaceId
    delivery_id: str
    now: datetime

    @property
    def where(self) -> sa.ColumnElement[bool]:
        return sa.and_(
            deliveries.c.id == self.delivery_id, deliveries.c.workspace_id == self.workspace_id
        )


class SqlWebhooks:
    """See `ports.WebhookStore`. `secret`: signs for all workspaces; '': each has its own."""

    def __init__(self, database: Database, clock: Clock, secret: str = "") -> None:
        self._database = database
        self._clock = clock
        self._secret = secret

    def attach(self, webhook: Webhook) -> Join:
        """What stores a webhook with its run, in one transaction."""
        row = row_of_webhook(webhook)

        def join(work: UnitOfWork) -> None:
            cast(sa.Connection, work).execute(sa.insert(webhooks), row)

        return join

    async def of_run(self, workspace_id: WorkspaceId, run_id: RunId) -> list[Webhook]:
        """The webhooks of a run, first one first; none for an unknown run."""
        query = (
            sa.select(webhooks)
            .where(webhooks.c.run_id == run_id, webhooks.c.workspace_id == workspace_id)
            .order_by(webhooks.c.created_at, webhooks.c.id)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [webhook_of_row(row) for row in rows]

    async def secret_of(self, workspace_id: WorkspaceId) -> str:
        """The secret that signs for a workspace, created on first use (`whsec_…`)."""
        if self._secret:
            return self._secret
        found = await self._database.read(lambda connection: _secret(connection, workspace_id))
        if found is None:
            found = await self._database.write(_make_secret, workspace_id)
        return found

    async def deliveries(
        self, workspace_id: WorkspaceId, run_id: RunId, limit: int = 100, offset: int = 0
    ) -> list[Delivery]:
        """The deliveries of a run, newest events first; may be empty. Raises NotFound for an
        unknown run."""
        query = (
            sa.select(deliveries)
            .where(deliveries.c.run_id == run_id, deliveries.c.workspace_id == workspace_id)
            .order_by(deliveries.c.seq.desc(), deliveries.c.id)
            .limit(limit)
            .offset(offset)
        )
        run = sa.select(runs.c.id).where(runs.c.id == run_id, runs.c.workspace_id == workspace_id)

        def read(connection: sa.Connection) -> list[Delivery] | None:
            if connection.execute(run).first() is None:
                return None
            return [delivery_of_row(row) for row in connection.execute(query)]

        found = await self._database.read(read)
        if found is None:
            raise NotFound("run", run_id)
        return found

    async def delivery(self, workspace_id: WorkspaceId, delivery_id: str) -> Delivery:
        """Raises NotFound."""
        named = _Named(workspace_id, delivery_id, self._clock.now())
        return await self._database.read(lambda connection: _delivery(connection, named))

    async def attempts(self, workspace_id: WorkspaceId, delivery_id: str) -> list[Attempt]:
        """In order. Raises NotFound."""
        await self.delivery(workspace_id, delivery_id)
        query = (
            sa.select(attempts)
            .where(attempts.c.delivery_id == delivery_id)
            .order_by(attempts.c.number)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [attempt_of_row(row) for row in rows]

    async def resend(self, workspace_id: WorkspaceId, delivery_id: str) -> Delivery:
        """Send it again now, whatever its state, with the same id and body; one being sent at
        the moment is left alone. Raises NotFound."""
        named = _Named(workspace_id, delivery_id, self._clock.now())
        return await self._database.write(_resend, named)


def _secret(connection: sa.Connection, workspace_id: WorkspaceId) -> str | None:
    query = sa.select(secrets.c.value).where(
        secrets.c.workspace_id == workspace_id, secrets.c.name == _SECRET_NAME
    )
    found: str | None = connection.scalar(query)
    return found


def _make_secret(connection: sa.Connection, asked: Sequence[WorkspaceId]) -> list[str]:
    """The first secret created stays, whoever created it."""
    made = []
    for workspace_id in asked:
        value = SECRET_PREFIX + b64encode(randomness.token_bytes(_SECRET_BYTES)).decode()
        row = {"workspace_id": workspace_id, "name": _SECRET_NAME, "value": value}
        connection.execute(insert_new(connection, secrets), row)
        made.append(_secret(connection, workspace_id) or value)
    return made


def _delivery(connection: sa.Connection, named: _Named) -> Delivery:
    row = connection.execute(sa.select(deliveries).where(named.where)).first()
    if row is None:
        raise NotFound("delivery", named.delivery_id)
    return delivery_of_row(row)


def _resend(connection: sa.Connection, asked: Sequence[_Named]) -> list[Delivery | NetnewError]:
    done: list[Delivery | NetnewError] = []
    for named in asked:
        is_held = deliveries.c.claimed_until > named.now
        at = sa.case((is_held, deliveries.c.next_at), else_=sa.literal(named.now, Instant))
        wanted = {"state": DeliveryState.PENDING.value, "next_at": at}
        found = connection.execute(sa.update(deliveries).where(named.where).values(wanted))
        if found.rowcount:
            done.append(_delivery(connection, named))
        else:
            done.append(NotFound("delivery", named.delivery_id))
    return done
