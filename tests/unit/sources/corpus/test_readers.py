from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from netnew.domain.errors import UnreadableDump
from netnew.sources.corpus.readers import base as lines_module
from netnew.sources.corpus.readers.base import BrokenRow, DumpRow
from netnew.sources.corpus.readers.dump import dump_rows
from netnew.sources.corpus.store import page_key
from netnew.sources.html_text import plain_page


def _pages(path: Path, base_url: str | None = None) -> list[DumpRow]:
    return [row for row in dump_rows(path, base_url) if isinstance(row, DumpRow)]


def _broken(path: Path) -> list[BrokenRow]:
    return [row for row in dump_rows(path) if isinstance(row, BrokenRow)]


def _write(path: Path, rows: Sequence[object]) -> Path:
    text = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def test_rows_of_a_crawl_dump_are_read_with_status_redirect_and_error(tmp_path: Path) -> None:
    dump = _write(
        tmp_path / "crawl.jsonl.gz",
        [
            {"url": "https://a.org/", "status": 200, "title": "A", "html": "<p>é</p>"},
            {"url": "https://b.org/", "status": 301, "location": "/new", "html": ""},
            {"url": "https://c.org/", "status": 0, "error": "dns"},
            {"url": "https://d.org/", "error": "timeout"},
            {"url": "https://e.org/", "text": "plain", "status": "404"},
            {"url": "https://f.org/", "markdown": "# F\n\n|a|b|\n|-|-|\n|1|2|"},
            {"url": "https://g.org/", "content": "<b>g</b>"},
        ],
    )
    a, b, c, d, e, f, g = _pages(dump)
    assert (a.title, a.body, a.charset) == ("A", "<p>é</p>".encode(), "utf-8")
    assert (b.status, b.location) == (301, "/new")
    assert (c.status, c.error, d.status, d.error) == (0, "dns", 0, "timeout")
    assert (e.status, e.media_type) == (404, "text/plain")
    assert (f.media_type, f.body[:3]) == ("text/markdown", b"# F")
    assert (g.media_type, g.body) == ("text/html", b"<b>g</b>")


def test_a_broken_line_is_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    good = {"url": "https://a.org/", "html": "x"}
    dump = _write(
        tmp_path / "crawl.jsonl",
        ["", '{"url": ', good, "[1]", {"html": "x"}, {"url": "https://b.org/", "status": "soon"}],
    )
    assert [page.url for page in _pages(dump)] == ["https://a.org/"]
    assert [row.place for row in _broken(dump)] == ["line 2", "line 4", "line 5", "line 6"]
    assert str(_broken(dump)[0]).startswith(f"{dump}, line 2: ")


@pytest.mark.parametrize("url", ["https://[broken/x", "https://", "http://a:port/", "x:y", 7])
def test_a_row_with_a_malformed_address_is_named_and_the_rest_is_kept(
    url: object, tmp_path: Path
) -> None:
    dump = _write(tmp_path / "crawl.jsonl", [{"url": url}, {"url": "https://a.org/"}])
    assert [page.url for page in _pages(dump)] == ["https://a.org/"]
    assert [row.place for row in _broken(dump)] == ["line 1"]


