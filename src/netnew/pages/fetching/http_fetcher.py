"""Pages over HTTP: guarded, polite, bounded."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

import httpcore2
import httpx2

from netnew.domain.errors import AddressRefused
from netnew.domain.page import RawPage
from netnew.net.connector import (
    ConnectionFailed,
    Connector,
    DirectConnector,
    GatewayConnector,
    Headers,
    header,
)
from netnew.net.ssrf_guard import AddressGuard
from netnew.pages.fetching.decompression import BodyReader, BodyTooLarge, Undecodable
from netnew.pages.fetching.politeness import USER_AGENT, FetchLimits, HostLimiter, Sleep
from netnew.pages.fetching.robots import Robots, RobotsAnswer
from netnew.ports.system import Clock

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_TRY_AGAIN = frozenset((429, 502, 503, 504))
_FAILED_FOR_NOW = frozenset(("timeout", "refused", "connect", "protocol"))
_NEVER_READ = ("image/", "video/", "audio/", "font/")
_MAX_DRAINED = 65_536
_MAX_ROBOTS_HOPS = 5
ACCEPT_PAGE = "text/html,application/xhtml+xml,text/*;q=0.9,*/*;q=0.5"


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes a request conditional; with either set, a 304 may come."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class _Wish:
    """How a page is asked for. `cuts`: of a longer body its first `max_bytes` will do."""

    max_bytes: int
    accept: str = ACCEPT_PAGE
    validators: Validators = Validators()
    cuts: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Headers = ()
    body: bytes = b""
    failure: str | None = None

    def header(self, name: str) -> str | None:
        return header(self.headers, name)


class HttpFetcher:
    """Reads pages over a connector. Redirects are followed by hand, so that each hop meets the
    guard and robots.txt again."""

    def __init__(
        self,
        connector: Connector,
        clock: Clock,
        guard: AddressGuard | None = None,
        limits: FetchLimits | None = None,
        user_agent: str = USER_AGENT,
        respect_robots: bool = True,
        sleep: Sleep = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._connector = connector
        self._clock = clock
        self._guard = guard or AddressGuard()
        self._limits = limits or FetchLimits()
        self._user_agent = user_agent
        self._sleep = sleep
        self._jitter = jitter
        self._limiter = HostLimiter(self._limits, clock.monotonic, sleep)
        self._robots = (
            Robots(self._read_robots, user_agent, clock.monotonic) if respect_robots else None
        )

    async def fetch(
        self, url: str, validators: Validators | None = None, accept: str = ACCEPT_PAGE
    ) -> RawPage:
        """The page at `url`; whatever goes wrong is in `error`, nothing is raised for a page's
        sake. With `validators`, an unchanged page comes with status 304 and no body. `accept`: the
        media types that are wanted, as in HTTP."""
        gone_through: list[str] = []
        wish = _Wish(self._limits.max_bytes, accept, validators or Validators())
        try:
            async with asyncio.timeout(self._limits.total_s):
                return await self._follow(url, wish, gone_through)
        except TimeoutError:
            return self._page(url, gone_through, url, _Answer(0, failure="timeout"))

    async def aclose(self) -> None:
        if self._robots is not None:
            await self._robots.aclose()
        await self._connector.aclose()

    async def _follow(self, url: str, wish: _Wish, gone_through: list[str]) -> RawPage:
        at = url
        while True:
            answer = await self._checked_get(at, wish)
            location = answer.header("location")
            if answer.status not in _REDIRECTS or not location or answer.failure is not None:
                return self._page(url, gone_through, at, answer)
            gone_through.append(at)
            following = _joined(at, location)
            if len(gone_through) > self._limits.max_redirects or following in gone_through:
                return self._page(url, gone_through, following, _Answer(0, failure="redirects"))
            at, wish = following, replace(wish, validators=Validators())

    async def _checked_get(self, url: str, wish: _Wish) -> _Answer:
        try:
            target = self._guard.checked_url(url)
        except AddressRefused:
            return _Answer(0, failure="address")
        if self._robots is not None:
            refusal = await self._robots.refusal(target)
            if refusal is not None:
                return _Answer(0, failure=refusal)
        return await self._get(target, wish)

    async def _get(self, url: httpx2.URL, wish: _Wish) -> _Answer:
        """One answer, tried again where the failure may pass."""
        attempt = 1
        while True:
            # A host that asked for a longer rest than is waited for is not asked meanwhile.
            if self._limiter.rests_s(url.host) > self._limits.max_retry_after_s:
                return _Answer(429)
            answer = await self._get_once(url, wish)
            self._let_rest(url.host, answer)
            wait_s = self._wait_before_retry(answer, attempt)
            if wait_s is None:
                return answer
            await self._sleep(wait_s)
            attempt += 1

    def _let_rest(self, host: str, answer: _Answer) -> None:
        asked = _retry_after_s(answer.header("retry-after"), self._clock.now())
        if asked and answer.status in (429, 503):
            self._limiter.rest(host, asked)

    def _wait_before_retry(self, answer: _Answer, attempt: int) -> float | None:
        passing = answer.status in _TRY_AGAIN or answer.failure in _FAILED_FOR_NOW
        if not passing or attempt >= self._limits.attempts:
            return None
        # A slow host will be slow again: a timeout is tried only twice.
        if answer.failure == "timeout" and attempt >= 2:
            return None
        backoff = self._limits.backoff_s * 2.0 ** (attempt - 1) * (0.5 + self._jitter())
        asked = _retry_after_s(answer.header("retry-after"), self._clock.now())
        if asked is None:
            return backoff
        return max(asked, backoff) if asked <= self._limits.max_retry_after_s else None

    async def _get_once(self, url: httpx2.URL, wish: _Wish) -> _Answer:
        delay_s = self._robots.delay_s(url) if self._robots is not None else 0.0
        delay_s = min(delay_s, self._limits.max_crawl_delay_s)
        async with self._limiter.slot(url.host, delay_s):
            try:
                async with asyncio.timeout(self._limits.request_s):
                    return await self._exchange(url, wish)
            except TimeoutError:
                return _Answer(0, failure="timeout")
            except ConnectionFailed as error:
                return _Answer(0, failure=error.reason)
            except AddressRefused:
                return _Answer(0, failure="address")

    async def _exchange(self, url: httpx2.URL, wish: _Wish) -> _Answer:
        headers = self._headers(url, wish)
        async with self._connector.exchange(url, headers, self._limits.request_s) as response:
            status, received = response.status, response.headers
            if status in _REDIRECTS or status == 304:
                await _drain(response, received)
                return _Answer(status, received)
            if (header(received, "content-type") or "").lower().startswith(_NEVER_READ):
                return _Answer(status, received)
            return await _read_body(response, wish)

    def _headers(self, url: httpx2.URL, wish: _Wish) -> list[tuple[bytes, bytes]]:
        validators = wish.validators
        headers = [
            (b"Host", url.netloc),
            (b"User-Agent", self._user_agent.encode("latin-1", "replace")),
            (b"Accept", wish.accept.encode("latin-1", "replace")),
            (b"Accept-Encoding", b"gzip, deflate"),
            (b"Accept-Language", b"en,*;q=0.5"),
        ]
        if validators.etag:
            headers.append((b"If-None-Match", validators.etag.encode("latin-1", "replace")))
        if validators.last_modified:
            headers.append((b"If-Modified-Since", validators.last_modified.encode("latin-1")))
        return headers

    async def _read_robots(self, url: httpx2.URL) -> RobotsAnswer:
        at = str(url)
        wish = _Wish(self._limits.max_robots_bytes, "text/plain,*/*;q=0.5", cuts=True)
        for _ in range(_MAX_ROBOTS_HOPS):
            try:
                target = self._guard.checked_url(at)
            except AddressRefused:
                return RobotsAnswer(404)
            answer = await self._get(target, wish)
            location = answer.header("location")
            if answer.status not in _REDIRECTS or not location:
                break
            at = _joined(at, location)
        if answer.failure == "protocol":
            return RobotsAnswer(404)
        return RobotsAnswer(answer.status, answer.body, answer.failure)

    def _page(self, url: str, gone_through: list[str], final_url: str, answer: _Answer) -> RawPage:
        media_type, charset = _content_type(answer.header("content-type"))
        return RawPage(
            url=url,
            final_url=final_url,
            status=answer.status,
            body=answer.body,
            media_type=media_type,
            fetched_at=self._clock.now(),
            charset=charset,
            etag=answer.header("etag"),
            last_modified=answer.header("last-modified"),
            error=answer.failure,
            redirects=tuple(gone_through),
        )


async def _read_body(response: httpcore2.Response, wish: _Wish) -> _Answer:
    status, received = response.status, response.headers
    length = header(received, "content-length")
    too_long = length is not None and length.isdecimal() and int(length) > wish.max_bytes
    if too_long and not wish.cuts:
        return _Answer(status, received, failure="too_large")
    try:
        encoding = (header(received, "content-encoding") or "").lower()
        reader = BodyReader(encoding, wish.max_bytes)
        async for chunk in response.aiter_stream():
            reader.feed(chunk)
    except BodyTooLarge:
        if not wish.cuts:
            return _Answer(status, received, failure="too_large")
    except Undecodable:
        return _Answer(status, received, failure="protocol")
    return _Answer(status, received, reader.body)


async def _drain(response: httpcore2.Response, headers: Headers) -> None:
    """Read the few bytes that come with a redirect: the connection can then be kept."""
    length = header(headers, "content-length")
    if length is None or not length.isdecimal() or int(length) > _MAX_DRAINED:
        return
    async for _ in response.aiter_stream():
        pass


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location).partition("#")[0]
    except ValueError:
        return location


def _content_type(value: str | None) -> tuple[str, str | None]:
    media_type, _, parameters = (value or "").partition(";")
    charset = None
    for parameter in parameters.split(";"):
        name, _, given = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = given.strip().strip("\"'") or None
    return media_type.strip().lower(), charset


def _retry_after_s(value: str | None, now: datetime) -> float | None:
    """Seconds asked for by Retry-After, in either of its forms."""
    if value is None:
        return None
    if value.isdecimal():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


def open_http(
    clock: Clock,
    gateway: str | None = None,
    allow_private_addresses: bool = False,
    limits: FetchLimits | None = None,
    user_agent: str = USER_AGENT,
    respect_robots: bool = True,
) -> HttpFetcher:
    """A fetcher of the web, or of what the loopback `gateway` (NETNEW_TEST_GATEWAY) serves as it.

    Raises InvalidInput where `gateway` is not a loopback address.
    """
    guard = AddressGuard(allow_private_addresses)
    limits = limits or FetchLimits()
    connector: Connector = (
        GatewayConnector(gateway, limits.concurrency)
        if gateway
        else DirectConnector(guard, max_connections=limits.concurrency)
    )
    return HttpFetcher(connector, clock, guard, limits, user_agent, respect_robots)
