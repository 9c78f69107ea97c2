"""`csv:PATH`: the user's own list, walked whole."""

from __future__ import annotations

import asyncio
import os
import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from urllib.parse import quote

import structlog

from netnew.domain.errors import InvalidInput
from netnew.domain.page import RawPage
from netnew.domain.search import Hit, SearchAnswer
from netnew.ports.system import Clock
from netnew.sources.context import SourceContext
from netnew.sources.corpus.readers.base import BrokenRow
from netnew.sources.corpus.readers.table import ListEntry, list_entries
from netnew.sources.fact_page import fact_page

_HITS_A_PAGE = 100
_SNIPPET_CHARS = 300
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _List:
    hits: tuple[Hit, ...]
    by_urn: dict[str, ListEntry]
    broken: tuple[BrokenRow, ...]


class CsvSource:
    """The rows of a list, a hundred a page, in their order.

    A row with a name and no address gets `urn:netnew:csv:<file>:<name>`, where <file> is a digest
    of the file's path, and its page is the row itself.
    """

    enumerates = True

    def __init__(self, spec: str, path: Path, clock: Clock) -> None:
        self.spec = spec
        self._path = path
        self._clock = clock
        self._reading = asyncio.Lock()
        self._list: _List | None = None
        self._revision = ""

    @property
    def revision(self) -> str:
        """The file's path, size and time of change when first asked; '' where it is gone."""
        if not self._revision:
            with suppress(OSError):
                stat = self._path.stat()
                told = f"{self._path.resolve()}\0{stat.st_size}\0{stat.st_mtime_ns}"
                self._revision = _digest(told, 10)
        return self._revision

    async def search(self, query: str, page: int) -> SearchAnswer:
        """Raises UnreadableDump where the file is no list."""
        hits = (await self._read()).hits
        start = (max(page, 1) - 1) * _HITS_A_PAGE
        end = start + _HITS_A_PAGE
        return SearchAnswer(hits[start:end], end < len(hits), len(hits))

    async def broken_rows(self) -> tuple[BrokenRow, ...]:
        """What was left out, by line and column; also logged."""
        return (await self._read()).broken

    async def raw_page(self, url: str) -> RawPage | None:
        """The row of an entry without an address, as a page of label–value rows."""
        if not url.startswith("urn:"):
            return None
        entry = (await self._read()).by_urn.get(url)
        if entry is None:
            return None
        place = f"{self._path.name}, line {entry.line}"
        facts = [("Name", entry.name), *entry.facts, ("Row of", place)]
        body = fact_page(entry.name, facts).encode()
        return RawPage(url, url, 200, body, "text/html", self._clock.now(), "utf-8")

    async def aclose(self) -> None:
        self._list = None

    async def _read(self) -> _List:
        async with self._reading:
            if self._list is None:
                self._list = await asyncio.to_thread(_read_list, self._path)
                for row in self._list.broken[:20]:
                    _log.warning(
                        "row_left_out", path=row.path, place=row.place, problem=row.problem
                    )
            return self._list


def open_csv(rest: str, context: SourceContext) -> CsvSource:
    """The list at the path `rest`. Raises InvalidInput where there is no such file."""
    path = Path(rest).expanduser()
    if not rest or not path.is_file():
        raise InvalidInput("source", f"there is no file {rest!r}", "csv:PATH of a CSV file")
    return CsvSource(f"csv:{rest}", path, context.clock)


def _read_list(path: Path) -> _List:
    hits: list[Hit] = []
    by_urn: dict[str, ListEntry] = {}
    broken: list[BrokenRow] = []
    file = _digest(str(path.resolve()), 5)
    for entry in list_entries(path):
        if isinstance(entry, BrokenRow):
            broken.append(entry)
            continue
        url = entry.url
        if not url:
            url = _urn(file, entry.name, by_urn)
            by_urn[url] = entry
        told = "; ".join(f"{label}: {value}" for label, value in entry.facts)
        hits.append(Hit(url, entry.name, told[:_SNIPPET_CHARS], entry.name or None))
    return _List(tuple(hits), by_urn, tuple(broken))


def _digest(text: str, size: int) -> str:
    return blake2b(os.fsencode(text), digest_size=size).hexdigest()


def _urn(file: str, name: str, taken: dict[str, ListEntry]) -> str:
    """By file and name, so that it stays when other columns change; namesakes are numbered."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    key = quote(re.sub(r"[\W_]+", "-", plain).strip("-") or "row", safe="-")
    urn = f"urn:netnew:csv:{file}:{key}"
    unique, number = urn, 1
    while unique in taken:
        number += 1
        unique = f"{urn}-{number}"
    return unique
