"""The loopback HTTP/1.1 server under gateway, search and oracle: keep-alive, in order, fast."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from evals.http_answer import Answer

MAX_HEAD_BYTES = 65_536
MAX_BODY_BYTES = 16_000_000


@dataclass(frozen=True, slots=True)
class Request:
    """One request: method, target as sent, headers by lower-case name, body."""

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


class BadRequest(Exception):
    """What came over the wire is no request."""


class Connection(asyncio.Protocol):
    """One connection. Requests are answered one by one, in their order."""

    def __init__(
        self, handle: Callable[[Request], Answer], counts: Counter[str], delay_s: float
    ) -> None:
        self._handle, self._counts, self._delay_s = handle, counts, delay_s
        self._buffer = bytearray()
        self._head: Request | None = None
        self._busy = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._answer_next()

    def _answer_next(self) -> None:
        while self._transport is not None and not self._busy:
            try:
                request = self._next_request()
            except BadRequest:
                self._transport.write(Answer(400, "bad", b"Bad request\n").encoded())
                self._transport.close()
                return
            if request is None:
                return
            self._answer(request)

    def _answer(self, request: Request) -> None:
        answer = self._handle(request)
        self._counts[answer.kind] += 1
        raw = answer.encoded(request.method == "HEAD")
        closing = request.headers.get("connection", "").lower() == "close"
        if answer.delayed and self._delay_s > 0:
            self._busy = True
            loop = asyncio.get_running_loop()
            loop.call_later(self._delay_s, self._send_late, raw, closing)
        else:
            self._send(raw, closing)

    def _send_late(self, raw: bytes, closing: bool) -> None:
        self._busy = False
        self._send(raw, closing)
        self._answer_next()

    def _send(self, raw: bytes, closing: bool) -> None:
        if self._transport is not None:
            self._transport.write(raw)
            if closing:
                self._transport.close()
                self._transport = None

    def _next_request(self) -> Request | None:
        """The next whole request of the buffer, None until more has come."""
        if self._head is None:
            self._head = self._next_head()
            if self._head is None:
                return None
        length = _body_length(self._head)
        if len(self._buffer) < length:
            return None
        request = replace(self._head, body=bytes(self._buffer[:length])) if length else self._head
        del self._buffer[:length]
        self._head = None
        return request

    def _next_head(self) -> Request | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self._buffer) > MAX_HEAD_BYTES:
                raise BadRequest("the head of the request is too long")
            return None
        head = parse_head(bytes(self._buffer[:end]))
        del self._buffer[: end + 4]
        return head


def _body_length(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
        raise BadRequest("content-length is no number, or too large")
    return int(length)


def parse_head(head: bytes) -> Request:
    """Request line and headers; raises BadRequest."""
    first, *rest = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise BadRequest("no request line of HTTP/1")
    headers = {}
    for line in rest:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequest("a header without a colon")
        headers[name.strip().lower()] = value.strip()
    return Request(words[0], words[1], headers)
