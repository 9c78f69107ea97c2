"""What every reader of dump files gives."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from netnew.domain.errors import UnreadableDump


@dataclass(frozen=True, slots=True)
class DumpRow:
    """One page of a dump, or one address of a list.

    `status` 0 is a page that could not be had (`error` says why). `location` is the target of a
    redirect, as written. `listed`: there is only an address; the page is the web's to give, and
    `body` is what the list says about it, for searching alone.
    """

    url: str
    body: bytes
    status: int = 200
    title: str = ""
    media_type: str = "text/html"
    charset: str | None = None
    location: str | None = None
    error: str | None = None
    listed: bool = False


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that was left out: its file, its place ('line 7', 'byte 1024', '' for the whole file)
    and what is wrong with it."""

    path: str
    place: str
    problem: str

    @property
    def reason(self) -> str:
        return f"{self.place}: {self.problem}" if self.place else self.problem

    def __str__(self) -> str:
        return f"{self.path}, {self.reason}" if self.place else f"{self.path}: {self.problem}"


MAX_LINE_BYTES = 64 * 2**20
_GZIP_MAGIC = b"\x1f\x8b"


def open_dump(path: Path) -> BinaryIO:
    """The bytes of `path`, decompressed where they begin like gzip, whatever the name says.

    Raises UnreadableDump where the file cannot be opened.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP_MAGIC
        return cast(BinaryIO, gzip.open(path)) if packed else path.open("rb")
    except OSError as error:
        raise UnreadableDump(str(path), error.strerror or str(error)) from error


def lines(path: Path) -> Iterator[tuple[int, bytes] | BrokenRow]:
    """Numbered lines from 1, without their ends; blank ones are skipped. A line above
    `MAX_LINE_BYTES` and an end cut off in the middle of compressed data are broken rows. A file
    whose first bytes are the mark of UTF-16 is read as that, and its lines are given as UTF-8."""
    number = 0
    with open_dump(path) as opened:
        file = _as_utf8(opened)
        while True:
            number += 1
            try:
                line = file.readline(MAX_LINE_BYTES + 1)
                if len(line) > MAX_LINE_BYTES:
                    _skip_rest(file)
                    problem = f"longer than {MAX_LINE_BYTES} bytes"
                    yield BrokenRow(str(path), f"line {number}", problem)
                    continue
            except (EOFError, OSError, zlib.error) as error:
                yield BrokenRow(str(path), f"line {number}", f"the file ends broken: {error}")
                return
            if not line:
                return
            line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            if line.strip():
                yield number, line.rstrip(b"\r\n")


class _Lines(Protocol):
    def readline(self, limit: int, /) -> bytes: ...


class _Recoded:
    """UTF-16 as lines of UTF-8."""

    def __init__(self, file: BinaryIO) -> None:
        self._text = io.TextIOWrapper(file, "utf-16", "replace", newline="\n")

    def readline(self, limit: int, /) -> bytes:
        return self._text.readline(limit).encode("utf-8", "replace")


def _as_utf8(file: BinaryIO) -> _Lines:
    try:
        mark = file.read(2)
    except (EOFError, OSError, zlib.error):
        mark = b""  # the first line will say what is wrong
    file.seek(0)
    return _Recoded(file) if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else file


def _skip_rest(file: _Lines) -> None:
    while (part := file.readline(MAX_LINE_BYTES)) and not part.endswith(b"\n"):
        pass


def decoded(text: bytes) -> str:
    """`text` as UTF-8, UTF-16 by its mark, else as Windows-1252, the usual wrong one."""
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return text.decode("utf-16", "replace")
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError:
        return text.decode("cp1252", "replace")


def html_page(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    return (
        f"<!doctype html>\n<html><head>{head}</head>\n<body><main>\n{body}</main></body></html>\n"
    )
