"""One attempt: a POST to an address that is checked, and what its answer means."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import httpcore2

from netnew import __version__
from netnew.domain.errors import AddressRefused
from netnew.egress.connector import (
    ConnectionFailed,
    Connector,
    DirectConnector,
    GatewayConnector,
    Headers,
    header,
)
from netnew.egress.guard import AddressGuard

_GONE = 410
_MOST_READ = 64 * 1024
_MOST_SHOWN = 500
_WHY = {
    "dns": "its name is not known",
    "refused": "connection refused",
    "connect": "no connection",
    "tls": "no secure connection",
    "protocol": "the answer is no HTTP",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """`status`: what was answered, None where nothing was. `problem`: '' where it counts as
    delivered. `is_final`: trying again is of no use."""

    status: int | None
    problem: str = ""
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends to addresses that `guard` lets pass. Redirects are not followed: what stands behind
    them was never asked for, and they are how a public address leads to a private one."""

    connector: Connector
    guard: AddressGuard

    async def post(
        self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float
    ) -> Outcome:
        """What came of it, within `timeout_s` in all. Never raises for a receiver's sake."""
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
            return Outcome(None, f"refused: {error.reason}", is_final=True)
        except (TimeoutError, ConnectionFailed) as error:
            if not answer.status:
                return Outcome(None, _why(error, timeout_s))
        return answer.outcome()

    async def aclose(self) -> None:
        await self.connector.aclose()


@dataclass(slots=True)
class _Answer:
    """As far as it came: the status alone decides, what is sent after it does not count."""

    status: int = 0
    location: str | None = None

    def outcome(self) -> Outcome:
        status = self.status
        if 200 <= status < 300:
            return Outcome(status)
        if 300 <= status < 400 and self.location:
            target = self.location[:_MOST_SHOWN]
            return Outcome(status, f"redirects to {target}, which is not followed")
        return Outcome(status, f"answered {status}", is_final=status == _GONE)


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
    """Read what comes with the answer, so that its connection can be kept; not more than a bit."""
    read = 0
    async for chunk in response.aiter_stream():
        read += len(chunk)
        if read > _MOST_READ:
            return


def _why(error: Exception, timeout_s: float) -> str:
    if not isinstance(error, ConnectionFailed) or error.reason == "timeout":
        return f"no answer within {timeout_s:g} s"
    return f"{_WHY.get(error.reason, error.reason)} ({str(error)[:_MOST_SHOWN]})"


def open_sender(gateway: str | None, allow_private: bool) -> Sender:
    """A sender to the receivers themselves, or to the loopback `gateway` (NETNEW_TEST_GATEWAY) that
    stands for the web; with `allow_private` receivers on this machine are reached all the same.

    Raises InvalidInput where `gateway` is not a loopback address.
    """
    guard = AddressGuard(allow_private)
    if gateway and not allow_private:
        return Sender(GatewayConnector(gateway), guard)
    return Sender(DirectConnector(guard), guard)
