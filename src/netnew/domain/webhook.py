"""Webhooks: servers that are notified of a run's events, and the deliveries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from netnew.domain.ids import RunId, WorkspaceId


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is notified of a run. `face`: the wire format of its deliveries; `wants`:
    the event types it requested, in that format (empty: none). `secret`: its own, '' for the
    workspace's. `seq`: the last event examined for it."""

    id: str
    run_id: RunId
    workspace_id: WorkspaceId
    face: str
    url: str
    wants: tuple[str, ...]
    secret: str
    created_at: datetime
    seq: int = 0


class DeliveryState(StrEnum):
    """`pending`: waiting for an attempt. `delivered`: answered with 2xx. `dead`: given up."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event sent to one webhook. `id` and `body` are the same at each attempt. `next_at`:
    time of the next attempt, None if there is none."""

    id: str
    webhook_id: str
    run_id: RunId
    workspace_id: WorkspaceId
    seq: int
    event_type: str
    body: bytes
    created_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    tries: int = 0
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One delivery attempt. `status`: the HTTP status of the response, None without one;
    `problem`: why it failed, '' if it succeeded."""

    number: int
    at: datetime
    status: int | None
    problem: str
    took_ms: int
