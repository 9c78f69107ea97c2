"""A small HTTP server on loopback whose every answer the test decides."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    target: str
    headers: dict[str, str]

    @property
    def host(self) -> str:
        return self.headers.get("host", "")


@dataclass(frozen=True, slots=True)
class Reply:
    """`never_ends`: the body's bytes are sent over and over; `silent`: nothing is ever sent;
    `hang_up`: the connection is closed without a word."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html; charset=utf-8"),)
    never_ends: bool = False
    silent: bool = False
    hang_up: bool = False

    @staticmethod
    def html(text: str, status: int = 200, **headers: str) -> Reply:
        extra = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        return Reply(status, text.encode(), (("Content-Type", "text/html; charset=utf-8"), *extra))

    @staticmethod
    def to(location: str, status: int = 302) -> Reply:
        return Reply(status, b"moved", (("Location", location),))

    @staticmethod
    def packed(body: bytes, encoding: str = "gzip") -> Reply:
        squeezed = gzip.compress(body) if encoding == "gzip" else zlib.compress(body)
        return Reply(200, squeezed, (("Content-Type", "text/html"), ("Content-Encoding", encoding)))


Answerer = Callable[[Asked], Reply]


@dataclass(slots=True)
class PagesServer:
    """Answers as `answer` says; `asked` is every request so far, robots.txt apart."""

    answer: Answerer
    robots: Reply = field(default_factory=lambda: Reply.html("", status=404))
    asked: list[Asked] = field(default_factory=list)
    robots_asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    most_at_once: int = 0
    port: int = 0
    gate: asyncio.Event | None = None
    arrivals: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    _now: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def targets(self) -> list[str]:
        return [each.target for each in self.asked]

    @property
    def addresses(self) -> list[str]:
        """What a gateway was asked for."""
        return [each.headers["x-netnew-address"] for each in self.asked]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            while (asked := await _request(reader)) is not None:
                await self._answer(asked, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.target.endswith("/robots.txt"):
            self.robots_asked.append(asked)
            await _send(self.robots, writer)
            return
        self.asked.append(asked)
        self.arrivals.release()
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        try:
            if self.gate is not None:
                await self.gate.wait()
            await _send(self.answer(asked), writer)
        finally:
            self._now -= 1


@asynccontextmanager
async def serving(answer: Answerer, robots: Reply | None = None) -> AsyncIterator[PagesServer]:
    server = PagesServer(answer)
    if robots is not None:
        server.robots = robots
    listener = await asyncio.start_server(server._serve, "127.0.0.1", 0)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
        for writer in list(server._writers):
            writer.transport.abort()
        await listener.wait_closed()
        await asyncio.sleep(0)


async def _request(reader: asyncio.StreamReader) -> Asked | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines if line)
    }
    return Asked(first.split(" ")[1], headers)


async def _send(reply: Reply, writer: asyncio.StreamWriter) -> None:
    if reply.silent:
        await asyncio.Event().wait()
    if reply.hang_up:
        raise ConnectionError
    lines = [f"HTTP/1.1 {reply.status} X", *(f"{n}: {v}" for n, v in reply.headers)]
    if not reply.never_ends:
        lines.append(f"Content-Length: {len(reply.body)}")
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    writer.write(reply.body)
    await writer.drain()
    while reply.never_ends:
        writer.write(reply.body)
        await writer.drain()
