"""One attempt: a POST to a checked address, and what the response means."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpcore2
import structlog

from netnew import __version__
from netnew.domain.errors import AddressRefused, TransientError
from netnew.domain.ids import WorkspaceId
from netnew.domain.webhook import Attempt, Delivery, DeliveryState, Webhook
from netnew.net.connector import (
    ConnectionFailed,
    Connector,
    DirectConnector,
    GatewayConnector,
    Headers,
    header,
)
from netnew.net.ssrf_guard import AddressGuard
from netnew.ports.system import Clock
from netnew.webhooks.format import OutgoingMessage, WebhookFormat

_GONE = 410
_MAX_READ = 64 * 1024
_MAX_SHOWN = 500
_WHY = {
    "dns": "its name is not known",
    "refused": "connection refused",
    "connect": "no connection",
    "tls": "no secure connection",
    "protocol": "the answer is no HTTP",
}


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """`status` of the response, None without one. `problem`: '' if it counts as delivered.
    `is_final`: retrying is useless."""

    status: int | None
    problem: str = ""
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends to addresses that `guard` allows. Redirects are not followed: nobody asked for their
    target, and they are how a public address leads to a private one."""

    connector: Connector
    guard: AddressGuard

    async def post(
        self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float
    ) -> SendOutcome:
        """The outcome, within `timeout_s` in total. Never raises because of a receiver."""
        answer = _Answer()
        try:
            target = self.guard.checked_url(url)
            given = _headers(target.netloc, headers)
            async with (
                asyncio.timeout(timeout_s),
                self.connector.exchange(target, given, timeout_s, body) as response,
            ):
                answer.status = response.status
                answer.location = header(response.headers, "location")
                await _read(response)
        except AddressRefused as error:
            return SendOutcome(None, f"refused: {error.reason}", is_final=True)
        except (TimeoutError, ConnectionFailed) as error:
            if not answer.status:
                return SendOutcome(None, _why(error, timeout_s))
        return answer.outcome()

    async def aclose(self) -> None:
        await self.connector.aclose()


@dataclass(slots=True)
class _Answer:
    """As far as it arrived: only the status counts, not what follows."""

    status: int = 0
    location: str | None = None

    def outcome(self) -> SendOutcome:
        status = self.status
        if 200 <= status < 300:
            return SendOutcome(status)
        if 300 <= status < 400 and self.location:
            target = self.location[:_MAX_SHOWN]
            return SendOutcome(status, f"redirects to {target}, which is not followed")
        return SendOutcome(status, f"answered {status}", is_final=status == _GONE)


def _headers(host: bytes, given: Mapping[str, str]) -> Headers:
    headers = {
        "Host": host.decode("ascii"),
        "User-Agent": f"netnew/{__version__}",
        "Content-Type": "application/json",
        "Accept": "*/*",
        **given,
    }
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]


async def _read(response: httpcore2.Response) -> None:
    """Read the response body, up to a limit, so that the connection can be reused."""
    read = 0
    async for chunk in response.aiter_stream():
        read += len(chunk)
        if read > _MAX_READ:
            return


def _why(error: Exception, timeout_s: float) -> str:
    if not isinstance(error, ConnectionFailed) or error.reason == "timeout":
        return f"no answer within {timeout_s:g} s"
    return f"{_WHY.get(error.reason, error.reason)} ({str(error)[:_MAX_SHOWN]})"


def open_sender(gateway: str | None, allow_private: bool) -> Sender:
    """A sender to the receivers themselves, or to the loopback `gateway` (NETNEW_TEST_GATEWAY) that
    stands for the web; with `allow_private`, receivers on this machine are reached directly.

    Raises InvalidInput where `gateway` is not a loopback address."""
    guard = AddressGuard(allow_private)
    if gateway and not allow_private:
        return Sender(GatewayConnector(gateway), guard)
    return Sender(DirectConnector(guard), guard)


SecretOf = Callable[[WorkspaceId], Awaitable[str]]

_log = structlog.get_logger(__name__)

_RECEIVER = re.compile(r"[^/]*//[^/?#]*/?")
# Time to record the outcome after the longest attempt, before another process may claim it.
_BESIDE_S = 15.0


@dataclass(frozen=True, slots=True)
class AttemptResult:
    attempt: Attempt
    state: DeliveryState
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """`timeout_s`: the time a receiver has to respond, unless its dialect says otherwise."""

    shapes: Mapping[str, WebhookFormat]
    secret_of: SecretOf
    sender: Sender
    clock: Clock
    timeout_s: float

    @property
    def lease_s(self) -> float:
        """The minimum duration of a claim, in seconds."""
        return max(map(self._timeout_s, self.shapes.values()), default=0.0) + _BESIDE_S

    async def attempt(self, delivery: Delivery, webhook: Webhook) -> AttemptResult:
        """Errors are recorded as a failed attempt. Raises TransientError if nothing was sent
        because the store failed."""
        at, began = self.clock.now(), self.clock.monotonic()
        try:
            outcome = await self._post(delivery, webhook, at)
        except TransientError:
            raise
        except Exception as error:
            _log.exception("a webhook could not be sent", delivery=delivery.id)
            outcome = SendOutcome(None, f"could not be sent: {type(error).__name__}")
        took_ms = round((self.clock.monotonic() - began) * 1000)
        number = delivery.tries + 1
        attempt = Attempt(number, at, outcome.status, outcome.problem, took_ms)
        state, next_at = self._what_follows(delivery, webhook, outcome)
        _tell(delivery, webhook, attempt, state)
        return AttemptResult(attempt, state, next_at)

    async def _post(self, delivery: Delivery, webhook: Webhook, at: datetime) -> SendOutcome:
        shape = self.shapes[webhook.face]
        secret = await self.secret_of(webhook.workspace_id)
        sent = OutgoingMessage(
            delivery.id, delivery.event_type, delivery.body, at, webhook.secret, secret
        )
        headers = shape.headers_of(sent)
        return await self.sender.post(webhook.url, headers, sent.body, self._timeout_s(shape))

    def _what_follows(
        self, delivery: Delivery, webhook: Webhook, outcome: SendOutcome
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

    def _timeout_s(self, shape: WebhookFormat) -> float:
        return self.timeout_s if shape.timeout_s is None else shape.timeout_s


def receiver_of(url: str) -> str:
    """The beginning of all addresses on the server of `url`."""
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
