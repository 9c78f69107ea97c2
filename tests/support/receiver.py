"""A real server on loopback that webhooks are sent to; the test decides each answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came; names of headers in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass(frozen=True, slots=True)
class Reply:
    """`held`: it comes once that is set; `hangs_up`: none comes; `announced`: how many bytes of
    `body` the headers speak of, where fewer come."""

    status: int = 204
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    held: threading.Event | None = None
    hangs_up: bool = False
    announced: int | None = None


OK = Reply()
FAILED = Reply(500)


@dataclass
class Receiver:
    """Answers as `answer` says; `calls` is all that came, in order."""

    answer: Callable[[Call], Reply] = lambda call: OK
    calls: list[Call] = field(default_factory=list)
    port: int = 0
    _came: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def ids(self) -> list[str]:
        return [call.id for call in self.calls]

    def wait_for(self, number: int) -> list[Call]:
        """The calls, once there are that many."""
        with self._came:
            enough = self._came.wait_for(lambda: len(self.calls) >= number, _WITHIN_S)
        assert enough, f"{len(self.calls)} calls came, not {number}"
        return list(self.calls)

    def take(self, call: Call) -> Reply:
        with self._came:
            self.calls.append(call)
            self._came.notify_all()
        return self.answer(call)


@contextmanager
def receiving(answer: Callable[[Call], Reply] = lambda call: OK) -> Iterator[Receiver]:
    """A receiver that is up inside the block."""
    receiver = Receiver(answer)
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            headers = {name.lower(): value for name, value in self.headers.items()}
            self._send(receiver.take(Call(self.path, headers, self.rfile.read(length))))

        def do_GET(self) -> None:
            self._send(receiver.take(Call(self.path, {"webhook-id": "GET"}, b"")))

        def _send(self, reply: Reply) -> None:
            while reply.held is not None and not reply.held.wait(0.05) and not ended.is_set():
                pass
            self.close_connection = reply.hangs_up or reply.announced is not None
            if reply.hangs_up:
                return
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            if reply.status != 204:
                length = len(reply.body) if reply.announced is None else reply.announced
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is written to standard error."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 1024

        def handle_error(self, request: object, client_address: object) -> None:
            """A sender that is gone is none of the test's business."""

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield receiver
        ended.set()
        server.shutdown()
        thread.join()
