"""An OpenAI-compatible server on loopback whose every answer the test decides."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def format(self) -> str:
        """'json_schema', 'json_object' or 'text'."""
        return str((self.body.get("response_format") or {"type": "text"})["type"])

    @property
    def schema(self) -> Mapping[str, Any]:
        """The schema that was sent for the server to hold the answer to."""
        found: Mapping[str, Any] = self.body["response_format"]["json_schema"]["schema"]
        return found

    @property
    def prompt(self) -> str:
        """All that was said, whoever said it."""
        return "\n".join(str(x["content"]) for x in self.body.get("messages", ()))


@dataclass(frozen=True, slots=True)
class Reply:
    """`silent`: nothing is ever sent; `hang_up`: the connection is closed without a word."""

    status: int = 200
    body: Mapping[str, Any] | str = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False
    hang_up: bool = False


SILENT = Reply(silent=True)
HUNG_UP = Reply(hang_up=True)


def says(
    content: object, finish: str = "stop", tokens: tuple[int, int] = (100, 10), **message: object
) -> Reply:
    """The answer `content` (a text, or what is written as JSON), with its use of tokens."""
    text = content if isinstance(content, str) else json.dumps(content)
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "scripted",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": text, **message},
            }
        ],
        "usage": {
            "prompt_tokens": tokens[0],
            "completion_tokens": tokens[1],
            "total_tokens": sum(tokens),
        },
    }
    return Reply(200, body)


def fails(status: int, message: str = "no", code: str | None = None, **headers: str) -> Reply:
    """An error; `Retry_After="2"` is the header Retry-After."""
    body = {"error": {"message": message, "type": "server", "code": code}}
    return Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


Answerer = Callable[[Asked], Reply]


@dataclass(slots=True)
class ModelServer:
    """Answers as `answer` says; `asked` is every request so far, in order. `models`: what it lists.
    With a `gate`, answers wait until it is open."""

    answer: Answerer
    models: tuple[str, ...] = ()
    asked: list[Asked] = field(default_factory=list)
    most_at_once: int = 0
    port: int = 0
    gate: asyncio.Event | None = None
    arrivals: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    _now: int = 0
    _serving: dict[asyncio.Task[None], asyncio.StreamWriter] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        return f"{self.origin}/v1"

    @property
    def formats(self) -> list[str]:
        return [x.format for x in self.asked]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving[task] = writer
        try:
            while (asked := await _read(reader)) is not None:
                if not await self._reply(asked, writer):
                    await reader.read()  # whoever asked hangs up
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            del self._serving[task]
            writer.close()

    async def hang_up_all(self) -> None:
        for writer in self._serving.values():
            writer.transport.abort()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _reply(self, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        if asked.method == "GET":
            listed = {"object": "list", "data": [{"id": x} for x in self.models]}
            await _write(writer, Reply(200, listed))
            return True
        self.asked.append(asked)
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        self.arrivals.release()
        try:
            if self.gate is not None:
                await self.gate.wait()
            reply = self.answer(asked)
            if reply.hang_up:
                writer.transport.abort()
            if reply.hang_up or reply.silent:
                return False
            await _write(writer, reply)
            return True
        finally:
            self._now -= 1


async def _read(reader: asyncio.StreamReader) -> Asked | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    raw = await reader.readexactly(int(headers.get("content-length") or 0))
    return Asked(method, path, headers, json.loads(raw) if raw else {})


async def _write(writer: asyncio.StreamWriter, reply: Reply) -> None:
    text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
    raw = text.encode()
    kind = "text/html" if isinstance(reply.body, str) else "application/json"
    headers = {"Content-Type": kind, **reply.headers}
    extra = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {reply.status} Told\r\nContent-Length: {len(raw)}\r\n{extra}\r\n"
    writer.write(head.encode() + raw)
    await writer.drain()


@asynccontextmanager
async def model_server(
    answer: Answerer | Iterable[Reply], models: Iterable[str] = ()
) -> AsyncIterator[ModelServer]:
    """A running server; of several replies each is given once, the last for ever."""
    server = ModelServer(answer if callable(answer) else in_turn(answer), tuple(models))
    running = await asyncio.start_server(server.serve, "127.0.0.1", 0, limit=8_000_000)
    server.port = running.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        running.close()
        await server.hang_up_all()


def in_turn(replies: Iterable[Reply]) -> Answerer:
    """Each reply once, the last for ever."""
    left = list(replies)

    def answer(asked: Asked) -> Reply:
        return left.pop(0) if len(left) > 1 else left[0]

    return answer


@contextmanager
def threaded_model_server(
    answer: Answerer | Iterable[Reply], models: Iterable[str] = ()
) -> Iterator[ModelServer]:
    """The same in a thread of its own, for what has an event loop of its own."""
    started: Future[tuple[ModelServer, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def run() -> None:
        over = asyncio.Event()
        async with model_server(answer, models) as server:
            started.set_result((server, asyncio.get_running_loop(), over))
            await over.wait()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(asyncio.run, run())
        server, loop, over = started.result()
        try:
            yield server
        finally:
            loop.call_soon_threadsafe(over.set)
            running.result()
