from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from netnew.sources.corpus.readers.base import BrokenRow, DumpRow
from netnew.sources.corpus.readers.warc import warc_rows


def _record(block: bytes, kind: str = "response", url: str = "https://a.org/") -> bytes:
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\n"
    return f"{head}Content-Length: {len(block)}\r\n\r\n".encode() + block + b"\r\n\r\n"


def _http(body: bytes, headers: str = "", status: str = "200 OK", kind: str = "text/html") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{headers}\r\n".encode() + body


def _rows(tmp_path: Path, content: bytes) -> list[DumpRow | BrokenRow]:
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(content)
    return list(warc_rows(path))


def test_responses_are_read_record_by_record_from_gzip_members(tmp_path: Path) -> None:
    records = [
        _record(b"software: x\r\n", "warcinfo"),
        _record(_http(b"<p>one</p>", kind="text/html; charset=ISO-8859-1")),
        _record(b"GET / HTTP/1.1\r\n\r\n", "request"),
        _record(_http(b"", "Location: /new\r\n", "301 Moved"), url="https://b.org/old"),
        _record(_http(b"gone", status="404 Not Found"), url="<https://c.org/>"),
        _record(_http(b"\x89PNG", kind="image/png"), url="https://d.org/logo.png"),
    ]
    one, moved, gone = _rows(tmp_path, b"".join(gzip.compress(record) for record in records))
    assert one == DumpRow("https://a.org/", b"<p>one</p>", charset="iso-8859-1")
    assert isinstance(moved, DumpRow)
    assert (moved.status, moved.location) == (301, "/new")
    assert isinstance(gone, DumpRow)
    assert (gone.url, gone.status) == ("https://c.org/", 404)


def test_chunked_and_compressed_bodies_are_unpacked(tmp_path: Path) -> None:
    packed = gzip.compress(b"<p>two</p>")
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    raw_deflate = zlib.compress(b"<p>three</p>")[2:-4]
    content = (
        _record(_http(chunked, "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"))
        + _record(_http(b"<p>kept</p>", "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"))
        + _record(_http(raw_deflate, "Content-Encoding: deflate\r\n"))
    )
    bodies = [row.body for row in _rows(tmp_path, content) if isinstance(row, DumpRow)]
    assert bodies == [b"<p>two</p>", b"<p>kept</p>", b"<p>three</p>"]


def test_an_encoding_that_is_not_read_is_named_and_the_next_record_is_kept(tmp_path: Path) -> None:
    content = _record(_http(b"??", "Content-Encoding: br\r\n")) + _record(_http(b"x"))
    broken, good = _rows(tmp_path, content)
    assert isinstance(broken, BrokenRow)
    assert "'br'" in broken.problem
    assert broken.place == "byte 0"
    assert isinstance(good, DumpRow)


def test_a_record_of_a_malformed_address_or_length_is_named(tmp_path: Path) -> None:
    odd = _record(_http(b"x")).replace(b"Content-Length: ", "Content-Length: ²".encode())
    content = _record(_http(b"x"), url="https://[broken/x") + _record(_http(b"y")) + odd
    address, good, length = _rows(tmp_path, content)
    assert isinstance(address, BrokenRow)
    assert "'https://[broken/x' is no address" in address.problem
    assert isinstance(good, DumpRow)
    assert isinstance(length, BrokenRow)


def test_a_file_that_ends_in_a_record_keeps_the_records_before(tmp_path: Path) -> None:
    content = _record(_http(b"<p>one</p>")) + _record(_http(b"<p>two</p>"))[:-30]
    good, broken = _rows(tmp_path, content)
    assert isinstance(good, DumpRow)
    assert isinstance(broken, BrokenRow)
    assert "middle of a record" in broken.problem


@settings(max_examples=60)
@given(cut=st.integers(0, 400), byte=st.integers(0, 255))
def test_a_damaged_byte_never_crashes_the_reader(
    tmp_path_factory: object, cut: int, byte: int
) -> None:
    content = bytearray(_record(_http(b"<p>one</p>")) + _record(_http(b"<p>two</p>")))
    content[cut % len(content)] = byte
    path = tmp_path_factory.mktemp("w") / "x.warc"  # type: ignore[attr-defined]
    path.write_bytes(bytes(content))
    assert all(isinstance(row, DumpRow | BrokenRow) for row in warc_rows(path))
