"""Lists of entities in CSV: an address, a name, and whatever else the columns say."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from netnew.domain.errors import UnreadableDump
from netnew.domain.spreadsheet_cells import without_guard
from netnew.sources.corpus.readers.base import BrokenRow, decoded, open_dump
from netnew.sources.urls import is_web_address

_MAX_BYTES = 512 * 2**20
_URL_HEADERS = (
    "url", "website", "homepage", "domain", "site", "link", "web", "web site", "uri",
    "website url", "company url", "company website", "homepage url", "canonical url",
)  # fmt: skip
_NAME_HEADERS = (
    "name", "company", "company name", "title", "organization", "organisation", "entity",
    "product", "project", "full name", "label",
)  # fmt: skip
_DELIMITERS = ",;\t|"
_DOMAIN = re.compile(r"(?:[^\s/@:.,;]+\.)+[^\W\d_]{2,24}\.?(?::\d{1,5})?(?:[/?#]\S*)?", re.I)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One row: its address ('' where it has none), name ('' where none), its other columns."""

    line: int
    url: str
    name: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the address and the name stand, and what the columns are called."""

    labels: tuple[str, ...]
    url: int | None
    name: int | None
    has_header: bool


def list_entries(path: Path) -> Iterator[ListEntry | BrokenRow]:
    """The rows of a CSV or of a plain list of addresses, one a line.

    A header is known by its words; without one the column that looks like addresses is taken. The
    apostrophe with which exports keep a cell from being a formula is left out.
    Raises UnreadableDump where there is neither an address nor a name column.
    """
    text = _text(path)
    columns: _Columns | None = None
    is_empty = True
    for line, cells in _rows(text, _delimiter(text)):
        if isinstance(cells, str):
            if columns is None:
                raise UnreadableDump(str(path), f"line {line}: {cells}")
            is_empty = False
            yield BrokenRow(str(path), f"line {line}", cells)
            continue
        if columns is None:
            columns = _columns(path, cells)
            if columns.has_header:
                continue
        is_empty = False
        yield from _entry(path, line, cells, columns)
    if is_empty:
        raise UnreadableDump(str(path), "there are no rows in it")


def address_of(text: str) -> str | None:
    """`text` as a web address, with https:// where it has no scheme; None if it is none."""
    text = text.strip().strip("<>\"'")
    if re.match(r"https?://[^\s/]+", text, re.I) and " " not in text:
        return text if is_web_address(text) else None
    if _SCHEME.match(text) and not re.match(r"[^:]+:\d", text):
        return None
    address = f"https://{text.rstrip('.')}"
    return address if _DOMAIN.fullmatch(text) and is_web_address(address) else None


def _entry(
    path: Path, line: int, cells: Sequence[str], columns: _Columns
) -> Iterator[ListEntry | BrokenRow]:
    written = _cell(cells, columns.url)
    name = _cell(cells, columns.name)
    url = address_of(written) if written else None
    if written and url is None:
        label = columns.labels[columns.url or 0]
        yield BrokenRow(str(path), f"line {line}, column {label}", f"{written!r} is no address")
    elif not written and not name:
        yield BrokenRow(str(path), f"line {line}", "neither an address nor a name")
    if url or name:
        yield ListEntry(line, url or "", name, tuple(_facts(cells, columns)))


def _facts(cells: Sequence[str], columns: _Columns) -> Iterator[tuple[str, str]]:
    for index, cell in enumerate(cells):
        if cell.strip() and index not in (columns.url, columns.name) and columns.has_header:
            label = columns.labels[index] if index < len(columns.labels) else ""
            yield label or f"Column {index + 1}", " ".join(cell.split())


def _columns(path: Path, first: Sequence[str]) -> _Columns:
    words = [re.sub(r"[\s_-]+", " ", cell).strip().lower() for cell in first]
    url, name = _first_of(words, _URL_HEADERS), _first_of(words, _NAME_HEADERS)
    if url is not None or name is not None:
        return _Columns(tuple(cell.strip() for cell in first), url, name, True)
    url = next((index for index, cell in enumerate(first) if address_of(cell)), None)
    if url is None:
        found = ", ".join(repr(cell) for cell in first[:8])
        raise UnreadableDump(str(path), f"no column of addresses or names; its columns: {found}")
    name = next((i for i, cell in enumerate(first) if i != url and cell.strip()), None)
    return _Columns(tuple(f"{index + 1}" for index in range(len(first))), url, name, False)


def _first_of(words: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((words.index(word) for word in wanted if word in words), None)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Rows that are not blank with the number of the line they begin on; a row that is no CSV is
    what is wrong with it.

    Read strictly, so that a quote that is never closed takes no further lines with it; a line that
    this refuses is read by itself, leniently.
    """
    csv.field_size_limit(2**24)
    lines = list(io.StringIO(text, newline=""))
    at = 0
    while at < len(lines):
        rest = (lines[index] for index in range(at, len(lines)))
        reader = csv.reader(rest, delimiter=delimiter, strict=True)
        done = 0
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield at + done + 1, [without_guard(cell) for cell in cells]
                done = reader.line_num
        except csv.Error:
            yield at + done + 1, _alone(lines[at + done], delimiter)
            done += 1
        at += done


def _alone(line: str, delimiter: str) -> list[str] | str:
    """The cells of one line, or what is wrong with it."""
    try:
        # A second line ends up in the same row where the first leaves a quote open.
        rows = list(csv.reader([line.rstrip("\r\n") + "\n", "end"], delimiter=delimiter))
    except csv.Error as error:
        return f"not CSV: {error}"
    cells = [without_guard(cell) for cell in rows[0]]
    return cells if len(rows) == 2 else "a quote is opened and never closed"


def _delimiter(text: str) -> str:
    """The one that cuts the first rows into the most columns, evenly."""

    def evenness(delimiter: str) -> tuple[int, int]:
        rows = islice(_rows(text[:100_000], delimiter), 20)
        widths = [len(cells) for _, cells in rows if not isinstance(cells, str)]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual), usual) if usual > 1 else (0, 1)

    return max(_DELIMITERS, key=evenness)


def _text(path: Path) -> str:
    try:
        with open_dump(path) as file:
            content = file.read(_MAX_BYTES + 1)
    except (OSError, EOFError) as error:
        raise UnreadableDump(str(path), f"cannot be read: {error}") from error
    if len(content) > _MAX_BYTES:
        raise UnreadableDump(str(path), f"larger than {_MAX_BYTES} bytes")
    if b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableDump(str(path), "not a text file")
    return decoded(content)


def _cell(cells: Sequence[str], index: int | None) -> str:
    return " ".join(cells[index].split()) if index is not None and index < len(cells) else ""
