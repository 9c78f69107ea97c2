from __future__ import annotations

import asyncio
import codecs
import csv
import os
import re
from pathlib import Path

import pytest

from netnew.domain.errors import InvalidInput, UnreadableDump
from netnew.domain.search import Hit
from netnew.domain.spreadsheet_cells import cell_text
from netnew.sources.context import SourceContext
from netnew.sources.corpus.readers.table import address_of
from netnew.sources.csv_list import CsvSource, open_csv


def _source(context: SourceContext, tmp_path: Path, content: str | bytes) -> CsvSource:
    path = tmp_path / "list.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return open_csv(str(path), context)


def _hits(context: SourceContext, tmp_path: Path, content: str | bytes) -> tuple[Hit, ...]:
    return asyncio.run(_source(context, tmp_path, content).search("", 1)).hits


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_columns_are_known_by_their_header_whatever_parts_them(
    delimiter: str, context: SourceContext, tmp_path: Path
) -> None:
    rows = [["Company Name", "HQ", "Web-Site"], ["Acme", '"Oslo, Norway; north"', "acme.com/x"]]
    content = "\r\n".join(delimiter.join(row) for row in rows)
    (hit,) = _hits(context, tmp_path, content)
    assert hit == Hit("https://acme.com/x", "Acme", "HQ: Oslo, Norway; north", "Acme")


