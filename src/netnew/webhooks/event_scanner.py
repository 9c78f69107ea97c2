"""From events to deliveries: what is new in runs with webhooks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from hashlib import blake2b

import structlog

from netnew.app.service import Service
from netnew.domain.errors import NotFound, TransientError
from netnew.domain.event import Event
from netnew.domain.ids import WorkspaceId
from netnew.domain.webhook import Delivery, Webhook
from netnew.ports.api import Outbox
from netnew.ports.system import Clock
from netnew.webhooks.format import WebhookFormat

ServiceOf = Callable[[WorkspaceId], Service]

_log = structlog.get_logger(__name__)

# A few webhooks at a time and a few events each, so that a long run does not delay others.
_WEBHOOKS_AT_ONCE = 16
_EVENTS_AT_ONCE = 50
_AGAIN_AFTER_S = 30.0


class EventScanner:
    """Examines each event of a run with webhooks once, across all processes."""

    def __init__(
        self,
        outbox: Outbox,
        shapes: Mapping[str, WebhookFormat],
        service_of: ServiceOf,
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._shapes = shapes
        self._service_of = service_of
        self._clock = clock
        # Webhooks whose dialect failed, and when they are tried again.
        self._resting: dict[str, float] = {}

    async def look(self) -> bool:
        """Store deliveries of new events; True if this process stored any."""
        webhooks = await self.behind()
        return any(await asyncio.gather(*(self._look_at(webhook) for webhook in webhooks)))

    async def behind(self) -> list[Webhook]:
        """Some of the webhooks that have unexamined events."""
        now = self._clock.monotonic()
        self._resting = {name: until for name, until in self._resting.items() if until > now}
        found = await self._outbox.behind(_WEBHOOKS_AT_ONCE + len(self._resting))
        return [webhook for webhook in found if webhook.id not in self._resting]

    async def _look_at(self, webhook: Webhook) -> bool:
        try:
            return await self._put(webhook)
        except NotFound:
            self._rest(webhook, 1.0)  # the run was just deleted, and the webhook with it
        except TransientError as error:
            _log.info("webhook is looked at later", webhook=webhook.id, error=str(error))
            self._rest(webhook, error.retry_after_s or 1.0)
        except Exception:
            # A failing webhook must not delay the others.
            _log.exception("webhook cannot be told", webhook=webhook.id, run=webhook.run_id)
            self._rest(webhook, _AGAIN_AFTER_S)
        return False

    def _rest(self, webhook: Webhook, seconds: float) -> None:
        self._resting[webhook.id] = self._clock.monotonic() + seconds

    async def _put(self, webhook: Webhook) -> bool:
        service = self._service_of(webhook.workspace_id)
        events = await service.queries.events(webhook.run_id, webhook.seq, _EVENTS_AT_ONCE)
        if not events:
            return await self._pass_over(service, webhook)
        shape = self._shapes[webhook.face]
        deliveries = [
            delivery
            for event in events
            for event_type in shape.types_of(event)
            if event_type in webhook.wants
            if (delivery := await self._delivery(service, webhook, event, event_type)) is not None
        ]
        return await self._outbox.put(webhook, events[-1].seq, deliveries)

    async def _pass_over(self, service: Service, webhook: Webhook) -> bool:
        """Skip events that retention has deleted. Raises NotFound."""
        run = await service.queries.run(webhook.run_id)
        if await service.queries.events(webhook.run_id, webhook.seq, 1):
            return True  # they came just now
        return await self._outbox.put(webhook, run.last_seq, [])

    async def _delivery(
        self, service: Service, webhook: Webhook, event: Event, event_type: str
    ) -> Delivery | None:
        """None if the run or candidate is gone."""
        name = delivery_id(webhook, event.seq, event_type)
        shape, now = self._shapes[webhook.face], self._clock.now()
        try:
            body = await shape.body_of(service, webhook.run_id, event, event_type, name)
        except NotFound:
            return None
        return Delivery(
            name,
            webhook.id,
            webhook.run_id,
            webhook.workspace_id,
            event.seq,
            event_type,
            body,
            now,
            next_at=now,
        )


def delivery_id(webhook: Webhook, seq: int, event_type: str) -> str:
    """Derived from webhook and event, so that examining the event again gives the same id."""
    named = f"{webhook.id}\0{seq}\0{event_type}".encode("utf-8", "surrogatepass")
    return f"whevent_{blake2b(named, digest_size=16).hexdigest()}"
