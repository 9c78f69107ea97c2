"""Webhooks and what became of each event they were to be told."""

from __future__ import annotations

import json
from typing import cast

import sqlalchemy as sa

from netnew.db.database import Database
from netnew.db.tables import webhooks
from netnew.domain.ids import RunId, WorkspaceId
from netnew.domain.webhook import Attempt, Delivery, Webhook
from netnew.ports import Clock, Join, UnitOfWork


class SqlWebhooks:
    """See `ports.WebhookStore` and `ports.Outbox`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def attach(self, webhook: Webhook) -> Join:
        """What keeps a webhook together with its run, in one transaction."""
        row = {
            "id": webhook.id,
            "run_id": webhook.run_id,
            "workspace_id": webhook.workspace_id,
            "face": webhook.face,
            "url": webhook.url,
            "wants": json.dumps(webhook.wants),
            "secret": webhook.secret,
            "created_at": webhook.created_at,
            "seq": webhook.seq,
        }

        def join(work: UnitOfWork) -> None:
            cast(sa.Connection, work).execute(sa.insert(webhooks), row)

        return join

    async def of_run(self, workspace_id: WorkspaceId, run_id: RunId) -> list[Webhook]:
        raise NotImplementedError

    async def secret_of(self, workspace_id: WorkspaceId) -> str:
        raise NotImplementedError

    async def deliveries(
        self, workspace_id: WorkspaceId, run_id: RunId, limit: int = 100, offset: int = 0
    ) -> list[Delivery]:
        raise NotImplementedError

    async def delivery(self, workspace_id: WorkspaceId, delivery_id: str) -> Delivery:
        raise NotImplementedError

    async def attempts(self, workspace_id: WorkspaceId, delivery_id: str) -> list[Attempt]:
        raise NotImplementedError

    async def resend(self, workspace_id: WorkspaceId, delivery_id: str) -> Delivery:
        raise NotImplementedError
