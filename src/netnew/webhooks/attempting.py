"""One attempt to deliver, and what follows from it: delivered, again later, or given up."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from netnew.domain.errors import TransientError
from netnew.domain.ids import WorkspaceId
from netnew.domain.webhook import Attempt, Delivery, DeliveryState, Webhook
from netnew.ports import Clock
from netnew.webhooks.sending import Outcome, Sender
from netnew.webhooks.shape import Sent, Shape

SecretOf = Callable[[WorkspaceId], Awaitable[str]]

_log = structlog.get_logger(__name__)

_RECEIVER = re.compile(r"[^/]*//[^/?#]*/?")
# From the end of the longest attempt until it is another's: to note what came of it.
_BESIDE_S = 15.0


@dataclass(frozen=True, slots=True)
class Result:
    attempt: Attempt
    state: DeliveryState
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempting:
    """`timeout_s`: what a receiver has to answer in, where its face does not say."""

    shapes: Mapping[str, Shape]
    secret_of: SecretOf
    sender: Sender
    clock: Clock
    timeout_s: float

    @property
    def lease_s(self) -> float:
        """How long a claim must last."""
        return max(map(self._timeout_s, self.shapes.values()), default=0.0) + _BESIDE_S

    async def attempt(self, delivery: Delivery, webhook: Webhook) -> Result:
        """What goes wrong is an attempt that failed. Raises TransientError where nothing was sent,
        for the store's sake."""
        at, began = self.clock.now(), self.clock.monotonic()
        try:
            outcome = await self._post(delivery, webhook, at)
        except TransientError:
            raise
        except Exception as error:
            _log.exception("a webhook could not be sent", delivery=delivery.id)
            outcome = Outcome(None, f"could not be sent: {type(error).__name__}")
        took_ms = round((self.clock.monotonic() - began) * 1000)
        number = delivery.tries + 1
        attempt = Attempt(number, at, outcome.status, outcome.problem, took_ms)
        state, next_at = self._what_follows(delivery, webhook, outcome)
        _tell(delivery, webhook, attempt, state)
        return Result(attempt, state, next_at)

    async def _post(self, delivery: Delivery, webhook: Webhook, at: datetime) -> Outcome:
        shape = self.shapes[webhook.face]
        secret = await self.secret_of(webhook.workspace_id)
        sent = Sent(delivery.id, delivery.event_type, delivery.body, at, webhook.secret, secret)
        headers = shape.headers_of(sent)
        return await self.sender.post(webhook.url, headers, sent.body, self._timeout_s(shape))

    def _what_follows(
        self, delivery: Delivery, webhook: Webhook, outcome: Outcome
    ) -> tuple[DeliveryState, datetime | None]:
        if not outcome.problem:
            return DeliveryState.DELIVERED, None
        if outcome.is_final:
            return DeliveryState.DEAD, None
        now = self.clock.now()
        age_s = (now - delivery.created_at).total_seconds()
        wait_s = self.shapes[webhook.face].wait_s(delivery.tries + 1, age_s)
        if wait_s is None:
            return DeliveryState.DEAD, None
        return DeliveryState.PENDING, now + timedelta(seconds=wait_s)

    def _timeout_s(self, shape: Shape) -> float:
        return self.timeout_s if shape.timeout_s is None else shape.timeout_s


def receiver_of(url: str) -> str:
    """How the addresses of the server that `url` is on begin."""
    found = _RECEIVER.match(url)
    return found[0] if found else url


def _tell(delivery: Delivery, webhook: Webhook, attempt: Attempt, state: DeliveryState) -> None:
    told = {
        "delivery": delivery.id,
        "type": delivery.event_type,
        "run": delivery.run_id,
        "to": receiver_of(webhook.url),  # what follows may be a secret
        "try": attempt.number,
        "status": attempt.status,
    }
    match state:
        case DeliveryState.DELIVERED:
            _log.debug("webhook delivered", **told)
        case DeliveryState.PENDING:
            _log.info("webhook is tried again", problem=attempt.problem, **told)
        case DeliveryState.DEAD:
            _log.warning("webhook given up", problem=attempt.problem, **told)
