"""WARC files (ISO 28500), plain or gzip: the response records, as pages.

Read by hand rather than with a package: see docs/decisions/sources-warc-reader.md.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import BinaryIO

from netnew.sources.corpus.readers.base import BrokenRow, DumpRow, open_dump
from netnew.sources.urls import is_page_address

_MAX_RECORD_BYTES = 32 * 2**20
_MAX_HEADER_LINE = 64 * 2**10
_READ_TYPES = ("text/html", "application/xhtml+xml", "text/plain")


class _Broken(ValueError):
    """A record that cannot be read; the text says why."""


def warc_rows(path: Path) -> Iterator[DumpRow | BrokenRow]:
    """HTML and plain text responses in the order of the file, redirects and errors among them.

    Other records are passed over. After a record whose length is not known the rest of the file
    cannot be read; that too is a broken row.
    """
    with open_dump(path) as file:
        while True:
            offset = -1
            try:
                offset = file.tell()
                headers = _record_headers(file)
                if headers is None:
                    return
                block = _block(file, headers)
            except (_Broken, OSError, EOFError, zlib.error) as error:
                yield BrokenRow(str(path), f"byte {offset}", f"the rest is unreadable: {error}")
                return
            if block is None:
                yield BrokenRow(str(path), f"byte {offset}", f"above {_MAX_RECORD_BYTES} bytes")
            elif headers.get("warc-type") == "response":
                yield from _rows(path, offset, headers, block)


def _rows(
    path: Path, offset: int, headers: dict[str, str], block: bytes
) -> Iterator[DumpRow | BrokenRow]:
    url = headers.get("warc-target-uri", "").strip("<>")
    if not url.lower().startswith(("http://", "https://")):
        return
    if not is_page_address(url):
        yield BrokenRow(str(path), f"byte {offset}", f"{url[:120]!r} is no address")
        return
    try:
        row = _response(url, block)
    except (_Broken, HTTPException, OSError, EOFError, zlib.error, ValueError) as error:
        yield BrokenRow(str(path), f"byte {offset}", f"{url}: {error or type(error).__name__}")
        return
    if row is not None:
        yield row


def _record_headers(file: BinaryIO) -> dict[str, str] | None:
    """The named fields of the next record, None at the end of the file."""
    line = file.readline(_MAX_HEADER_LINE)
    while line in (b"\r\n", b"\n"):
        line = file.readline(_MAX_HEADER_LINE)
    if not line:
        return None
    if not line.startswith(b"WARC/"):
        raise _Broken(f"no WARC record begins here: {line[:40]!r}")
    headers: dict[str, str] = {}
    while (line := file.readline(_MAX_HEADER_LINE)).strip():
        name, _, value = line.decode("utf-8", "replace").partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers


def _block(file: BinaryIO, headers: dict[str, str]) -> bytes | None:
    """The record's content, None where it is larger than is kept (it is passed over)."""
    written = headers.get("content-length", "")
    if not (written.isascii() and written.isdecimal()):
        raise _Broken("a record without a Content-Length")
    length = int(written)
    if length > _MAX_RECORD_BYTES:
        while length > 0 and (part := file.read(min(length, 2**20))):
            length -= len(part)
        return None
    block = file.read(length)
    if len(block) < length:
        raise _Broken("the file ends in the middle of a record")
    return block


class _Recorded:
    """A socket for `http.client` to read a recorded answer from."""

    def __init__(self, block: bytes) -> None:
        self._block = block

    def makefile(self, mode: str) -> BinaryIO:
        return io.BytesIO(self._block)


def _response(url: str, block: bytes) -> DumpRow | None:
    response = HTTPResponse(_Recorded(block))  # type: ignore[arg-type]
    response.begin()
    media_type = response.headers.get_content_type()
    location = response.headers.get("Location")
    if media_type not in _READ_TYPES and location is None and response.status < 400:
        return None
    return DumpRow(
        url=url,
        body=_unpacked(_payload(response, block), response.headers.get("Content-Encoding", "")),
        status=response.status,
        media_type=media_type,
        charset=response.headers.get_content_charset(),
        location=location if 300 <= response.status < 400 else None,
    )


def _payload(response: HTTPResponse, block: bytes) -> bytes:
    try:
        return response.read()
    except HTTPException:
        # Some crawlers store the decoded body under the headers it came with.
        return block.partition(b"\r\n\r\n")[2]


def _unpacked(body: bytes, encoding: str) -> bytes:
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return _inflated(body, 31) if body[:2] == b"\x1f\x8b" else body
        case "deflate":
            return _inflated(body, 15 if body[:1] == b"\x78" else -15)
        case other:
            raise _Broken(f"content encoding {other!r} is not read here")


def _inflated(body: bytes, wbits: int) -> bytes:
    inflater = zlib.decompressobj(wbits)
    unpacked = inflater.decompress(body, _MAX_RECORD_BYTES)
    if inflater.unconsumed_tail:
        raise _Broken(f"unpacks to more than {_MAX_RECORD_BYTES} bytes")
    return unpacked
