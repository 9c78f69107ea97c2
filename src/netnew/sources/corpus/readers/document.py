"""Single documents of a folder.

HTML, Markdown and plain text stay as they are; PDF, DOCX, PPTX and EPUB become Markdown, and XLSX
becomes an HTML page of tables, so that each cell keeps its header.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from zipfile import is_zipfile

from netnew.sources.corpus.readers.base import BrokenRow, DumpRow, decoded, html_page
from netnew.sources.html_text import whole
from netnew.text.zip_bomb import MAX_UNPACKED_BYTES, is_bomb

_HTML = {".html", ".htm", ".xhtml"}
_MARKDOWN = {".md", ".markdown", ".mdown"}
_PLAIN = {".txt", ".text", ".rst"}
_OFFICE = {".pdf", ".docx", ".pptx", ".epub"}
_SHEETS = {".xlsx"}
DOCUMENT_SUFFIXES = frozenset(_HTML | _MARKDOWN | _PLAIN | _OFFICE | _SHEETS)

_MAX_BYTES = 200 * 2**20
_MAX_SHEET_ROWS = 100_000
_HEADING = re.compile(r"^#\s+(.+?)\s*#*$", re.M)


def document_row(file: Path, suffix: str, url: str) -> DumpRow | BrokenRow:
    """The document as one row; its title is its own, else the name of the file."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            return BrokenRow(str(file), "", f"larger than {_MAX_BYTES} bytes")
        if suffix in _OFFICE | _SHEETS and _unpacks_to_too_much(file):
            return BrokenRow(str(file), "", f"unpacks to more than {MAX_UNPACKED_BYTES} bytes")
        return _row(file, suffix, url)
    except Exception as error:  # converters fail in many ways on broken documents
        return BrokenRow(str(file), "", f"cannot be read: {error or type(error).__name__}")


def _unpacks_to_too_much(file: Path) -> bool:
    with file.open("rb") as opened:
        return is_bomb(opened)


def _row(file: Path, suffix: str, url: str) -> DumpRow:
    if suffix in _HTML:
        return DumpRow(url, file.read_bytes())
    if suffix in _PLAIN:
        text = decoded(file.read_bytes())
        return DumpRow(url, text.encode(), 200, whole(file.stem), "text/plain", "utf-8")
    if suffix in _SHEETS:
        page = whole(html_page(file.stem, _tables(file)))
        return DumpRow(url, page.encode(), 200, whole(file.stem), "text/html", "utf-8")
    markdown = decoded(file.read_bytes()) if suffix in _MARKDOWN else _converted(file)
    heading = _HEADING.search(markdown[:10_000])
    title = heading.group(1) if heading else whole(file.stem)
    return DumpRow(url, whole(markdown).encode(), 200, title, "text/markdown", "utf-8")


def _converted(file: Path) -> str:
    try:
        from markitdown import MarkItDown
    except ImportError as error:
        needed = "needs more packages: pip install 'netnew[documents]'"
        raise ValueError(needed) from error
    # The converter reads as plain text what is not what its name says.
    if not _is_genuine(file):
        raise ValueError(f"it is no {file.suffix.lower()[1:]} file")
    text: str = MarkItDown(enable_plugins=False).convert(file).text_content
    return text


def _is_genuine(file: Path) -> bool:
    if file.suffix.lower() != ".pdf":
        return is_zipfile(file)
    with file.open("rb") as opened:
        return b"%PDF" in opened.read(1024)


def _tables(file: Path) -> str:
    from openpyxl import load_workbook

    book = load_workbook(file, read_only=True, data_only=True)
    try:
        return "\n".join(
            f"<h2>{escape(sheet.title)}</h2>\n<table>\n{_table_rows(sheet)}</table>"
            for sheet in book.worksheets
        )
    finally:
        book.close()


def _table_rows(sheet: object) -> str:
    lines: list[str] = []
    rows = sheet.iter_rows(values_only=True, max_row=_MAX_SHEET_ROWS)  # type: ignore[attr-defined]
    for cells in rows:
        if any(cell is not None for cell in cells):
            tag = "td" if lines else "th"
            row = "".join(f"<{tag}>{escape(_shown(cell))}</{tag}>" for cell in cells)
            lines.append(f"<tr>{row}</tr>\n")
    return "".join(lines)


def _shown(cell: object) -> str:
    return "" if cell is None else str(cell)
