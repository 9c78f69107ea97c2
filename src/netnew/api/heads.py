"""What stands before a body has a size: uvicorn's httptools takes a head of any."""

from __future__ import annotations

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

MOST_HEAD_BYTES = 65_536
_SAID = b"Request header fields are too large."
_log = structlog.get_logger(__name__)


class _HeadTooLarge(Exception):
    """Raised within the parser, which gives up with an error of its own."""


class LimitedHeads(HttpToolsProtocol):
    """Answers 431 and closes where the address and the headers of a request, trailers included,
    have more than `MOST_HEAD_BYTES` bytes; or where more than that is neither a header yet nor part
    of a body. It reads on no further, so that a connection holds one reading (256 kB) besides."""

    _head = 0
    _unfinished = 0
    _is_too_large = False

    def data_received(self, data: bytes) -> None:
        self._unfinished += len(data)
        super().data_received(data)  # what is finished sets it back
        if self._unfinished > MOST_HEAD_BYTES and not self.transport.is_closing():
            self._is_too_large = True
            self.send_400_response("")

    def on_message_begin(self) -> None:
        self._head = 0
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
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._unfinished = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        if not self._is_too_large:
            super().send_400_response(msg)
            return
        _log.info("head is too large", client=self.client)
        self.transport.write(
            STATUS_LINE[431]
            + b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
            + b"content-length: %d\r\n\r\n%s" % (len(_SAID), _SAID)
        )
        self.transport.close()

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > MOST_HEAD_BYTES:
            self._is_too_large = True
            raise _HeadTooLarge
