"""The one Chromium of a process: found on the machine, started when first used, killed when it
hangs. It has no way to the network of its own."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page, Playwright

PAGES_AT_ONCE = 2
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAX_FAILED_STARTS = 3
_START_S = 30.0
_CLOSE_S = 5.0
# Nothing is resolved and nothing is connected to: what is not answered by us fails.
_NOWHERE = "http://127.0.0.1:1"
_ARGUMENTS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-bypass-list=<-loopback>",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-features=WebRtcHideLocalIpsWithMdns,OptimizationHints,MediaRouter",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--js-flags=--max-old-space-size=512",
)

_log = logging.getLogger(__name__)


class NotRendered(Exception):
    """Chromium cannot be had, or failed: the page stays as it was fetched."""


def find_chromium(path: Path | None = None) -> Path | None:
    """The browser at `path`, or the first of the usual names that the system has; None: no such."""
    if path is not None:
        return path if os.access(path, os.X_OK) and path.is_file() else None
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    return Path(found) if found else None


def why_not_rendered(path: Path | None = None) -> str | None:
    """What is missing for pages to be rendered, and what to do; None where nothing is."""
    if find_spec("playwright") is None:
        return "the extra is missing: pip install 'netnew[browser]'"
    if find_chromium(path) is not None:
        return None
    if path is not None:
        return f"{path} is no program; set NETNEW_BROWSER_PATH to that of Chromium"
    return "no Chromium on this machine: install it, or set NETNEW_BROWSER_PATH"


class Chromium:
    """Gives out pages, each in a context of its own, at most PAGES_AT_ONCE.

    Whoever uses it says so with `lease` and `release`; after the last one it is closed. A start
    that fails is tried again with the next page, up to three times.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._slots = asyncio.Semaphore(PAGES_AT_ONCE)
        self._starting = asyncio.Lock()
        self._users = 0
        self._failed_starts = 0
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self.process_id: int | None = None

    def lease(self) -> None:
        self._users += 1

    async def release(self) -> None:
        self._users -= 1
        if self._users <= 0:
            await self.aclose()

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """An empty page; gone afterwards, with all that it kept. Raises NotRendered."""
        async with self._slots:
            browser = await self._started()
            context = await self._context(browser)
            try:
                yield await context.new_page()
            finally:
                await self._close(context)

    async def aclose(self) -> None:
        async with self._starting:
            browser, self._browser = self._browser, None
            playwright, self._playwright = self._playwright, None
            try:
                async with asyncio.timeout(_CLOSE_S):
                    if browser is not None:
                        await browser.close()
            except Exception as error:
                _log.warning("Chromium is killed, it did not close: %s", first_line(error))
                self._kill()
            try:
                async with asyncio.timeout(_CLOSE_S):
                    if playwright is not None:
                        await playwright.stop()
            except Exception as error:
                _log.warning("the driver of Chromium did not stop: %s", first_line(error))
            self.process_id = None

    async def _started(self) -> Browser:
        async with self._starting:
            if self._browser is not None and self._browser.is_connected():
                return self._browser
            if self._failed_starts >= _MAX_FAILED_STARTS:
                raise NotRendered("Chromium failed to start three times")
            try:
                async with asyncio.timeout(_START_S):
                    self._browser = await self._start()
            except NotRendered:
                self._failed_starts = _MAX_FAILED_STARTS
                raise
            except Exception as error:
                self._failed_starts += 1
                self._playwright = None
                raise NotRendered(f"Chromium does not start: {first_line(error)}") from error
            self._failed_starts = 0
            return self._browser

    async def _start(self) -> Browser:
        missing = why_not_rendered(self._path)
        if missing is not None:
            raise NotRendered(missing)
        from playwright.async_api import async_playwright

        if self._playwright is None:
            self._playwright = await async_playwright().start()
        browser = await self._playwright.chromium.launch(
            executable_path=find_chromium(self._path),
            headless=True,
            args=list(_ARGUMENTS),
            proxy={"server": _NOWHERE},
            # Chromium refuses its sandbox to root.
            chromium_sandbox=os.name != "posix" or os.geteuid() != 0,
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
        session = await browser.new_browser_cdp_session()
        processes = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
        self.process_id = next((int(x["id"]) for x in processes if x["type"] == "browser"), None)
        await session.detach()
        return browser

    async def _context(self, browser: Browser) -> BrowserContext:
        try:
            async with asyncio.timeout(_START_S):
                return await browser.new_context(
                    service_workers="block", accept_downloads=False, locale="en-US"
                )
        except Exception as error:
            self._kill()
            raise NotRendered(f"Chromium gives no page: {first_line(error)}") from error

    async def _close(self, context: BrowserContext) -> None:
        try:
            async with asyncio.timeout(_CLOSE_S):
                await context.close()
        except Exception as error:
            _log.warning("Chromium is killed, a page did not close: %s", first_line(error))
            self._kill()

    def _kill(self) -> None:
        """Its other processes end when they lose it."""
        self._browser = None
        if self.process_id is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(self.process_id, getattr(signal, "SIGKILL", signal.SIGTERM))
            self.process_id = None


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
