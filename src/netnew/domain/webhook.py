"""Where the events of a run are told to somebody else's server, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from netnew.domain.ids import RunId, WorkspaceId


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told of a run. `face`: whose wire format it is told in, `wants`: the event
    types it asked for, in that face's words (empty: none). `secret`: its own, '' for that of the
    workspace. `seq`: the last event that was looked at for it."""

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
    """One event on its way to one webhook. `id` and `body` are the same at each attempt. `next_at`:
    when it is tried next, None where it is not."""

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
    """One try to deliver. `status`: the HTTP status that came back, None where none did; `problem`:
    why it does not count as delivered, '' where it does."""

    number: int
    at: datetime
    status: int | None
    problem: str
    took_ms: int
