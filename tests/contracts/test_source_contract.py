"""What holds for every built-in source, each asked as a user would name it: by its spec."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from netnew.domain.page import RawPage
from netnew.domain.search import SearchAnswer
from netnew.plugins import source_from_spec
from netnew.ports.sources import Source
from netnew.sources.context import SourceContext
from netnew.sources.web.brave import open_brave
from netnew.sources.web.ddgs import open_ddgs
from netnew.sources.web.exa import open_exa
from netnew.sources.web.fallback import FallbackSource
from netnew.sources.web.provider import Opening
from netnew.sources.web.serper import open_serper
from netnew.sources.web.tavily import open_tavily

Opens = Callable[[str, SourceContext], Source]
Using = Callable[[Callable[[Source], Awaitable[Any]]], Any]

_HOSTED: dict[str, Callable[[Opening, str], Source]] = {
    "brave": open_brave,
    "tavily": open_tavily,
    "exa": open_exa,
    "serper": open_serper,
}
_PAGES = 237
_FOUND = 24
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


class _Services(BaseHTTPRequestHandler):
    """Search services with 24 results, each in its own JSON; those without pages give all."""

    def do_GET(self) -> None:
        asked = dict(parse_qsl(urlsplit(self.path).query))
        if self.path.startswith("/brave"):
            first = int(asked["offset"]) * 20
            rows = _rows("url", "title", "description")[first : first + 20]
            more = {"more_results_available": first + 20 < _FOUND}
            self._reply({"type": "search", "query": more, "web": {"results": rows}})
        else:
            first = (int(asked["pageno"]) - 1) * 10
            rows = _rows("url", "title", "content")[first : first + 10]
            self._reply({"number_of_results": 0, "results": rows})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.startswith("/serper"):
            first = (asked["page"] - 1) * asked["num"]
            rows = _rows("link", "title", "snippet")[first : first + asked["num"]]
            self._reply({"organic": rows, "credits": 1})
        else:
            most = asked.get("max_results") or asked.get("numResults")
            self._reply({"results": _rows("url", "title", "content")[:most]})

    def _reply(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _rows(url: str, title: str, snippet: str) -> list[dict[str, str]]:
    return [
        {url: f"https://example.org/{n}", title: f"Page {n}", snippet: "words"}
        for n in range(_FOUND)
    ]


def _ddgs_text(query: str, page: int, max_results: int, **_: object) -> list[dict[str, str]]:
    first = (page - 1) * max_results
    return _rows("href", "title", "body")[first : first + max_results]


@pytest.fixture(scope="module")
def services() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Services)
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

    keys = {f"{name.upper()}_API_KEY": f"{name}-key" for name in _HOSTED}
    return SourceContext(tmp_path / "home", _Clock(), get_page, keys=keys)


@pytest.fixture
def opens(services: str) -> Opens:
    """The source of a spec; hosted services are those of the loopback server."""

    def opened(spec: str, context: SourceContext) -> Source:
        name = spec.removeprefix("web:")
        if name == "ddgs":
            return open_ddgs(Opening(spec, "", {}, context), _ddgs_text)
        if name in _HOSTED:
            return _HOSTED[name](Opening(spec, "", {}, context), f"{services}/{name}")
        if name.startswith("brave>"):
            members = [opened(f"web:{x}", context) for x in name.split(">")]
            return FallbackSource(spec, members, context.clock)
        return source_from_spec(spec, context)

    return opened


@pytest.fixture(
    params=[
        "searxng",
        *(f"web:{name}" for name in ("brave", "tavily", "exa", "serper", "ddgs", "brave>ddgs")),
        *("corpus", "csv", "sitemap", "pyenv"),
    ]
)
def spec(request: pytest.FixtureRequest, tmp_path: Path, services: str) -> str:
    dump = tmp_path / "dump.jsonl"
    rows = [
        {"url": f"https://example.org/{n}", "html": f"a Python package, page {n}"}
        for n in range(_PAGES)
    ]
    dump.write_text("\n".join(json.dumps(row) for row in rows))
    sites = tmp_path / "sites.csv"
    sites.write_text("".join(f"name {n},https://example.org/{n}\n" for n in range(_PAGES)))
    return {
        "searxng": f"web:searxng={services}",
        "corpus": f"corpus:{dump}",
        "csv": f"csv:{sites}",
        "sitemap": "sitemap:https://example.org/sitemap.txt",
        "pyenv": "pyenv",
    }.get(str(request.param), str(request.param))


@pytest.fixture
def using(spec: str, context: SourceContext, opens: Opens) -> Using:
    """Runs a piece of work with the source open."""

    def used_for(use: Callable[[Source], Awaitable[Any]]) -> Any:
        async def used() -> Any:
            source = opens(spec, context)
            try:
                return await use(source)
            finally:
                await source.aclose()

        return asyncio.run(used())

    return used_for


async def _walked(source: Source) -> list[SearchAnswer]:
    answers = [await source.search("Python packages", 1)]
    while answers[-1].has_more:
        assert len(answers) < 200, "it never ends"
        answers.append(await source.search("Python packages", len(answers) + 1))
    return answers


def test_the_source_says_the_spec_it_was_asked_by(
    spec: str, context: SourceContext, opens: Opens
) -> None:
    source = opens(spec, context)
    assert source.spec == spec
    assert source.enumerates == spec.startswith(("csv:", "sitemap:"))
    asyncio.run(source.aclose())


def test_the_revision_stays_while_nothing_changes(
    spec: str, context: SourceContext, opens: Opens, using: Using
) -> None:
    async def asked(source: Source) -> tuple[str, str]:
        before = source.revision
        await source.search("Python packages", 1)
        return before, source.revision

    before, after = using(asked)
    assert before == after == opens(spec, context).revision
    assert (before == "") == spec.startswith(("web:", "sitemap:"))


def test_pages_follow_without_repeats_and_end(using: Using) -> None:
    answers = using(_walked)
    urls = [hit.url for answer in answers for hit in answer.hits]
    assert len(urls) >= 20
    assert len(set(urls)) == len(urls)
    assert {answer.total for answer in answers} <= {None, len(urls)}


def test_a_page_beyond_the_end_is_empty(using: Using) -> None:
    beyond = using(lambda source: source.search("Python packages", 10_000))
    assert beyond.hits == ()
    assert not beyond.has_more


@pytest.mark.parametrize("query", _ODD_QUERIES, ids=range(len(_ODD_QUERIES)))
def test_no_query_crashes_it(query: str, using: Using) -> None:
    answer = using(lambda source: source.search(query, 1))
    assert all(hit.url for hit in answer.hits)


def test_many_tasks_may_ask_at_once(using: Using) -> None:
    async def asked(source: Source) -> list[SearchAnswer]:
        return await asyncio.gather(*(source.search("Python packages", 1) for _ in range(20)))

    first, *others = using(asked)
    assert all(answer == first for answer in others)


def test_closing_twice_and_unused_is_fine(spec: str, context: SourceContext, opens: Opens) -> None:
    async def closed() -> None:
        unused = opens(spec, context)
        await unused.aclose()
        used = opens(spec, context)
        await used.search("Python", 1)
        await used.aclose()
        await used.aclose()

    asyncio.run(closed())
