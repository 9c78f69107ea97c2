"""A page that only scripts fill → the page as a browser shows it.

Every request of the page is answered by our own fetcher: guard, robots, politeness and caps hold
for it as for any page, and what the fetcher does not bring does not come.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from netnew.domain.page import RawPage
from netnew.pages.extraction.links import host_of
from netnew.pages.extraction.whitespace import words
from netnew.pages.fetching.chromium import Chromium, NotRendered, first_line

if TYPE_CHECKING:
    from playwright.async_api import Page, Request, Route

MAX_REQUESTS = 80
MAX_NAVIGATIONS = 4
MAX_TOTAL_BYTES = 12_000_000
_KEPT_SCRIPT_BYTES = 20_000_000
_CONTENT_S = 3.0
_FETCHED_TYPES = frozenset(("script", "xhr", "fetch"))
_ACCEPT = {"script": "*/*", "xhr": "application/json,*/*;q=0.8", "fetch": "*/*"}
# They count visitors or show advertisements; no text comes from them.
_COUNTERS = words(
    "google-analytics.com googletagmanager.com googlesyndication.com doubleclick.net hotjar.com "
    "facebook.net segment.com segment.io sentry.io clarity.ms newrelic.com nr-data.net "
    "cookielaw.org cookiebot.com usercentrics.eu mixpanel.com amplitude.com intercom.io"
)

_log = logging.getLogger(__name__)


class Reads(Protocol):
    """`HttpFetcher.fetch`."""

    def __call__(self, url: str, *, accept: str = ...) -> Awaitable[RawPage]: ...


class Renderer:
    """Shows pages in Chromium. Requests other than GET, pictures, fonts, media, style sheets,
    frames, sockets and service workers get nothing."""

    def __init__(
        self, chromium: Chromium, read: Reads, timeout_s: float = 15.0, max_bytes: int = 2_000_000
    ) -> None:
        self._chromium = chromium
        self._read = read
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._scripts = _KeptScripts()
        chromium.lease()

    async def render(self, raw: RawPage) -> RawPage | None:
        """`raw` with the HTML it has after its scripts ran, at most `timeout_s` long; None where
        that cannot be had. It has no validators: that the shell is unchanged says nothing of
        what fills it."""
        visit = _Visit(raw, self._read, self._scripts)
        try:
            async with self._chromium.page() as page:
                html = await self._shown(page, visit)
        except NotRendered as error:
            _log.warning("%s is not rendered: %s", raw.url, error)
            return None
        except Exception as error:
            # Whatever Chromium or its driver raise: the page stays as it was fetched.
            _log.warning("rendering %s failed: %s", raw.url, first_line(error))
            return None
        body = html.encode("utf-8", "replace")
        if not body or len(body) > self._max_bytes:
            return None
        return replace(
            visit.document,
            url=raw.url,
            body=body,
            media_type="text/html",
            charset="utf-8",
            etag=None,
            last_modified=None,
        )

    async def aclose(self) -> None:
        await self._chromium.release()

    async def _shown(self, page: Page, visit: _Visit) -> str:
        from playwright.async_api import Error

        async def answer(route: Route) -> None:
            await visit.answer(route)

        await page.context.route("**/*", answer)
        address = visit.document.final_url
        try:
            async with asyncio.timeout(self._timeout_s):
                await page.goto(address, wait_until="domcontentloaded", timeout=0)
                await page.wait_for_load_state("networkidle", timeout=0)
        except TimeoutError:
            _log.info("%s was still loading after %s s", address, self._timeout_s)
        except Error as error:
            _log.info("%s did not load whole: %s", address, first_line(error))
        try:
            async with asyncio.timeout(_CONTENT_S):
                if page.url.startswith("chrome-error:"):
                    return ""
                return await page.content()
        except TimeoutError:
            raise NotRendered("its scripts never rest") from None


@dataclass(slots=True)
class _KeptScripts:
    """Scripts of the last pages: those of one site share them."""

    pages: OrderedDict[str, RawPage] = field(default_factory=OrderedDict)
    size: int = 0

    def get(self, url: str) -> RawPage | None:
        return self.pages.get(url)

    def keep(self, url: str, script: RawPage) -> None:
        if url in self.pages or script.status != 200:
            return
        self.pages[url] = script
        self.size += len(script.body)
        while self.size > _KEPT_SCRIPT_BYTES:
            self.size -= len(self.pages.popitem(last=False)[1].body)


@dataclass(slots=True)
class _Visit:
    """One page shown: what it asks for, and how much it has had. `document`: the page that is in
    the window, which scripts may exchange for another."""

    document: RawPage
    read: Reads
    scripts: _KeptScripts
    requests: int = 0
    navigations: int = 0
    size: int = 0

    async def answer(self, route: Route) -> None:
        from playwright.async_api import Error

        try:
            if route.request.resource_type == "stylesheet":
                await route.fulfill(status=200, content_type="text/css", body="")
                return
            found = await self._found(route.request)
            if found is None or found.status == 0 or found.error is not None:
                await route.abort()
                return
            charset = f"; charset={found.charset}" if found.charset else ""
            await route.fulfill(
                status=found.status,
                content_type=f"{found.media_type or 'text/html'}{charset}",
                body=found.body,
            )
        except Error:
            # The page is gone meanwhile.
            return

    async def _found(self, request: Request) -> RawPage | None:
        url = request.url.partition("#")[0]
        if request.method != "GET":
            return None
        if request.resource_type == "document":
            return await self._navigated(request, url)
        is_own = host_of(url) == host_of(request.frame.url)
        if request.resource_type not in _FETCHED_TYPES or (_is_counter(url) and not is_own):
            return None
        known = self.scripts.get(url) if request.resource_type == "script" else None
        if known is not None:
            return known
        found = await self._fetched(url, _ACCEPT[request.resource_type])
        if found is not None and request.resource_type == "script":
            self.scripts.keep(url, found)
        return found

    async def _navigated(self, request: Request, url: str) -> RawPage | None:
        if _is_in_frame(request):
            return None
        self.navigations += 1
        if self.navigations == 1:
            return self.document
        if self.navigations > MAX_NAVIGATIONS:
            return None
        found = await self._fetched(url, None)
        if found is not None and 200 <= found.status < 300 and found.error is None:
            before = self.document
            gone_through = (*before.redirects, before.final_url, *found.redirects)
            self.document = replace(found, redirects=gone_through)
        return found

    async def _fetched(self, url: str, accept: str | None) -> RawPage | None:
        self.requests += 1
        if self.requests > MAX_REQUESTS or self.size > MAX_TOTAL_BYTES:
            return None
        found = await (self.read(url, accept=accept) if accept else self.read(url))
        self.size += len(found.body)
        return found


def _is_in_frame(request: Request) -> bool:
    from playwright.async_api import Error

    try:
        return request.frame.parent_frame is not None
    except Error:
        # A window's first request comes before its frame is known.
        return False


def _is_counter(url: str) -> bool:
    host = host_of(url)
    return any(host == name or host.endswith(f".{name}") for name in _COUNTERS)
