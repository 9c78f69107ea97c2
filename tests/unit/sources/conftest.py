"""A context for sources, and a loopback server that answers what a test says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from netnew.domain.page import RawPage
from netnew.sources.context import SourceContext

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


class Loopback:
    """A real HTTP server on 127.0.0.1; `answer` decides by path and query."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Callable[[str], Answer] = lambda path: Answer(status=404)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
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
