"""xlsx: the candidates on the first sheet, the run's facts on the second."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import BinaryIO

from netnew.domain.candidate import Candidate
from netnew.domain.run import Run
from netnew.exports.how_many import how_many
from netnew.exports.rows import header, neutral, rows

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # what XML has no place for
MAX_CELL_CHARS = 32_767  # the limit of the format


def write_xlsx(to: BinaryIO, run: Run, candidates: Sequence[Candidate]) -> None:
    """Every cell is text; control characters, which the format has no place for, are left out."""
    from openpyxl import Workbook  # on use: it takes as long to import as all else

    book = Workbook(write_only=True)
    sheet = book.create_sheet("candidates")
    sheet.freeze_panes = "B2"
    sheet.append([_cell(x) for x in header(run)])
    for row in rows(run, candidates):
        sheet.append([_cell(x) for x in row])
    facts = book.create_sheet("run")
    for name, value in _facts(run):
        facts.append([name, _cell(neutral(value))])
    packed = io.BytesIO()  # the zip writer would hide a full disk until its destructor runs
    book.save(packed)
    to.write(packed.getbuffer())


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


def _cell(text: str) -> str:
    return _CONTROL.sub("", text)[:MAX_CELL_CHARS]
