"""Calls of a search service's JSON API, with its errors told as ours.

The service's address comes from the user's own settings, so the address guard of the fetcher does
not apply to it: a SearXNG on localhost is the usual case. Therefore redirects are followed within
its own origin alone.
"""

from __future__ import annotations

import asyncio
import json
import random
import ssl
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime
from functools import cache

import httpx2

from netnew.domain.errors import SourceMisconfigured, SourceUnavailable
from netnew.ports.system import Clock

_MAX_BYTES = 16 * 2**20
_TRIES = 3
_MAX_REDIRECTS = 3
_FIRST_PAUSE_S = 0.4
_MAX_WAIT_DIGITS = 9
# Of a refusal's body: enough to find its code in.
_MAX_REFUSAL_BYTES = 8_192
_DIRECT: dict[str, httpx2.AsyncBaseTransport | None] = {
    "all://localhost": None,
    "all://127.0.0.1": None,
    "all://[::1]": None,
}


@cache
def _trusting() -> ssl.SSLContext:
    """Reading the certificates of the machine takes 25 ms: once a process, not at each run."""
    return httpx2.create_ssl_context()


class JsonApi:
    """GET and POST with few retries; `source` is the name its errors carry. `headers` go with every
    request: a key belongs there, never into an address, which is logged. `account` names what to
    check where the service refuses us."""

    def __init__(
        self,
        source: str,
        clock: Clock,
        timeout_s: float,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        headers: Mapping[str, str] | None = None,
        account: str = "its key, and that it allows format=json",
    ) -> None:
        self._source = source
        self._account = account
        self._clock = clock
        self._pause = pause
        self._client = httpx2.AsyncClient(
            timeout=timeout_s,
            # Followed by hand: they could lead to any machine that we reach and they do not.
            follow_redirects=False,
            headers={"Accept": "application/json", "User-Agent": "netnew", **(headers or {})},
            # A proxy of the environment cannot reach the user's own machine.
            mounts=_DIRECT,
            verify=_trusting(),
        )

    async def get(self, url: str, params: Mapping[str, str | int]) -> object:
        """The parsed JSON at `url`. Retries dropped connections, timeouts and 5xx answers.

        Raises SourceUnavailable (with `retry_after_s` where the service says so) or
        SourceMisconfigured.
        """
        return await self._ask("GET", url, params=params)

    async def post(self, url: str, body: Mapping[str, object]) -> object:
        """The parsed JSON that `url` answers to `body`, sent as JSON. Retries and raises like
        `get`."""
        return await self._ask("POST", url, body=json.dumps(body).encode())

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _ask(
        self,
        method: str,
        url: str,
        params: Mapping[str, str | int] | None = None,
        body: bytes | None = None,
    ) -> object:
        for attempt in range(1, _TRIES + 1):
            try:
                return await self._ask_once(method, url, params, body)
            except SourceUnavailable as error:
                if attempt == _TRIES or error.retry_after_s is not None:
                    raise
            await self._pause(_FIRST_PAUSE_S * 2 ** (attempt - 1) * random.uniform(0.8, 1.2))
        raise AssertionError("the last attempt returns or raises")

    async def _ask_once(
        self, method: str, url: str, params: Mapping[str, str | int] | None, body: bytes | None
    ) -> object:
        try:
            where = httpx2.URL(url, params=dict(params)) if params else httpx2.URL(url)
            answer = await self._answer_at(method, where, body)
        except httpx2.TimeoutException as error:
            raise SourceUnavailable(self._source, "it did not answer in time") from error
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            raise SourceMisconfigured(self._source, f"{url!r} is no http address") from error
        except httpx2.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise SourceUnavailable(self._source, f"it cannot be reached ({reason})") from error
        try:
            return await asyncio.to_thread(json.loads, answer)
        except RecursionError as error:
            raise SourceUnavailable(self._source, "its answer is nested too deep") from error
        except ValueError as error:
            problem = "it answered with something that is not JSON; is this its address?"
            raise SourceMisconfigured(self._source, problem) from error

    async def _answer_at(self, method: str, url: httpx2.URL, body: bytes | None) -> bytes:
        headers = {"Content-Type": "application/json"} if body is not None else None
        for _ in range(_MAX_REDIRECTS + 1):
            asked = self._client.stream(method, url, content=body, headers=headers)
            async with asked as response:
                if response.next_request is None:
                    await self._check(response)
                    return await self._body(response)
                if response.next_request.method != method:
                    raise SourceUnavailable(self._source, "it redirects, and would lose the query")
                target = response.next_request.url
            if _origin(target) != _origin(url):
                problem = f"it redirects to another server, {target.scheme}://{target.host}"
                raise SourceUnavailable(self._source, f"{problem}, which is not followed")
            url = target
        raise SourceUnavailable(self._source, f"it redirects more than {_MAX_REDIRECTS} times")

    async def _body(self, response: httpx2.Response) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > _MAX_BYTES:
                raise SourceUnavailable(self._source, f"its answer is above {_MAX_BYTES} bytes")
        return bytes(body)

    async def _check(self, response: httpx2.Response) -> None:
        status = response.status_code
        if status >= 500:
            wait = self._retry_after(response)
            raise SourceUnavailable(self._source, f"it failed (HTTP {status})", wait)
        if status >= 400:
            said = await _beginning(response)
            error = refusal(self._source, status, said, self._account)
            if error is not None:
                raise error
            wait_s = self._retry_after(response)
            raise SourceUnavailable(self._source, "it asks to wait (HTTP 429)", wait_s or 30.0)

    def _retry_after(self, response: httpx2.Response) -> float | None:
        """Seconds of a Retry-After header, in either of its two forms."""
        value = response.headers.get("Retry-After", "").strip()
        if value.isascii() and value.isdecimal():
            return float(value[:_MAX_WAIT_DIGITS])
        try:
            return max(0.0, (parsedate_to_datetime(value) - self._clock.now()).total_seconds())
        except (TypeError, ValueError):
            return None


async def _beginning(response: httpx2.Response) -> bytes:
    said = b""
    async for chunk in response.aiter_bytes():
        said += chunk
        if len(said) >= _MAX_REFUSAL_BYTES:
            break
    return said[:_MAX_REFUSAL_BYTES]


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    return url.scheme, url.host, port


_KEY = "it refuses us (HTTP {status}): check {account}"
_QUOTA = (
    "its quota is used up (HTTP {status}): raise it with the vendor, or wait until it begins anew"
)
_UNKNOWN = "it does not know this call (HTTP {status})"

_BY_STATUS = {401: _KEY, 402: _QUOTA, 403: _KEY, 432: _QUOTA, 433: _QUOTA}
# Words of the answer say more than its status.
_BY_WORDS = (
    (b"SUBSCRIPTION_TOKEN_INVALID", _KEY),
    (b"QUOTA_LIMITED", _QUOTA),
    (b"Not enough credits", _QUOTA),
)


def refusal(source: str, status: int, said: bytes, account: str) -> SourceMisconfigured | None:
    """The error of an answer with `status` from 400 to 499 and the body `said`; None where asking
    later may help (HTTP 429). `account` says what to check where the key is refused."""
    words = next((problem for words, problem in _BY_WORDS if words in said), None)
    if words is None and status == 429:
        return None
    problem = words or _BY_STATUS.get(status, _UNKNOWN)
    return SourceMisconfigured(source, problem.format(status=status, account=account))
