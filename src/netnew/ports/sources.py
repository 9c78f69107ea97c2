"""The ports of discovery: where candidates come from, and how pages are read."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol, runtime_checkable

from netnew.domain.page import Fetched, RawPage
from netnew.domain.search import SearchAnswer


class Source(Protocol):
    """Where candidates come from.

    `spec` is its full spec ('web:searxng=http://…', 'corpus:crawl'). `enumerates`: it has a list
    that is read completely (csv, sitemap); then `query` is '' and ignored."""

    @property
    def spec(self) -> str: ...

    @property
    def enumerates(self) -> bool: ...

    @property
    def revision(self) -> str:
        """Identifies the source's own content: another value means other answers. '' if unknown
        (a web service); then only the age of stored answers counts."""
        ...

    async def search(self, query: str, page: int) -> SearchAnswer:
        """Page `page` (1, 2, …) of the answer to `query`.

        Raises SourceUnavailable if it cannot answer now, SourceMisconfigured if it never can.
        """
        ...

    async def aclose(self) -> None: ...


@runtime_checkable
class PageProvider(Protocol):
    """A source that has its pages itself (a corpus, the installed packages)."""

    async def raw_page(self, url: str) -> RawPage | None:
        """The page at exactly `url` (redirects of the dump followed); None if it has none."""
        ...


class Fetcher(Protocol):
    async def fetch(self, url: str, max_age: timedelta | None = None) -> Fetched:
        """The page at `url`, from the store if it is younger than `max_age` (None: the default of
        the settings; zero: always fetch).

        Never raises because of a page: a dead host, a refused address or a timeout is a snapshot
        with `quality` ERROR and `error` set."""
        ...