def test_a_dump_cut_off_in_the_middle_keeps_what_was_before(tmp_path: Path) -> None:
    rows = [{"url": f"https://a.org/{n}", "html": str(hash(str(n)))} for n in range(2000)]
    whole = _write(tmp_path / "whole.jsonl.gz", rows).read_bytes()
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(whole[: len(whole) // 2])
    assert 100 < len(_pages(cut)) < 2000
    assert "ends broken" in _broken(cut)[-1].problem


def test_a_line_in_another_encoding_is_read(tmp_path: Path) -> None:
    dump = tmp_path / "crawl.jsonl"
    dump.write_bytes('{"url": "https://a.org/", "html": "Zürich – naïve"}'.encode("cp1252"))
    assert _pages(dump)[0].body.decode() == "Zürich – naïve"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("name", ["crawl.jsonl", "crawl.jsonl.gz", "crawl"])
def test_the_mark_at_its_start_tells_the_encoding_of_the_whole_file(
    name: str, encoding: str, tmp_path: Path
) -> None:
    rows = [{"url": f"https://a.org/{n}", "html": "Zürich\u2028漢\u0a0a"} for n in range(3)]
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    packed = ("\ufeff" * (encoding == "utf-16-be") + text).encode(encoding)
    dump = tmp_path / name
    dump.write_bytes(gzip.compress(packed) if name.endswith(".gz") else packed)
    assert [page.body.decode() for page in _pages(dump)] == ["Zürich\u2028漢\u0a0a"] * 3
    assert _broken(dump) == []


def test_a_line_above_the_limit_is_broken_and_the_next_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines_module, "MAX_LINE_BYTES", 100)
    rows = [{"url": "https://a.org/", "html": "x" * 500}, {"url": "https://b.org/", "html": "b"}]
    dump = _write(tmp_path / "crawl.jsonl", rows)
    assert [row.place for row in _broken(dump)] == ["line 1"]
    assert [row.url for row in _pages(dump)] == ["https://b.org/"]


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\0\0", b"{broken", b"\x1f\x8bnope"])
@pytest.mark.parametrize("name", ["x.jsonl", "x.jsonl.gz", "x.warc", "x.bin", "x.csv"])
def test_a_file_of_which_nothing_can_be_read_is_refused(
    name: str, content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableDump) as caught:
        list(dump_rows(path))
    assert caught.value.path == str(path)


def test_a_dump_is_known_by_its_content_where_its_name_says_nothing(tmp_path: Path) -> None:
    dump = _write(tmp_path / "crawl.gz", [{"url": "https://a.org/", "html": "x"}])
    assert [page.url for page in _pages(dump)] == ["https://a.org/"]


def test_a_folder_is_read_file_by_file_each_in_its_way(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    (folder / "sub").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / ".git" / "x.html").write_text("hidden")
    (folder / "index.html").write_bytes(b"<title>Start</title>")
    (folder / "sub" / "über uns.md").write_text("# About us\n\nWe *build* things.")
    (folder / "notes.txt").write_bytes("café".encode("latin-1"))
    (folder / "logo.png").write_bytes(b"\x89PNG")
    book = Workbook()
    book.active.append(["Name", "Country"])  # type: ignore[union-attr]
    book.active.append(["Acme & Co", None])  # type: ignore[union-attr]
    book.save(folder / "firms.xlsx")
    (folder / "broken.docx").write_bytes(b"no archive")
    pages = {page.url: page for page in _pages(folder, "https://x.org/docs/")}
    assert sorted(pages) == [
        "https://x.org/docs/firms.xlsx",
        "https://x.org/docs/index.html",
        "https://x.org/docs/notes.txt",
        "https://x.org/docs/sub/%C3%BCber%20uns.md",
    ]
    assert pages["https://x.org/docs/notes.txt"].body.decode() == "café"
    assert pages["https://x.org/docs/sub/%C3%BCber%20uns.md"].title == "About us"
    assert b"<td>Acme &amp; Co</td><td></td>" in pages["https://x.org/docs/firms.xlsx"].body
    assert [Path(row.path).name for row in _broken(folder)] == ["broken.docx"]
    assert _pages(folder)[-1].url.startswith("file:///")


def test_a_word_document_becomes_a_page(tmp_path: Path) -> None:
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    schema = "http://schemas.openxmlformats.org"
    office = f"{schema}/officeDocument/2006/relationships/officeDocument"
    with ZipFile(tmp_path / "letter.docx", "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{schema}/package/2006/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{schema}/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{office}" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{schema}/wordprocessingml/2006/main"><w:body><w:p><w:r>'
            "<w:t>Acme was founded in 1999.</w:t></w:r></w:p></w:body></w:document>",
        )
    (page,) = _pages(tmp_path)
    assert b"Acme was founded in 1999." in page.body
    assert page.title == "letter"


def test_a_pdf_becomes_a_page(tmp_path: Path) -> None:
    text = b"BT /F1 24 Tf 72 700 Td (Acme was founded in 1999.) Tj ET"
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    body, starts = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        starts.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    body += b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\n" % table
    body += b"startxref\n%d\n%%%%EOF" % body.index(b"xref")
    (tmp_path / "report.pdf").write_bytes(body)
    (page,) = _pages(tmp_path)
    assert b"Acme was founded in 1999." in page.body


@pytest.mark.parametrize("name", ["a.xlsx", "a.docx", "a.epub"])
def test_a_document_that_unpacks_to_too_much_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("good")
    with ZipFile(tmp_path / name, "w", ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 60_000_000)
    (broken,) = _broken(tmp_path)
    assert broken.path.endswith(name)
    assert "unpacks to more than" in broken.problem


def test_a_folder_without_readable_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"x")
    with pytest.raises(UnreadableDump, match="no file in it"):
        list(dump_rows(tmp_path))


def test_addresses_in_a_csv_are_listed_without_pages(tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("Name;Website;City\nAcme;acme.com;Oslo\nNobody;;Rome\n")
    (page,) = _pages(path)
    assert (page.url, page.title, page.listed) == ("https://acme.com", "Acme", True)
    assert b"City: Oslo" in page.body
    assert _broken(path)[0].place == "line 3"


@given(st.binary(max_size=400), st.sampled_from(["text/html", "text/plain", "application/pdf"]))
def test_any_bytes_have_a_plain_text(body: bytes, media_type: str) -> None:
    page = plain_page(body, media_type, None)
    assert "\n" not in page.text


def test_plain_text_leaves_scripts_out_and_keeps_words_apart() -> None:
    html = b"<title>T</title><body><p>one</p><p>two</p><script>three()</script><style>x{}</style>"
    assert plain_page(html, "text/html", None).text == "one two"


def test_the_charset_a_page_names_is_used() -> None:
    html = '<meta charset="iso-8859-2"><body>Łódź'.encode("iso-8859-2")
    assert plain_page(html, "text/html", None).text == "Łódź"


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("HTTPS://Example.ORG:443#top", "https://example.org/"),
        ("http://example.org:80/A?b=C#d", "http://example.org/A?b=C"),
        ("https://example.org:8443/a/", "https://example.org:8443/a/"),
        ("file:///tmp/a.md#x", "file:///tmp/a.md"),
        ("http://[broken", "http://[broken"),
    ],
)
def test_a_page_is_kept_under_its_address_as_hosts_see_it(url: str, key: str) -> None:
    assert page_key(url) == key
