"""The candidates on the first sheet, the run's facts on the second."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from netnew.domain.candidate import Candidate
from netnew.domain.run import Run
from netnew.domain.spreadsheet_cells import cell_text
from netnew.exports.rows import Cell, header, how_many, rows

if TYPE_CHECKING:
    from openpyxl.styles.cell_style import StyleArray
    from openpyxl.worksheet.worksheet import Worksheet

MAX_CELL_CHARS = 32_767  # the limit of the format
_MAX_EXACT = 10**15  # the format's numbers have 15 digits
_MIN_WIDTH, _MAX_WIDTH = 10, 60  # in characters
_MEASURED_ROWS = 200
_MAX_LINES, _LINE_POINTS = 8, 15
# How the format writes characters that XML lacks; text that looks so would be read as them.
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def write_xlsx(to: BinaryIO, run: Run, candidates: Sequence[Candidate]) -> None:
    """Every cell is a string, except number fields. The header row
    is frozen and has a filter; columns are as wide as their text, to a bound, and wrap."""
    from openpyxl import Workbook  # imported on use: it takes as long as everything else

    book = Workbook(write_only=True)
    # A sheet that is only written has the same settings, though its type does not say so.
    sheet = cast("Worksheet", book.create_sheet("candidates"))
    _fill(sheet, list(header(run)), rows(run, candidates), len(candidates))
    facts = cast("Worksheet", book.create_sheet("run"))
    facts.column_dimensions["A"].width, facts.column_dimensions["B"].width = 30, _MAX_WIDTH
    style = _top_and_wrapped(facts)
    for fact in _facts(run):
        facts.append([_cell(facts, cell_text(x), style) for x in fact])
    packed = io.BytesIO()  # the zip writer hides a full disk until its destructor runs
    book.save(packed)
    to.write(packed.getbuffer())


def _fill(sheet: Worksheet, head: list[Cell], body: Iterator[list[Cell]], count: int) -> None:
    from openpyxl.utils import get_column_letter

    # Widths are written before the rows, so the first rows determine them.
    first = list(itertools.islice(body, _MEASURED_ROWS))
    widths = _widths([head, *first])
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(widths))}{count + 1}"
    style = _top_and_wrapped(sheet)
    for number, row in enumerate(itertools.chain([head], first, body), 1):
        if _lines(row, widths) > _MAX_LINES:
            sheet.row_dimensions[number].height = _MAX_LINES * _LINE_POINTS
        sheet.append([_cell(sheet, x, style) for x in row])
        sheet.row_dimensions.pop(number, None)


def _top_and_wrapped(sheet: Worksheet) -> StyleArray:
    """A style to be shared: looking it up for each cell takes as long as all else together."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment

    cell: Any = WriteOnlyCell(sheet)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    style: StyleArray = cell._style
    return style


def _cell(sheet: Worksheet, value: Cell, style: StyleArray) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell: Any
    if not isinstance(value, str) and abs(value) < _MAX_EXACT:
        cell = WriteOnlyCell(sheet, value)
    else:
        text = str(value)[:MAX_CELL_CHARS]
        cell = WriteOnlyCell(sheet, _ESCAPE.sub("_x005F_", text))
        cell.data_type = "s"  # openpyxl would read '=1' as a formula and '#REF!' as an error
    cell._style = style
    return cell


def _widths(measured: Sequence[Sequence[Cell]]) -> list[int]:
    longest = [max(_longest_line(x) for x in column) for column in zip(*measured, strict=True)]
    return [min(max(x + 2, _MIN_WIDTH), _MAX_WIDTH) for x in longest]


def _longest_line(value: Cell) -> int:
    return max((len(x) for x in str(value).splitlines()), default=0)


def _lines(row: Sequence[Cell], widths: Sequence[int]) -> int:
    """The number of lines of the tallest cell of a row, wrapped."""
    return max(
        sum(1 + len(line) // width for line in str(value).splitlines())
        for value, width in zip(row, widths, strict=True)
    )


def _facts(run: Run) -> list[tuple[str, str]]:
    facts = [
        ("id", run.id),
        ("objective", run.spec.objective),
        ("entity type", run.spec.entity_type),
        ("status", run.status.value),
        ("why it stopped", run.termination_reason.value if run.termination_reason else ""),
        ("created at", run.created_at.isoformat()),
        ("judge", run.judge_profile),
        ("matches that probably exist", how_many(run.estimate)),
    ]
    return facts + [(f"condition {x.name}", x.description) for x in run.spec.conditions]
