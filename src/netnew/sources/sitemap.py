"""`sitemap:URL`: every address a site lists of itself, walked whole."""

from __future__ import annotations

import asyncio
import re
import zlib
from collections import deque
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit
from xml.parsers import expat

import structlog

from netnew.domain.errors import InvalidInput, SourceMisconfigured, SourceUnavailable
from netnew.domain.page import RawPage
from netnew.domain.search import Hit, SearchAnswer
from netnew.sources.context import SourceContext
from netnew.sources.urls import is_web_address

_HITS_A_PAGE = 100
_DEFAULT_LIMIT = 50_000  # what one sitemap file may hold by the protocol, sitemaps.org
_MAX_FILES = 1000
_MAX_UNPACKED_BYTES = 52_428_800  # the protocol's limit of one file
_TRANSIENT = {"timeout", "refused", "connect", "dns", "tls", "protocol"}
_log = structlog.get_logger(__name__)


class SitemapSource:
    """Addresses of one sitemap, of an index of sitemaps, or of those that robots.txt names."""

    enumerates = True
    revision = ""

    def __init__(self, spec: str, start: str, limit: int, context: SourceContext) -> None:
        self.spec = spec
        self._start = start
        self._limit = limit
        self._get_page = context.get_page
        self._reading = asyncio.Lock()
        self._urls: tuple[str, ...] | None = None

    async def search(self, query: str, page: int) -> SearchAnswer:
        """A hundred addresses a page, in the sitemap's order, each once."""
        urls = await self._read()
        begin = (max(page, 1) - 1) * _HITS_A_PAGE
        end = begin + _HITS_A_PAGE
        return SearchAnswer(tuple(Hit(u) for u in urls[begin:end]), end < len(urls), len(urls))

    async def aclose(self) -> None:
        self._urls = None

    async def _read(self) -> tuple[str, ...]:
        async with self._reading:
            if self._urls is None:
                self._urls = await self._walk()
            return self._urls

    async def _walk(self) -> tuple[str, ...]:
        waiting = deque(await self._first_files())
        seen = set(waiting)
        urls: dict[str, None] = {}
        problem: SourceUnavailable | SourceMisconfigured | None = None
        files = 0
        while waiting and len(urls) < self._limit and files < _MAX_FILES:
            files += 1
            try:
                pages, maps = await self._file(waiting.popleft())
            except (SourceUnavailable, SourceMisconfigured) as error:
                _log.warning("sitemap_left_out", source=self.spec, problem=error.problem)
                problem = error
                continue
            urls.update(dict.fromkeys(pages[: self._limit - len(urls)]))
            waiting.extend(new for new in dict.fromkeys(maps) if new not in seen)
            seen.update(maps)
        if problem is not None and not urls:
            raise problem
        return tuple(urls)

    async def _first_files(self) -> list[str]:
        """The address itself, or for the root of a site what its robots.txt names."""
        if urlsplit(self._start).path not in ("", "/"):
            return [self._start]
        robots = await self._get_page(urljoin(self._start, "/robots.txt"))
        named = re.findall(r"(?im)^\s*sitemap\s*:\s*(\S+)", robots.body.decode("utf-8", "replace"))
        absolute = _absolute(self._start, named)[0] if robots.status == 200 else []
        return list(dict.fromkeys(absolute)) or [urljoin(self._start, "/sitemap.xml")]

    async def _file(self, url: str) -> tuple[list[str], list[str]]:
        """Page addresses and further sitemaps of one file."""
        raw = await self._get_page(url)
        self._check(raw)
        try:
            pages, maps = await asyncio.to_thread(read_sitemap, raw.body)
        except ValueError as error:
            raise SourceMisconfigured(self.spec, f"{url} is no sitemap: {error}") from error
        good_pages, bad_pages = _absolute(raw.final_url, pages)
        good_maps, bad_maps = _absolute(raw.final_url, maps)
        if left_out := bad_pages + bad_maps:
            _log.warning("sitemap_entries_left_out", file=url, without_address=left_out)
        return good_pages, good_maps

    def _check(self, raw: RawPage) -> None:
        if raw.error == "address":
            problem = f"{raw.url} is not a public address"
            allowed = "set NETNEW_ALLOW_PRIVATE_ADDRESSES=true to read it all the same"
            raise SourceMisconfigured(self.spec, f"{problem}; {allowed}")
        if (raw.status == 0 and raw.error in _TRANSIENT) or raw.status in (408, 429):
            told = raw.error or f"HTTP {raw.status}"
            raise SourceUnavailable(self.spec, f"{raw.url} cannot be reached ({told})")
        if raw.status >= 500:
            raise SourceUnavailable(self.spec, f"{raw.url} fails (HTTP {raw.status})")
        if not 200 <= raw.status < 300:
            told = f"HTTP {raw.status}" if raw.status else raw.error or "no answer"
            raise SourceMisconfigured(self.spec, f"there is no sitemap at {raw.url} ({told})")


