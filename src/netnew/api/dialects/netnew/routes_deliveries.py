"""What became of the events that were to be told to webhooks."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from netnew.api.auth import CurrentCaller
from netnew.api.authenticated_route import AuthenticatedRoute
from netnew.api.dialects.netnew.errors import refusals
from netnew.api.dialects.netnew.responses import Limit, Offset
from netnew.api.path_ids import run_id_in_path
from netnew.domain.webhook import Attempt, Delivery, DeliveryState, Webhook

router = APIRouter(route_class=AuthenticatedRoute)


class WebhookView(BaseModel):
    """`face`: the wire format of its deliveries; `wants`: the event types in that format."""

    id: str
    url: str
    face: str
    wants: list[str]
    created_at: datetime


class DeliveryView(BaseModel):
    """One event sent to one webhook; `id` is the same at each attempt."""

    id: str
    webhook_id: str
    run_id: str
    seq: int = Field(description="the number of the event")
    event_type: str
    state: DeliveryState
    tries: int
    created_at: datetime
    next_at: datetime | None = Field(description="time of the next attempt; null: none")


class DeliveryPage(BaseModel):
    """Newest events first. `next_offset`: start of the next page; null on the last."""

    webhooks: list[WebhookView]
    deliveries: list[DeliveryView]
    next_offset: int | None


class AttemptView(BaseModel):
    """`status`: the HTTP status of the response; `problem`: why the delivery failed."""

    number: int
    at: datetime
    status: int | None
    problem: str
    took_ms: int


class DeliveryDetail(DeliveryView):
    attempts: list[AttemptView]
    body: Any = Field(description="the JSON body, the same at each attempt")


@router.get("/runs/{run_id}/deliveries", responses=refusals(404))
async def list_deliveries(
    caller: CurrentCaller, run_id: str, limit: Limit = 100, offset: Offset = 0
) -> DeliveryPage:
    """The webhooks of a run and the state of each delivery."""
    run = await caller.service.queries.run(run_id_in_path(run_id))
    webhooks, workspace_id = caller.api.webhooks, caller.workspace_id
    found = await webhooks.deliveries(workspace_id, run.id, limit + 1, offset)
    return DeliveryPage(
        webhooks=[_webhook(x) for x in await webhooks.of_run(workspace_id, run.id)],
        deliveries=[DeliveryView.model_validate(_told(x)) for x in found[:limit]],
        next_offset=offset + limit if len(found) > limit else None,
    )


@router.get("/deliveries/{delivery_id}", responses=refusals(404))
async def show_delivery(caller: CurrentCaller, delivery_id: str) -> DeliveryDetail:
    """A delivery with its attempts and the body that is sent."""
    webhooks, workspace_id = caller.api.webhooks, caller.workspace_id
    delivery = await webhooks.delivery(workspace_id, delivery_id)
    attempts = await webhooks.attempts(workspace_id, delivery_id)
    return _shown(delivery, attempts)


@router.post("/deliveries/{delivery_id}/resend", responses=refusals(404, 413))
async def resend_delivery(caller: CurrentCaller, delivery_id: str) -> DeliveryDetail:
    """Send a delivery again now, whatever its state, with the same id and body."""
    webhooks, workspace_id = caller.api.webhooks, caller.workspace_id
    async with caller.service.audit.recorded("webhook.resend", delivery_id):
        delivery = await webhooks.resend(workspace_id, delivery_id)
    return _shown(delivery, await webhooks.attempts(workspace_id, delivery_id))


def _webhook(webhook: Webhook) -> WebhookView:
    return WebhookView(
        id=webhook.id,
        url=webhook.url,
        face=webhook.face,
        wants=list(webhook.wants),
        created_at=webhook.created_at,
    )


def _told(delivery: Delivery) -> dict[str, object]:
    return {name: getattr(delivery, name) for name in DeliveryView.model_fields}


def _shown(delivery: Delivery, attempts: list[Attempt]) -> DeliveryDetail:
    tried = [{name: getattr(x, name) for name in AttemptView.model_fields} for x in attempts]
    told = {**_told(delivery), "attempts": tried, "body": json.loads(delivery.body)}
    return DeliveryDetail.model_validate(told)
