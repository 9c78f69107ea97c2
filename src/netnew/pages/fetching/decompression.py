"""A body as it arrives → its bytes, decompressed, never more than a cap of them."""

from __future__ import annotations

import zlib

_CHUNK = 65_536


class BodyTooLarge(Exception):
    """The body is larger than allowed, decompressed."""


class Undecodable(Exception):
    """The body is not in the encoding it claims."""


class BodyReader:
    """Takes chunks as they arrive; `body` is what they come to, of at most `max_bytes`: after
    TooLarge, that many.

    A decompression bomb is stopped where it passes the cap: zlib gives at most one chunk at a time.
    """

    def __init__(self, encoding: str, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._parts: list[bytes] = []
        self._size = 0
        self._inflater = _inflater(encoding)
        self._raw_deflate_possible = encoding == "deflate"

    def feed(self, chunk: bytes) -> None:
        """Raises TooLarge, Undecodable."""
        if self._inflater is None:
            self._keep(chunk)
            return
        while chunk:
            try:
                part = self._inflater.decompress(chunk, _CHUNK)
            except zlib.error as error:
                if not self._raw_deflate_possible:
                    raise Undecodable(str(error)) from error
                # Half the servers that say 'deflate' mean the bare stream, without zlib's header.
                self._inflater = zlib.decompressobj(-zlib.MAX_WBITS)
                self._raw_deflate_possible = False
                continue
            self._raw_deflate_possible = False
            self._keep(part)
            chunk = self._inflater.unconsumed_tail
            if self._inflater.eof:
                return

    def _keep(self, part: bytes) -> None:
        room = self._max_bytes - self._size
        self._size += len(part)
        self._parts.append(part[:room])
        if len(part) > room:
            raise BodyTooLarge

    @property
    def body(self) -> bytes:
        return b"".join(self._parts)


def _inflater(encoding: str) -> zlib._Decompress | None:
    match encoding:
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        case "deflate":
            return zlib.decompressobj()
        case _:
            raise Undecodable(f"content encoding {encoding!r} was not asked for")
