"""The fetcher the engine has: the store first, then providers, then the web."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from netnew.domain.errors import NetnewError, NotFound
from netnew.domain.page import Fetched, PageQuality, RawPage, Snapshot
from netnew.pages.extract import EXTRACTOR_VERSION, extract
from netnew.pages.http import HttpFetcher, Validators
from netnew.ports import Clock, PageProvider, PageStore

FRESH = timedelta(days=7)
FAILURE_FRESH = timedelta(days=1)
OFFLINE = "offline"

_log = logging.getLogger(__name__)


class StoredFetcher:
    """Fills `ports.Fetcher`.

    A snapshot in the store answers while it is fresh; else the providers are asked in order, then
    `http` (None: no network, pages that nobody has are ERROR with error 'offline', and that is not
    stored). Concurrent fetches of one address are one. A stale snapshot makes the request
    conditional: unchanged, it is kept with a new date.
    """

    def __init__(
        self,
        pages: PageStore,
        clock: Clock,
        http: HttpFetcher | None = None,
        providers: Sequence[PageProvider] = (),
        fresh: timedelta = FRESH,
        failure_fresh: timedelta = FAILURE_FRESH,
        extract_threads: int = 1,
    ) -> None:
        self._pages = pages
        self._clock = clock
        self._http = http
        self._providers = tuple(providers)
        self._fresh = fresh
        self._failure_fresh = failure_fresh
        self._threads = ThreadPoolExecutor(extract_threads, thread_name_prefix="netnew-extract")
        self._under_way: dict[str, asyncio.Task[Snapshot]] = {}

    async def fetch(self, url: str, max_age: timedelta | None = None) -> Fetched:
        """The page at `url`. Raises only for the store's sake (StoreBusy, StoreDamaged)."""
        stored = await self._pages.newest(url)
        if stored is not None and self._is_fresh(stored, max_age):
            return Fetched(stored, from_store=True)
        task = self._under_way.get(url)
        if task is None:
            task = asyncio.ensure_future(self._read(url, stored))
            self._under_way[url] = task
            task.add_done_callback(lambda _: self._under_way.pop(url, None))
        # Shielded: one caller that is cancelled does not take the page from the others.
        return Fetched(await asyncio.shield(task), from_store=False)

    async def aclose(self) -> None:
        """Waits for nothing: what is under way is dropped."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._threads.shutdown(wait=True, cancel_futures=True)
        if self._http is not None:
            await self._http.aclose()

    def _is_fresh(self, snapshot: Snapshot, max_age: timedelta | None) -> bool:
        limit = self._fresh if max_age is None else max_age
        if snapshot.quality is PageQuality.ERROR:
            limit = min(limit, self._failure_fresh)
        return self._clock.now() - snapshot.fetched_at < limit

    async def _read(self, url: str, stale: Snapshot | None) -> Snapshot:
        raw = await self._provided(url)
        if raw is None and self._http is None:
            return extract(self._offline(url))
        if raw is None and self._http is not None:
            raw = await self._http.fetch(url, _validators(stale))
            if raw.status == 304 and stale is not None:
                kept = await self._kept(raw, stale)
                if kept is not None:
                    return kept
                raw = await self._http.fetch(url)
        assert raw is not None
        snapshot = await self._extracted(raw)
        await self._pages.put(raw, snapshot)
        return snapshot

    async def _provided(self, url: str) -> RawPage | None:
        for provider in self._providers:
            try:
                raw = await provider.raw_page(url)
            except (NetnewError, OSError) as error:
                _log.warning("a page provider failed for %s: %s", url, error)
                continue
            if raw is not None:
                return raw
        return None

    async def _extracted(self, raw: RawPage) -> Snapshot:
        if not raw.body:
            return extract(raw)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, extract, raw)

    async def _kept(self, answer: RawPage, stale: Snapshot) -> Snapshot | None:
        """The stale snapshot, seen unchanged just now; None where its bytes are gone."""
        try:
            body = await self._pages.raw(stale.id)
        except NotFound:
            return None
        raw = replace(
            answer,
            status=stale.status,
            body=body,
            media_type=stale.media_type,
            etag=answer.etag or stale.etag,
            last_modified=answer.last_modified or stale.last_modified,
        )
        snapshot = replace(stale, fetched_at=answer.fetched_at)
        await self._pages.put(raw, snapshot)
        return snapshot

    def _offline(self, url: str) -> RawPage:
        return RawPage(url, url, 0, b"", "", self._clock.now(), error=OFFLINE)


def _validators(stale: Snapshot | None) -> Validators | None:
    """Only where the old text would still be what this extractor reads."""
    if stale is None or not 200 <= stale.status < 300 or stale.redirects:
        return None
    if not stale.id.endswith(f"-{EXTRACTOR_VERSION}"):
        return None
    return Validators(stale.etag, stale.last_modified)
