"""A context for sources, and a loopback server that answers what a test says."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from netnew.domain.page import RawPage
from netnew.domain.search import SearchAnswer
from netnew.ports.sources import Source
from netnew.sources.context import SourceContext
from netnew.sources.web.brave import open_brave
from netnew.sources.web.exa import open_exa
from netnew.sources.web.provider import Opening
from netnew.sources.web.serper import open_serper
from netnew.sources.web.tavily import open_tavily

RECORDED = Path(__file__).parent / "recorded"
KEYS = {
    "BRAVE_API_KEY": "BSA-brave-secret",
    "TAVILY_API_KEY": "tvly-tavily-secret",
    "EXA_API_KEY": "exa-secret",
    "SERPER_API_KEY": "serper-secret",
}
OPENERS: dict[str, Callable[[Opening, str], Source]] = {
    "brave": open_brave,
    "tavily": open_tavily,
    "exa": open_exa,
    "serper": open_serper,
}
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class FixedClock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """What a server was asked: `parameters` of the address, or of the JSON that was posted."""

    method: str
    path: str
    headers: dict[str, str]
    parameters: dict[str, Any]


class Loopback:
    """A real HTTP server on 127.0.0.1; `answer` decides by path and query."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.requests: list[Request] = []
        self.answer: Callable[[str], Answer] = lambda path: Answer(status=404)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.reply(dict(parse_qsl(urlsplit(self.path).query)))

            def do_POST(self) -> None:
                posted = self.rfile.read(int(self.headers["Content-Length"]))
                self.reply(json.loads(posted))

            def reply(self, parameters: dict[str, Any]) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.asked.append(self.path)
                outer.requests.append(Request(self.command, self.path, headers, parameters))
                answer = outer.answer(self.path)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    server = Loopback()
    yield server
    server.close()


@pytest.fixture
def answer() -> type[Answer]:
    return Answer


@pytest.fixture
def web() -> dict[str, RawPage | bytes]:
    """What `context.get_page` finds: bytes are a 200, an address that is not there is a 404."""
    return {}


@pytest.fixture
def context(tmp_path: Path, web: dict[str, RawPage | bytes]) -> SourceContext:
    async def get_page(url: str) -> RawPage:
        found = web.get(url)
        if isinstance(found, RawPage):
            return found
        status, body = (404, b"") if found is None else (200, found)
        return RawPage(url, url, status, body, "text/html", NOW)

    return SourceContext(tmp_path / "home", FixedClock(), get_page)


@pytest.fixture
def recorded() -> Callable[[str], bytes]:
    """What a service answered once, by the name of its file."""
    return lambda name: (RECORDED / f"{name}.json").read_bytes()


@dataclass
class Service:
    """A hosted service on the loopback server, opened anew for each question."""

    loopback: Loopback
    context: SourceContext
    keys: Mapping[str, str] = field(default_factory=lambda: dict(KEYS))

    def replies(self, name: str, status: int = 200, headers: dict[str, str] | None = None) -> None:
        body = (RECORDED / f"{name}.json").read_bytes()
        self.loopback.answer = lambda path: Answer(body, status, headers or {})

    def open(self, name: str, **options: str) -> Source:
        context = replace(self.context, keys=self.keys)
        opening = Opening(f"web:{name}", "", options, context)
        return OPENERS[name](opening, f"{self.loopback.url}/search")

    def ask(
        self, name: str, query: str = "vector databases", page: int = 1, **options: str
    ) -> SearchAnswer:
        async def asked() -> SearchAnswer:
            source = self.open(name, **options)
            try:
                return await source.search(query, page)
            finally:
                await source.aclose()

        return asyncio.run(asked())

    @property
    def request(self) -> Request:
        """The one request that was made."""
        (request,) = self.loopback.requests
        return request


@pytest.fixture
def service(loopback: Loopback, context: SourceContext) -> Service:
    return Service(loopback, context)
