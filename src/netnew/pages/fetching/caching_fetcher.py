"""The fetcher the engine has: providers first, then the store, then the web."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from functools import partial

from netnew.domain.errors import NetnewError, NotFound
from netnew.domain.page import Fetched, PageQuality, RawPage, Snapshot
from netnew.error_log import ERRORS
from netnew.pages.extraction.document_process import DocumentProcess
from netnew.pages.extraction.extract import EXTRACTOR_VERSION, extract, is_document, snapshot_id
from netnew.pages.extraction.js_detection import needs_browser
from netnew.pages.fetching.http_fetcher import HttpFetcher, Validators
from netnew.pages.fetching.render import Renderer
from netnew.ports.sources import PageProvider
from netnew.ports.store import PageStore
from netnew.ports.system import Clock

FRESH = timedelta(days=7)
FAILURE_FRESH = timedelta(days=1)
OFFLINE = "offline"
UNEXPECTED = "unexpected"
"""The error of a page that could not be read for a fault in a provider or in an extractor."""

_log = logging.getLogger(__name__)


class CachingFetcher:
    """Fills `ports.Fetcher`.

    The providers are asked in order, and what the first one has is the page: the snapshot on record
    where that was read from the same bytes, else a new one. For a page of none of them a snapshot
    in the store answers while it is fresh, then `http` (None: no network, pages that nobody has are
    ERROR with error 'offline', and that is not stored). Concurrent fetches of one address are one.
    A stale snapshot makes the request conditional: unchanged, it is kept with a new date. A page of
    `http` that scripts fill goes through `renderer` (None: it stays as it is). An exception that
    nobody expected, of a provider or an extractor, costs that page alone: it is ERROR with error
    'unexpected', and the stack is in the error log.
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
        renderer: Renderer | None = None,
        document_timeout_s: float = 20.0,
    ) -> None:
        self._pages = pages
        self._clock = clock
        self._http = http
        self._providers = tuple(providers)
        self._fresh = fresh
        self._failure_fresh = failure_fresh
        self._renderer = renderer
        self._threads = ThreadPoolExecutor(extract_threads, thread_name_prefix="netnew-extract")
        # A document is waited for in a thread of its own: pages go on meanwhile.
        self._document_thread = ThreadPoolExecutor(1, thread_name_prefix="netnew-document")
        self._documents = DocumentProcess(document_timeout_s)
        self._under_way: dict[tuple[str, str], asyncio.Task[Fetched | None]] = {}

    async def fetch(self, url: str, max_age: timedelta | None = None) -> Fetched:
        """The page at `url`. Raises only for the store's sake (StoreBusy, StoreDamaged).

        `from_store` is also true for a page of a provider that says what it said before, however
        long ago that was.
        """
        if self._providers:
            found = await self._once("provided", url, partial(self._from_provider, url, max_age))
            if found is not None:
                return found
        stored = await self._pages.newest(url)
        if stored is not None and self._is_fresh(stored, max_age):
            return Fetched(stored, from_store=True)
        read = await self._once("read", url, partial(self._read, url, stored))
        assert read is not None
        return read

    async def _once(
        self, kind: str, url: str, work: Callable[[], Coroutine[None, None, Fetched | None]]
    ) -> Fetched | None:
        """The result of `work`, or of the same work already under way for `url`."""
        key = (kind, url)
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(work())
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        # Shielded: one caller that is cancelled does not take the page from the others.
        return await asyncio.shield(task)

    async def aclose(self) -> None:
        """Waits for nothing: what is under way is dropped."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._document_thread.shutdown(wait=False, cancel_futures=True)
        self._documents.close()
        self._document_thread.shutdown(wait=True)
        self._threads.shutdown(wait=True, cancel_futures=True)
        if self._renderer is not None:
            await self._renderer.aclose()
        if self._http is not None:
            await self._http.aclose()

    def _is_fresh(self, snapshot: Snapshot, max_age: timedelta | None) -> bool:
        limit = self._fresh if max_age is None else max_age
        if snapshot.quality in (PageQuality.ERROR, PageQuality.BOT_WALL):
            limit = min(limit, self._failure_fresh)
        return self._clock.now() - snapshot.fetched_at < limit

    async def _from_provider(self, url: str, max_age: timedelta | None) -> Fetched | None:
        raw = await self._provided(url)
        if raw is None:
            return None
        if raw.error == UNEXPECTED:
            return Fetched(extract(raw), from_store=False)  # asked again next time
        stored = await self._pages.newest(url)
        if stored is None or not _is_same(stored, raw):
            snapshot = await self._extracted(raw)
            await self._pages.put(raw, snapshot)
            return Fetched(snapshot, from_store=False)
        if not self._is_fresh(stored, max_age):
            stored = replace(stored, fetched_at=raw.fetched_at)
            await self._pages.put(raw, stored)
        return Fetched(stored, from_store=True)

    async def _read(self, url: str, stale: Snapshot | None) -> Fetched:
        if self._http is None:
            return Fetched(extract(self._unread(url, OFFLINE)), from_store=False)
        raw = await self._http.fetch(url, _validators(stale))
        if raw.status == 304 and stale is not None:
            kept = await self._kept(raw, stale)
            if kept is not None:
                return Fetched(kept, from_store=False)
            raw = await self._http.fetch(url)
        snapshot = await self._extracted(raw)
        if self._renderer is not None:
            raw, snapshot = await self._rendered(self._renderer, raw, snapshot)
        await self._pages.put(raw, snapshot)
        return Fetched(snapshot, from_store=False)

    async def _rendered(
        self, renderer: Renderer, raw: RawPage, snapshot: Snapshot
    ) -> tuple[RawPage, Snapshot]:
        """The page as a browser shows it, where it needs one and that says more."""
        loop = asyncio.get_running_loop()
        if not await loop.run_in_executor(self._threads, needs_browser, raw, snapshot):
            return raw, snapshot
        shown = await renderer.render(raw)
        if shown is None:
            return raw, snapshot
        seen = await self._extracted(shown)
        return (shown, seen) if seen.is_evidence else (raw, snapshot)

    async def _provided(self, url: str) -> RawPage | None:
        has_failed = False
        for provider in self._providers:
            try:
                raw = await provider.raw_page(url)
            except (NetnewError, OSError) as error:
                _log.warning("a page provider failed for %r: %s", url, error)
                continue
            except Exception as error:
                _tell_unexpected("a page provider", url, error)
                has_failed = True
                continue
            if raw is not None:
                return raw
        # What has a web address can still be read from there.
        return self._unread(url, UNEXPECTED) if has_failed and not _is_on_the_web(url) else None

    async def _extracted(self, raw: RawPage) -> Snapshot:
        if not raw.body:
            return extract(raw)
        try:
            return await self._extracted_apart(raw)
        except Exception as error:
            _tell_unexpected("the extraction", raw.url, error)
            return extract(replace(raw, body=b"", error=UNEXPECTED))

    async def _extracted_apart(self, raw: RawPage) -> Snapshot:
        """In a thread; documents in a process of their own."""
        loop = asyncio.get_running_loop()
        if is_document(raw):
            read = partial(extract, raw, self._documents.as_markdown)
            return await loop.run_in_executor(self._document_thread, read)
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

    def _unread(self, url: str, error: str) -> RawPage:
        return RawPage(url, url, 0, b"", "", self._clock.now(), error=error)


def _tell_unexpected(what: str, url: str, error: Exception) -> None:
    path = ERRORS.record(error, f"{what} failed for {url}")
    where = f"; details in {path}" if path else ""
    _log.warning("%s failed for %r: %s%s", what, url, type(error).__name__, where)


def _is_on_the_web(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


def _is_same(stored: Snapshot, raw: RawPage) -> bool:
    """Whether `stored` was read from what `raw` holds, by this extractor."""
    come_by = (stored.status, stored.final_url, stored.redirects)
    return stored.id == snapshot_id(raw) and come_by == (raw.status, raw.final_url, raw.redirects)


def _validators(stale: Snapshot | None) -> Validators | None:
    """Only where the old text would still be what this extractor reads."""
    if stale is None or not 200 <= stale.status < 300 or stale.redirects:
        return None
    if not stale.id.endswith(f"-{EXTRACTOR_VERSION}"):
        return None
    return Validators(stale.etag, stale.last_modified)