@pytest.mark.parametrize(
    "content",
    [
        "acme.com\nhttps://b.org/\n",
        "\ufeffacme.com\r\n\r\nhttps://b.org/",
        "url\nacme.com\nhttps://b.org/",
        "Acme,acme.com\nB,https://b.org/",
    ],
)
def test_lists_of_addresses_need_no_header(
    content: str, context: SourceContext, tmp_path: Path
) -> None:
    hits = _hits(context, tmp_path, content)
    assert [hit.url for hit in hits] == ["https://acme.com", "https://b.org/"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
def test_names_survive_their_encoding(
    encoding: str, context: SourceContext, tmp_path: Path
) -> None:
    content = "name,url\nKöln Café,https://a.org/\n".encode(encoding)
    assert _hits(context, tmp_path, content)[0].name == "Köln Café"


def test_a_row_without_address_has_a_urn_and_its_row_as_page(
    context: SourceContext, tmp_path: Path
) -> None:
    source = _source(
        context, tmp_path, "name,url,country\nÉcole & Fils,,France\nÉCOLE fils,,Chad\nA,a.org,x\n"
    )

    async def read() -> tuple[list[str], bytes]:
        hits = (await source.search("", 1)).hits
        page = await source.raw_page(hits[0].url)
        assert page is not None
        assert await source.raw_page("urn:netnew:csv:nobody") is None
        assert await source.raw_page("https://a.org") is None
        return [hit.url for hit in hits], page.body

    urls, body = asyncio.run(read())
    urn = urls[0]
    assert re.fullmatch(r"urn:netnew:csv:[0-9a-f]{10}:%C3%A9cole-fils", urn)
    assert urls == [urn, f"{urn}-2", "https://a.org"]
    assert b"<dt>country</dt><dd>France</dd>" in body
    assert "École &amp; Fils".encode() in body


def test_equal_names_of_two_files_are_two_entities(context: SourceContext, tmp_path: Path) -> None:
    async def first_of(name: str) -> str:
        path = tmp_path / name
        path.write_text("name\nAcme\n")
        return (await open_csv(str(path), context).search("", 1)).hits[0].url

    assert asyncio.run(first_of("a.csv")) != asyncio.run(first_of("b.csv"))
    assert asyncio.run(first_of("a.csv")) == asyncio.run(first_of("a.csv"))


def test_the_revision_changes_with_the_file(context: SourceContext, tmp_path: Path) -> None:
    before = _source(context, tmp_path, "name\nAcme\n").revision
    assert before == open_csv(str(tmp_path / "list.csv"), context).revision != ""
    os.utime(tmp_path / "list.csv", ns=(1, 1))
    assert before != open_csv(str(tmp_path / "list.csv"), context).revision


def test_rows_that_cannot_be_are_named_by_line_and_column(
    context: SourceContext, tmp_path: Path
) -> None:
    content = 'name,website,note\n"Two\nlines",no address,x\n,,x\nB,b.org,x\n'
    source = _source(context, tmp_path, content)
    broken = asyncio.run(source.broken_rows())
    assert [row.place for row in broken] == ["line 2, column website", "line 4"]
    assert [hit.name for hit in asyncio.run(source.search("", 1)).hits] == ["Two lines", "B"]


@pytest.mark.parametrize("end", ["", "\n", '\nD,d.org,"fine, closed"\n'])
def test_a_quote_that_is_never_closed_costs_its_own_line(
    end: str, context: SourceContext, tmp_path: Path
) -> None:
    content = f'name,website,note\nA,a.org,"x, y"\n"B,b.org,x\nC,c.org,"two\nlines"{end}'
    source = _source(context, tmp_path, content)
    (broken,) = asyncio.run(source.broken_rows())
    assert (broken.place, broken.problem) == ("line 3", "a quote is opened and never closed")
    names = [hit.name for hit in asyncio.run(source.search("", 1)).hits]
    assert names == (["A", "C", "D"] if "D" in end else ["A", "C"])


def test_quotes_within_a_cell_need_no_doubling(context: SourceContext, tmp_path: Path) -> None:
    content = 'name,url,note\n"The "Old" Mill",a.org,5" pipe\n"B" ,b.org,x\n'
    assert [hit.url for hit in _hits(context, tmp_path, content)] == [
        "https://a.org",
        "https://b.org",
    ]


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff", "name,url\n", "name,url\n,\n"])
def test_a_list_without_rows_says_so(content: str, context: SourceContext, tmp_path: Path) -> None:
    with pytest.raises(UnreadableDump, match="there are no rows in it"):
        _hits(context, tmp_path, content)


def test_a_list_is_walked_page_by_page(context: SourceContext, tmp_path: Path) -> None:
    source = _source(context, tmp_path, "".join(f"host{n}.org\n" for n in range(250)))

    async def walked() -> list[tuple[int, bool, int | None]]:
        answers = [await source.search("ignored", page) for page in (1, 2, 3, 4)]
        return [(len(answer.hits), answer.has_more, answer.total) for answer in answers]

    full, rest, end = (100, True, 250), (50, False, 250), (0, False, 250)
    assert asyncio.run(walked()) == [full, full, rest, end]


@pytest.mark.parametrize(
    "content", [b"colour,size\nred,7\n", b'"name,url\na,a.org', b"PK\0\0\1", b"just words here"]
)
def test_a_file_that_is_no_list_is_refused(
    content: bytes, context: SourceContext, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableDump):
        _hits(context, tmp_path, content)


def test_a_file_that_is_not_there_is_refused(context: SourceContext) -> None:
    with pytest.raises(InvalidInput, match="there is no file"):
        open_csv("nowhere.csv", context)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("example.org", "https://example.org"),
        ("  <http://example.org/a b>", None),
        ("bücher.example/de", "https://bücher.example/de"),
        ("example.org:8080/x", "https://example.org:8080/x"),
        ("HTTP://EXAMPLE.org", "HTTP://EXAMPLE.org"),
        ("ftp://example.org", None),
        ("mailto:a@example.org", None),
        ("a@example.org", None),
        ("Acme Inc.", None),
        ("3.14", None),
        ("javascript:alert(1)", None),
        ("https://[broken/x", None),
        ("http://a.org:port/", None),
        ("a.org:99999/x", None),
        ("", None),
    ],
)
def test_an_address_is_told_from_other_text(text: str, address: str | None) -> None:
    assert address_of(text) == address


def test_a_byte_order_mark_is_no_part_of_the_first_header(
    context: SourceContext, tmp_path: Path
) -> None:
    content = codecs.BOM_UTF8 + b"url,name\na.org,A\n"
    assert _hits(context, tmp_path, content)[0].name == "A"


def test_the_guard_of_exported_cells_is_left_out_and_nothing_else(
    context: SourceContext, tmp_path: Path
) -> None:
    named = [
        "-4 Kettles",
        "@home",
        "=1+1",
        "\N{NO-BREAK SPACE}+x",
        "'s-Hertogenbosch",
        "'tis",
        "-5",
    ]
    path = tmp_path / "list.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "phone"])
        writer.writerows([cell_text(name), cell_text("+47 12 34 56 78")] for name in named)
    assert "'-4 Kettles,'+47 12" in path.read_text(encoding="utf-8")
    hits = asyncio.run(open_csv(str(path), context).search("", 1)).hits
    assert [x.name for x in hits] == [" ".join(name.split()) for name in named]
    assert {x.snippet for x in hits} == {"phone: +47 12 34 56 78"}
