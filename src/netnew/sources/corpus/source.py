"""`corpus:NAME_OR_PATH`: pages the user has, searched and served without a network."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache, partial
from pathlib import Path
from urllib.parse import urljoin

from netnew.domain.errors import InvalidInput, SourceMisconfigured
from netnew.domain.page import RawPage
from netnew.domain.search import SearchAnswer
from netnew.ports.system import Clock
from netnew.sources.context import SourceContext
from netnew.sources.corpus.manager import CorpusManager, is_corpus_name, is_of_path, state_of_path
from netnew.sources.corpus.readers.base import DumpRow
from netnew.sources.corpus.store import CorpusStore, revision_of

_MAX_REDIRECTS = 10


class CorpusSource:
    """One corpus, opened when first asked. Search answers ten hits a page with an exact total."""

    enumerates = False

    def __init__(
        self,
        spec: str,
        open_store: Callable[[], Awaitable[CorpusStore]],
        read_revision: Callable[[], str],
        clock: Clock,
    ) -> None:
        self.spec = spec
        self._open_store = open_store
        self._read_revision = read_revision
        self._clock = clock
        self._opening = asyncio.Lock()
        self._store: CorpusStore | None = None

    @property
    def revision(self) -> str:
        """Changes when rows were added, replaced or dropped."""
        return self._read_revision()

    async def search(self, query: str, page: int) -> SearchAnswer:
        store = await self._opened()
        try:
            return await asyncio.to_thread(store.search, query, page)
        except FileNotFoundError as error:
            raise SourceMisconfigured(self.spec, "the corpus was removed") from error

    async def raw_page(self, url: str) -> RawPage | None:
        """The page at `url`, redirects within the corpus followed. None for an address the corpus
        has not, has only listed, or sends to an address that it has not.

        `fetched_at` is now: the corpus vouches for its pages as they are at this moment.
        """
        store = await self._opened()
        return await asyncio.to_thread(self._read, store, url)

    async def aclose(self) -> None:
        async with self._opening:
            if self._store is not None:
                await asyncio.to_thread(self._store.close)
                self._store = None

    async def _opened(self) -> CorpusStore:
        async with self._opening:
            if self._store is None:
                self._store = await self._open_store()
            return self._store

    def _read(self, store: CorpusStore, url: str) -> RawPage | None:
        passed: list[str] = []
        address = url
        while len(passed) <= _MAX_REDIRECTS:
            row = store.page(address)
            if row is None or row.listed:
                return None
            if not _redirects(row) or row.location is None:
                return self._raw(url, address, row, tuple(passed))
            passed.append(address)
            try:
                address = urljoin(address, row.location)
            except ValueError:
                break
        nothing = DumpRow(address, b"", status=0, error="redirects")
        return self._raw(url, address, nothing, tuple(passed))

    def _raw(self, url: str, final: str, row: DumpRow, passed: tuple[str, ...]) -> RawPage:
        return RawPage(
            url=url,
            final_url=final,
            status=row.status,
            body=row.body,
            media_type=row.media_type,
            fetched_at=self._clock.now(),
            charset=row.charset,
            error=row.error or ("connect" if row.status == 0 else None),
            redirects=passed,
        )


def _redirects(row: DumpRow) -> bool:
    return row.location is not None and (300 <= row.status < 400 or row.status == 200)


def open_corpus(rest: str, context: SourceContext) -> CorpusSource:
    """The corpus of that name, else the dump file or folder at that path, which is taken in once.

    Raises InvalidInput where there is neither.
    """
    corpora = CorpusManager(context.home)
    spec = f"corpus:{rest}"
    if is_corpus_name(rest) and (folder := corpora.folder(rest)).is_dir():
        now = partial(revision_of, folder)
        return CorpusSource(spec, lambda: corpora.open(rest), now, context.clock)
    path = Path(rest).expanduser()
    if rest and path.exists():
        # Of the files, not of the corpus: they are taken in at the first search only.
        once = cache(partial(_state, path))
        return CorpusSource(spec, lambda: corpora.open_path(path), once, context.clock)
    raise InvalidInput("source", f"there is no corpus and no file {rest!r}", _known(corpora))


def _state(path: Path) -> str:
    try:
        return state_of_path(path)
    except OSError:
        return ""


def _known(corpora: CorpusManager) -> str:
    names = ", ".join(name for name in corpora.names() if not is_of_path(name))
    return names or "add one with 'netnew corpus add NAME PATH'"
