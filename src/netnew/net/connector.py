"""The lowest layer of the fetcher: resolve a host, connect, carry one request.

Everything above (guard, robots, redirects, caps, cache, limits) is independent of the connector.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from typing import Protocol
from urllib.parse import urlsplit

import httpcore2
import httpx2

from netnew.domain.errors import InvalidInput
from netnew.net.loopback import is_loopback
from netnew.net.ssrf_guard import AddressGuard

ADDRESS_HEADER = "X-Netnew-Address"
ERROR_HEADER = "X-Netnew-Error"
GATEWAY_ERRORS = ("dns", "timeout", "refused", "connect", "tls")

Headers = Sequence[tuple[bytes, bytes]]
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


class ConnectionFailed(Exception):
    """There was no response. `reason`, as in RawPage: dns, timeout, refused, connect, tls,
    protocol."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        super().__init__(f"{reason}: {detail}" if detail else reason)


class Connector(Protocol):
    """Carries one request to the host of a checked address, reusing connections."""

    def exchange(
        self, url: httpx2.URL, headers: Headers, timeout_s: float, body: bytes | None = None
    ) -> AbstractAsyncContextManager[httpcore2.Response]:
        """The response to a GET, or to a POST of `body`; its body is not read yet. `timeout_s`
        applies to each connect, write and read.

        Raises ConnectionFailed, and AddressRefused where the host resolves to a refused address."""
        ...

    async def aclose(self) -> None: ...


async def system_addresses(host: str, port: int) -> Sequence[str]:
    """The host's addresses as resolved by the system. Raises OSError if there are none."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class DirectConnector:
    """Connects to the hosts directly.

    A host is resolved once per connection, every address is checked, and the connection goes to
    a checked address: a resolver that answers differently a moment later changes nothing. TLS
    and Host use the name."""

    def __init__(
        self,
        guard: AddressGuard,
        resolver: Resolver = system_addresses,
        max_connections: int = 100,
        ssl_context: ssl.SSLContext | None = None,
        backend: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=ssl_context or _trusting(),
            max_connections=max_connections,
            max_keepalive_connections=max_connections,
            keepalive_expiry=15.0,
            network_backend=_PinningBackend(guard, resolver, backend or httpcore2.AnyIOBackend()),
        )

    @asynccontextmanager
    async def exchange(
        self, url: httpx2.URL, headers: Headers, timeout_s: float, body: bytes | None = None
    ) -> AsyncIterator[httpcore2.Response]:
        target = httpcore2.URL(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
        )
        async with _answer(self._pool, target, headers, timeout_s, body) as response:
            yield response

    async def aclose(self) -> None:
        await self._pool.aclose()


@cache
def _trusting() -> ssl.SSLContext:
    """Reading the machine's certificates takes 25 ms, so it is done once per process."""
    return httpcore2.default_ssl_context()


class GatewayConnector:
    """Sends every request, http or https, as plain HTTP to one loopback gateway.

    The full address is in `X-Netnew-Address`. A response with `X-Netnew-Error` (one of
    GATEWAY_ERRORS) means that failure. The gateway resolves names."""

    def __init__(self, gateway: str, max_connections: int = 100) -> None:
        """Raises InvalidInput where `gateway` is not http://<loopback IP>:<port>."""
        self._gateway = _loopback_origin(gateway)
        self._pool = httpcore2.AsyncConnectionPool(
            max_connections=max_connections,
            max_keepalive_connections=max_connections,
            keepalive_expiry=15.0,
        )

    @asynccontextmanager
    async def exchange(
        self, url: httpx2.URL, headers: Headers, timeout_s: float, body: bytes | None = None
    ) -> AsyncIterator[httpcore2.Response]:
        host, port = self._gateway
        target = httpcore2.URL(scheme=b"http", host=host, port=port, target=url.raw_path)
        sent = [pair for pair in headers if pair[0].lower() != b"host"]
        sent.append((ADDRESS_HEADER.encode(), str(url).encode("ascii")))
        async with _answer(self._pool, target, sent, timeout_s, body) as response:
            reason = header(response.headers, ERROR_HEADER)
            if reason is not None:
                raise ConnectionFailed(reason if reason in GATEWAY_ERRORS else "connect")
            yield response

    async def aclose(self) -> None:
        await self._pool.aclose()


def header(headers: Iterable[tuple[bytes, bytes]], name: str) -> str | None:
    """The last value of `name` in `headers`; None if absent."""
    wanted = name.lower().encode()
    value = None
    for key, found in headers:
        if key.lower() == wanted:
            value = found.decode("latin-1").strip()
    return value


def _loopback_origin(gateway: str) -> tuple[bytes, int]:
    try:
        parts = urlsplit(gateway)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        port, host, parts = None, "", urlsplit("")
    if (
        parts.scheme != "http"
        or not is_loopback(host)
        or port is None
        or parts.path not in ("", "/")
    ):
        raise InvalidInput(
            "NETNEW_TEST_GATEWAY",
            f"{gateway!r} is no loopback address",
            "http://127.0.0.1:PORT",
        )
    return host.encode("ascii"), port


@asynccontextmanager
async def _answer(
    pool: httpcore2.AsyncConnectionPool,
    url: httpcore2.URL,
    headers: Headers,
    timeout_s: float,
    body: bytes | None,
) -> AsyncIterator[httpcore2.Response]:
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), timeout_s)
    try:
        async with pool.stream(
            "GET" if body is None else "POST",
            url,
            headers=list(headers),
            content=body,
            extensions={"timeout": timeouts},
        ) as response:
            yield response
    except httpcore2.TimeoutException as error:
        raise ConnectionFailed("timeout", str(error)) from error
    except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol) as error:
        raise ConnectionFailed("protocol", str(error)) from error
    except httpcore2.NetworkError as error:
        raise ConnectionFailed(_network_failure(error), str(error)) from error
    except (ssl.SSLError, OSError) as error:
        raise ConnectionFailed(_network_failure(error), str(error)) from error


def _network_failure(error: BaseException | None) -> str:
    """Why connecting failed, from the causes of `error`."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return "tls"
        if isinstance(error, ConnectionRefusedError):
            return "refused"
        error = error.__cause__ or error.__context__
    return "connect"


class _PinningBackend(httpcore2.AsyncNetworkBackend):
    """Resolves, checks, and connects to a checked address."""

    def __init__(
        self, guard: AddressGuard, resolver: Resolver, backend: httpcore2.AsyncNetworkBackend
    ) -> None:
        self._guard = guard
        self._resolver = resolver
        self._backend = backend

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 (the overridden method's own name)
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._checked_addresses(host, port, timeout)
        failure: Exception = ConnectionFailed("connect", host)
        for address in addresses[:3]:
            try:
                return await self._backend.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    async def _checked_addresses(
        self, host: str, port: int, timeout_s: float | None
    ) -> Sequence[str]:
        try:
            async with asyncio.timeout(timeout_s):
                addresses = await self._resolver(host, port)
        except TimeoutError:
            raise ConnectionFailed("timeout", f"resolving {host}") from None
        except (OSError, UnicodeError) as error:
            raise ConnectionFailed("dns", str(error)) from error
        if not addresses:
            raise ConnectionFailed("dns", host)
        for address in addresses:
            self._guard.check_address(host, address)
        return addresses

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
