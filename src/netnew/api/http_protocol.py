"""Reads HTTP/1.1 from a connection: uvicorn's httptools protocol, with limits."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol
from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol

from netnew.api.connections import ConnectionLimits, OpenConnections
from netnew.api.hosts import TARGET

MAX_HEAD_BYTES = 65_536
_TOO_LARGE = "Request header fields are too large."
_log = logging.getLogger(__name__)  # damped like uvicorn's own (`serving`)


class _HeadRefused(Exception):
    """Raised inside the parser, which then fails with its own error."""


class HttpProtocol(HttpToolsProtocol):
    """Limits what a client may use before it has sent a request:

    - a connection beyond `limits`: 503 and closed;
    - a head that is not complete within `limits.head_timeout_s` of the connection, or of its first
      byte on a kept connection: 408 and closed;
    - an address and headers (trailers included) of more than `MAX_HEAD_BYTES`, or more than that
      which is neither a header yet nor part of a body: 431 and closed.

    `Upgrade` to anything but WebSocket is ignored, as RFC 9110 allows. httptools stops reading at
    the head of such a request and drops its body, so the head is parsed again without the header.
    """

    limits = ConnectionLimits()
    open_connections = OpenConnections(limits)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_bytes = 0
        self._unfinished = 0
        self._is_too_large = False
        self._head_timer: asyncio.TimerHandle | None = None
        self._is_counted = False

    # --------------------------------------------------------------------------- the connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        address = _address_of(transport)
        if self.open_connections.has_room(address):
            self.open_connections.add(address)
            self._is_counted = True
            self._start_head_timer()
            return
        _log.warning("connection refused: too many are open; the latest is of %s", address)
        self._refuse(503, "Too many connections.", b"retry-after: 1\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_head_timer()
        self._uncount()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        self._uncount()  # from here on the WebSocket protocol counts it
        super().handle_websocket_upgrade()

    def _uncount(self) -> None:
        if self._is_counted:
            self._is_counted = False
            self.open_connections.remove(_address_of(self.transport))

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._unset_keepalive_if_required()
        self._unfinished += len(data)
        try:
            self._feed(data)  # resets `_unfinished` for complete requests
        except httptools.HttpParserError:
            self._refuse_unparsed()
            return
        if self._unfinished > MAX_HEAD_BYTES:
            self._is_too_large = True
            self._refuse_unparsed()
        elif self._waits_for_head():
            self._start_head_timer()

    def _feed(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                if self._should_upgrade():
                    self._stop_head_timer()
                    self.handle_websocket_upgrade()
                    return
                data = self._head_without_upgrade() + data[upgrade.args[0] :]
                self._unfinished = len(data)
                self.parser = httptools.HttpRequestParser(self)
            else:
                return

    # -------------------------------------------------------------------------------- upgrades

    def _should_upgrade(self) -> bool:
        """A WebSocket opens with GET only."""
        return self.parser.get_method() == b"GET" and super()._should_upgrade()

    def _is_ignored_upgrade(self) -> bool:
        return bool(self.parser.should_upgrade()) and not self._should_upgrade()

    def _head_without_upgrade(self) -> bytes:
        line = b"%s %s HTTP/%s\r\n" % (
            self.parser.get_method(),
            self.url,
            self.parser.get_http_version().encode(),
        )
        return line + b"".join(
            b"%s: %s\r\n" % (name, _without_upgrade(value) if name == b"connection" else value)
            for name, value in self.headers
            if name != b"upgrade"
        ) + b"\r\n"  # fmt: skip

    # --------------------------------------------------------------------------------- the head

    def on_message_begin(self) -> None:
        self._head_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        self._unfinished = 0
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._unfinished = 0
        if self.parser.get_method() == b"CONNECT":
            raise _HeadRefused
        if self._is_ignored_upgrade():
            return
        self._head_bytes = 0
        self._stop_head_timer()
        if not self.url.startswith(b"/"):  # uvicorn keeps only the path
            self.scope["state"][TARGET] = self.url
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unfinished = 0
        if not self._is_ignored_upgrade():
            super().on_message_complete()

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            self._is_too_large = True
            raise _HeadRefused

    # ----------------------------------------------------------------------------- the head timer

    def _waits_for_head(self) -> bool:
        """Whether bytes arrived that belong to no current request and have no other timeout."""
        in_hand = self.cycle is not None and not self.cycle.response_complete
        return not in_hand and self.timeout_keep_alive_task is None

    def _start_head_timer(self) -> None:
        if self._head_timer is None and not self.transport.is_closing():
            wait_s = self.limits.head_timeout_s
            self._head_timer = self.loop.call_later(wait_s, self._head_is_late)

    def _stop_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self.transport.is_closing():
            return
        if self._unfinished or self._head_bytes:
            self._refuse(408, "The request did not arrive in time.")
        else:
            self.transport.close()

    # ------------------------------------------------------------------------------------ refusal

    def _refuse_unparsed(self) -> None:
        if self._is_too_large:
            _log.info("request refused: its headers are too large")
            self._refuse(431, _TOO_LARGE)
        else:
            address = _address_of(self.transport)
            _log.warning("request refused: it is not valid HTTP; from %s", address)
            self._refuse(400, "Invalid HTTP request received.")

    def _refuse(self, status: int, message: str, headers: bytes = b"") -> None:
        if self.transport.is_closing():
            return
        self.transport.write(
            STATUS_LINE[status]
            + b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
            + headers
            + b"content-length: %d\r\n\r\n%s" % (len(message), message.encode())
        )
        self.transport.close()


def limited_protocols(
    limits: ConnectionLimits,
) -> tuple[type[HttpProtocol], type[asyncio.Protocol] | None]:
    """The protocol classes of HTTP and of WebSocket (None without a package for it) that share
    these limits; uvicorn creates one per connection."""
    counted = OpenConnections(limits)
    attributes = {"limits": limits, "open_connections": counted}
    http = type("LimitedHttpProtocol", (HttpProtocol,), attributes)
    return http, _counted_websocket(counted)


def _counted_websocket(counted: OpenConnections) -> type[asyncio.Protocol] | None:
    """The protocol that takes over from HTTP when a connection is upgraded, and counts it."""
    base: Any = AutoWebSocketsProtocol
    if base is None:
        return None

    class CountedWebSocket(base):  # type: ignore[misc]
        def connection_made(self, transport: asyncio.Transport) -> None:
            counted.add(_address_of(transport))
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            counted.remove(_address_of(self.transport))
            super().connection_lost(exc)

    return CountedWebSocket


def _without_upgrade(connection: bytes) -> bytes:
    tokens = (token.strip() for token in connection.split(b","))
    return b", ".join(x for x in tokens if x.lower() not in (b"upgrade", b"http2-settings"))


def _address_of(transport: asyncio.BaseTransport) -> str | None:
    peer = transport.get_extra_info("peername")
    return str(peer[0]) if isinstance(peer, tuple) else None
