"""What holds for every built-in source, each asked as a user would name it: by its spec."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest

from netnew.domain.page import RawPage
from netnew.domain.search import SearchAnswer
from netnew.plugins import source_from_spec
from netnew.ports import Source
from netnew.sources.context import SourceContext

T = TypeVar("T")
_PAGES = 237
_ODD_QUERIES = [
    "",
    "   ",
    '"unclosed',
    "a:b AND (c",
    "\x00\ud800",
    "x" * 20_000,
    "é漢字🦀",
    "-*?~^",
]


class _Clock:
    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


class _Searxng(BaseHTTPRequestHandler):
    """Answers 24 results, ten a page, in the JSON of SearXNG."""

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        first = (int(asked["pageno"][0]) - 1) * 10
        results = [
            {"url": f"https://example.org/{n}", "title": f"Page {n}", "content": "words"}
            for n in range(first, min(first + 10, 24))
        ]
        body = json.dumps({"number_of_results": 0, "results": results}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def searxng() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Searxng)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def context(tmp_path: Path) -> SourceContext:
    listed = "".join(f"https://example.org/{n}\n" for n in range(_PAGES)).encode()

    async def get_page(url: str) -> RawPage:
        return RawPage(url, url, 200, listed, "text/plain", _Clock().now())

    return SourceContext(tmp_path / "home", _Clock(), get_page)


@pytest.fixture(params=["web", "corpus", "csv", "sitemap", "pyenv"])
def spec(request: pytest.FixtureRequest, tmp_path: Path, searxng: str) -> str:
    dump = tmp_path / "dump.jsonl"
    rows = [
        {"url": f"https://example.org/{n}", "html": f"a Python package, page {n}"}
        for n in range(_PAGES)
    ]
    dump.write_text("\n".join(json.dumps(row) for row in rows))
    sites = tmp_path / "sites.csv"
    sites.write_text("".join(f"name {n},https://example.org/{n}\n" for n in range(_PAGES)))
    return {
        "web": f"web:searxng={searxng}",
        "corpus": f"corpus:{dump}",
        "csv": f"csv:{sites}",
        "sitemap": "sitemap:https://example.org/sitemap.txt",
        "pyenv": "pyenv",
    }[str(request.param)]


def _with(spec: str, context: SourceContext, use: Callable[[Source], Awaitable[T]]) -> T:
    async def used() -> T:
        source = source_from_spec(spec, context)
        try:
            return await use(source)
        finally:
            await source.aclose()

    return asyncio.run(used())


async def _walked(source: Source) -> list[SearchAnswer]:
    answers = [await source.search("Python packages", 1)]
    while answers[-1].has_more:
        assert len(answers) < 200, "it never ends"
        answers.append(await source.search("Python packages", len(answers) + 1))
    return answers


def test_the_source_says_the_spec_it_was_asked_by(spec: str, context: SourceContext) -> None:
    source = source_from_spec(spec, context)
    assert source.spec == spec
    assert source.enumerates == spec.startswith(("csv:", "sitemap:"))
    asyncio.run(source.aclose())


def test_the_revision_stays_while_nothing_changes(spec: str, context: SourceContext) -> None:
    async def asked(source: Source) -> tuple[str, str]:
        before = source.revision
        await source.search("Python packages", 1)
        return before, source.revision

    before, after = _with(spec, context, asked)
    assert before == after == source_from_spec(spec, context).revision
    assert (before == "") == spec.startswith(("web:", "sitemap:"))


def test_pages_follow_without_repeats_and_end(spec: str, context: SourceContext) -> None:
    answers = _with(spec, context, _walked)
    urls = [hit.url for answer in answers for hit in answer.hits]
    assert len(urls) > 20
    assert len(set(urls)) == len(urls)
    assert {answer.total for answer in answers} <= {None, len(urls)}


def test_a_page_beyond_the_end_is_empty(spec: str, context: SourceContext) -> None:
    beyond = _with(spec, context, lambda source: source.search("Python packages", 10_000))
    assert beyond.hits == ()
    assert not beyond.has_more


@pytest.mark.parametrize("query", _ODD_QUERIES, ids=range(len(_ODD_QUERIES)))
def test_no_query_crashes_it(query: str, spec: str, context: SourceContext) -> None:
    answer = _with(spec, context, lambda source: source.search(query, 1))
    assert all(hit.url for hit in answer.hits)


def test_many_tasks_may_ask_at_once(spec: str, context: SourceContext) -> None:
    async def asked(source: Source) -> list[SearchAnswer]:
        return await asyncio.gather(*(source.search("Python packages", 1) for _ in range(20)))

    first, *others = _with(spec, context, asked)
    assert all(answer == first for answer in others)


def test_closing_twice_and_unused_is_fine(spec: str, context: SourceContext) -> None:
    async def closed() -> None:
        unused = source_from_spec(spec, context)
        await unused.aclose()
        used = source_from_spec(spec, context)
        await used.search("Python", 1)
        await used.aclose()
        await used.aclose()

    asyncio.run(closed())
