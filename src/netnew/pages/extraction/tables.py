"""Which are fields of one thing, which are lists of things, which are layout."""

from __future__ import annotations

from dataclasses import dataclass

from netnew.pages.extraction.element import Element
from netnew.pages.extraction.inline import text_of
from netnew.pages.extraction.whitespace import bare_label, is_label, words

MAX_ROWS = 2_000
_LABEL_WORDS = 8
# Heads of a two-column table whose rows are fields: 'Property | Value'.
_FIELD_HEADS = words(
    "property field attribute key parameter specification spec feature item detail details "
    "fact characteristic setting eigenschaft merkmal propriété campo"
)
_VALUE_HEADS = words("value values detail details description info wert valeur valor")


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[Element, ...]
    texts: tuple[str, ...]

    @property
    def is_head(self) -> bool:
        return len(self.cells) > 1 and all(cell.tag == "th" for cell in self.cells)


Fact = tuple[str, str]
Line = Fact | str | Element


def lines_of_table(table: Element) -> list[Line] | None:
    """What the table says, row by row: a fact, a line 'A | B | C', or a cell to be read as a block.

    None where the table is layout and to be read as any other part of the page.
    """
    rows = _rows(table)
    if rows is None or not rows or max(len(row.cells) for row in rows) < 2:
        return None
    head = rows[0] if rows[0].is_head and len(rows) > 1 else None
    data = rows[1:] if head else rows
    if head and len(head.cells) > 2 and len(data) == 1:
        return _one_row(head, data[0])
    if _is_field_table(head, data):
        return _fields(data)
    lines: list[Line] = [" | ".join(t for t in head.texts if t)] if head else []
    if _rows_are_labelled(data) and head is None:
        lines.extend(_fields(data))
    else:
        lines.extend(_row_line(row) for row in data)
    return [line for line in lines if line]


def _rows(table: Element) -> list[Row] | None:
    if table.get("role") in ("presentation", "none"):
        return None
    rows: list[Row] = []
    stack = list(reversed(table.elements))
    while stack and len(rows) < MAX_ROWS:
        element = stack.pop()
        if element.tag in ("tbody", "thead", "tfoot"):
            stack.extend(reversed(element.elements))
        elif element.tag == "tr":
            cells = tuple(c for c in element.elements if c.tag in ("td", "th"))
            if any(_is_layout(cell) for cell in cells):
                return None
            if cells:
                rows.append(Row(cells, tuple(text_of(c) for c in cells)))
    return rows


def _is_layout(cell: Element) -> bool:
    stack = list(cell.elements) if cell.has_block else []
    while stack:
        element = stack.pop()
        if element.tag in ("table", "h1", "form", "main", "article"):
            return True
        stack.extend(element.elements)
    return False


def _is_field_table(head: Row | None, data: list[Row]) -> bool:
    widths = [len(row.cells) for row in data]
    if widths.count(2) * 2 <= len(widths) or max(widths) > 2:
        return False
    if head is not None:
        first, last = head.texts[0].lower(), head.texts[-1].lower()
        return (not first or first in _FIELD_HEADS or last in ("value", "values")) and (
            first in _FIELD_HEADS or last in _VALUE_HEADS
        )
    pairs = [row for row in data if len(row.cells) == 2]
    if all(row.cells[0].tag == "th" and row.cells[1].tag == "td" for row in pairs):
        return True
    likely = sum(_may_be_label(row) for row in pairs)
    distinct = len({row.texts[0] for row in pairs}) == len(pairs)
    return distinct and likely * 5 >= len(pairs) * 4


def _may_be_label(row: Row) -> bool:
    return not row.cells[0].links and is_label(bare_label(row.texts[0]), _LABEL_WORDS)


def _rows_are_labelled(data: list[Row]) -> bool:
    """An infobox whose width varies: most rows are th + td."""
    pairs = sum(len(r.cells) == 2 and r.cells[0].tag == "th" for r in data)
    return pairs * 2 > len(data)


def _fields(data: list[Row]) -> list[Line]:
    lines: list[Line] = []
    open_rows = 0  # rows that the last label still spans
    for row in data:
        if len(row.cells) == 1 and open_rows > 0 and lines and isinstance(lines[-1], tuple):
            label, value = lines[-1]
            lines[-1] = (label, f"{value}, {row.texts[0]}" if row.texts[0] else value)
            open_rows -= 1
        elif len(row.cells) == 2 and (row.cells[0].tag == "th" or _may_be_label(row)):
            label, value = bare_label(row.texts[0]), row.texts[1]
            if label and value:
                lines.append((label, value))
            open_rows = _span(row.cells[0]) - 1
        elif len(row.cells) == 1:
            lines.append(row.cells[0])
        else:
            lines.append(_row_line(row))
    return [line for line in lines if line]


def _span(cell: Element) -> int:
    span = cell.get("rowspan")
    return min(int(span), MAX_ROWS) if span.isdecimal() else 1


def _one_row(head: Row, row: Row) -> list[Line]:
    if len(row.cells) != len(head.cells):
        return [_row_line(row)]
    pairs = zip(head.texts, row.texts, strict=True)
    return [(bare_label(label), value) for label, value in pairs if bare_label(label) and value]


def _row_line(row: Row) -> str:
    return " | ".join(text for text in row.texts if text)