def open_sitemap(rest: str, context: SourceContext) -> SitemapSource:
    """`URL` of a sitemap or a site's root, with an option: `URL,limit=N` (default 50,000)."""
    url, _, written = rest.partition(",limit=")
    if "://" not in url and "." in url:
        url = f"https://{url}"
    if not is_web_address(url):
        raise InvalidInput("source", f"{rest!r} is no address", "sitemap:https://example.org")
    if written and not (written.isdecimal() and int(written) > 0):
        raise InvalidInput("source", f"limit {written!r} is no number above 0", "limit=1000")
    limit = int(written) if written else _DEFAULT_LIMIT
    return SitemapSource(f"sitemap:{rest}", url, limit, context)


def read_sitemap(body: bytes) -> tuple[list[str], list[str]]:
    """(page addresses, addresses of further sitemaps) of a sitemap, an index, or a plain
    list of addresses, gzip or not. Raises ValueError where it is none of them."""
    text = _unpacked(body)
    start = text[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return _from_xml(text.lstrip(b"\xef\xbb\xbf \t\r\n"))
    urls = list(_from_lines(text))
    if not urls and text.strip():
        raise ValueError("neither XML nor a list of addresses")
    return urls, []


def _from_lines(text: bytes) -> Iterator[str]:
    for line in text.decode("utf-8-sig", "replace").splitlines():
        if line.strip().startswith(("http://", "https://")):
            yield line.strip()


def _from_xml(text: bytes) -> tuple[list[str], list[str]]:
    """By expat with entities refused, so a small file cannot grow."""
    reader = _LocReader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        # What came before the fault is kept: a cut-off sitemap still lists pages.
        if not reader.pages and not reader.maps:
            raise ValueError(str(error)) from error
    if not reader.is_sitemap:
        raise ValueError(f"its root is <{reader.root}>")
    return reader.pages, reader.maps


class _LocReader:
    """Collects <loc> below <url> and <sitemap>, in any namespace."""

    def __init__(self) -> None:
        self.root = ""
        self.pages: list[str] = []
        self.maps: list[str] = []
        self._path: list[str] = []
        self._text: list[str] = []

    @property
    def is_sitemap(self) -> bool:
        return self.root in ("urlset", "sitemapindex")

    def start(self, tag: str, attributes: object) -> None:
        name = tag.rpartition(":")[2]
        self.root = self.root or name
        self._path.append(name)
        self._text = []

    def characters(self, text: str) -> None:
        self._text.append(text)

    def end(self, tag: str) -> None:
        within = self._path[-2:]
        self._path.pop()
        if url := "".join(self._text).strip():
            if within == ["url", "loc"]:
                self.pages.append(url)
            elif within == ["sitemap", "loc"]:
                self.maps.append(url)
        self._text = []


def _refuse_entity(*_: object) -> None:
    raise ValueError("it declares entities, which no sitemap needs")


def _unpacked(body: bytes) -> bytes:
    if body[:2] != b"\x1f\x8b":
        return body
    inflater = zlib.decompressobj(31)
    try:
        text = inflater.decompress(body, _MAX_UNPACKED_BYTES)
    except zlib.error as error:
        raise ValueError(f"broken gzip: {error}") from error
    if not text and not inflater.eof:
        raise ValueError("broken gzip: it ends at once")
    if inflater.unconsumed_tail:
        raise ValueError(f"unpacks to more than {_MAX_UNPACKED_BYTES} bytes")
    return text


def _absolute(base: str, urls: list[str]) -> tuple[list[str], int]:
    """(addresses made whole, how many could not be)."""
    absolute = [address for url in urls if (address := _joined(base, url)) is not None]
    return absolute, len(urls) - len(absolute)


def _joined(base: str, url: str) -> str | None:
    try:
        address = urljoin(base, url)
    except ValueError:
        return None
    return address if is_web_address(address) else None
