"""Webhooks, deliveries and attempts as rows, and back."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from netnew.domain.ids import RunId, WorkspaceId
from netnew.domain.webhook import Attempt, Delivery, DeliveryState, Webhook
from netnew.store.compression import compress, decompress


def row_of_webhook(webhook: Webhook) -> dict[str, Any]:
    row = {name: getattr(webhook, name) for name in Webhook.__slots__}
    return {**row, "wants": json.dumps(webhook.wants)}


def webhook_of_row(row: sa.Row[Any]) -> Webhook:
    return Webhook(
        row.id,
        RunId(row.run_id),
        WorkspaceId(row.workspace_id),
        row.face,
        row.url,
        tuple(json.loads(row.wants)),
        row.secret,
        row.created_at,
        row.seq,
    )


def row_of_delivery(delivery: Delivery) -> dict[str, Any]:
    row = {name: getattr(delivery, name) for name in Delivery.__slots__}
    return {**row, "state": delivery.state.value, "body": compress(delivery.body)}


def delivery_of_row(row: sa.Row[Any]) -> Delivery:
    return Delivery(
        row.id,
        row.webhook_id,
        RunId(row.run_id),
        WorkspaceId(row.workspace_id),
        row.seq,
        row.event_type,
        decompress(row.body),
        row.created_at,
        DeliveryState(row.state),
        row.tries,
        row.next_at,
    )


def attempt_of_row(row: sa.Row[Any]) -> Attempt:
    return Attempt(row.number, row.at, row.status, row.problem, row.took_ms)
