"""Markdown, plain text and office documents."""

from __future__ import annotations

import builtins
import io
import zipfile
from collections.abc import Mapping, Sequence

import openpyxl
import pytest

from netnew.domain.page import PageQuality, SegmentKind
from tests.support.snapshots import facts, leads, metadata, read, texts

README = """---
title: Kestrel
tags: [db, rust]
---
# Kestrel

A *fast* database.

**License:** MIT

| Field | Value |
| --- | --- |
| Written in | Rust |

- [Alpha](https://alpha.example/) - one
- [Beta](https://beta.example/) - two
- [Gamma](https://gamma.example/) - three

```
cargo add kestrel
```
"""


def test_markdown_is_read_as_the_page_it_makes() -> None:
    page = read(README, "text/markdown")
    assert page.title == "Kestrel"
    assert metadata(page) == ["title: Kestrel", "tags: db, rust"]
    assert facts(page) == {"License": "MIT", "Written in": "Rust"}
    assert [link.text for link in leads(page)] == ["Alpha", "Beta", "Gamma"]
    assert "A fast database." in texts(page)
    assert "cargo add kestrel" in texts(page)


def test_plain_text_has_paragraphs_headings_fields_and_addresses() -> None:
    page = read(
        "Kestrel\n=======\n\nA fast database,\nwritten with care.\n\nLicense: MIT\nAuthor: Ann\n\n"
        "* one thing\n* another thing\n\n:Homepage: https://kestrel.example/x.\n",
        "text/plain",
    )
    assert texts(page, SegmentKind.HEADING) == ["Kestrel"]
    assert texts(page) == [
        "A fast database, written with care.",
        "one thing",
        "another thing",
    ]
    assert facts(page)["License"] == "MIT"
    assert facts(page)["Homepage"] == "https://kestrel.example/x."
    assert [link.url for link in page.links] == ["https://kestrel.example/x"]


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Name", "City", "Year"), ("Alpha", "Oslo", 2001), ("Beta", "Rome", 2002)):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_without_the_extra_a_document_is_an_error_that_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    imported = builtins.__import__

    def without_markitdown(
        name: str,
        globals_: Mapping[str, object] | None = None,
        locals_: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> object:
        if name == "markitdown":
            raise ImportError(name)
        return imported(name, globals_, locals_, fromlist, level)

    monkeypatch.setattr(builtins, "__import__", without_markitdown)
    page = read(_workbook(), SHEET)
    assert (page.quality, page.error) == (PageQuality.ERROR, "documents")


def test_a_damaged_document_is_an_error_or_empty_and_never_raises() -> None:
    assert read(b"%PDF-1.7 damaged", "application/pdf").quality is PageQuality.ERROR


def test_a_document_that_unpacks_to_too_much_is_refused_unread() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    page = read(packed.getvalue(), SHEET)
    assert (page.quality, page.error) == (PageQuality.ERROR, "too_large")
