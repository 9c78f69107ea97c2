from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from netnew.domain.spreadsheet_cells import cell_text, without_guard
from netnew.exports.files import write_export

SIGNS = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "\N{MINUS SIGN}"]
INVISIBLE = {
    "space": " ",
    "no-break space": "\xa0",
    "ideographic space": "\u3000",
    "line separator": "\u2028",
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "byte order mark": "\ufeff",
    "right-to-left mark": "\u200f",
    "soft hyphen": "\xad",
    "combining grapheme joiner": "\u034f",
    "variation selector": "\ufe0f",
    "Hangul filler": "\u3164",
    "tag": "\U000e0020",
    "tab": "\t",
    "carriage return": "\r",
    "line feed": "\n",
    "NUL": "\x00",
    "unit separator": "\x1f",
    "next line": "\x85",
    "lone surrogate": "\ud800",
    "noncharacter": "\uffff",
}
formulas = st.builds(
    lambda front, sign, rest: front + sign + rest,
    st.text(st.sampled_from(sorted(INVISIBLE.values())), max_size=6),
    st.sampled_from(SIGNS),
    st.text(st.characters(categories=("L", "P", "S")), min_size=1, max_size=20),
)


def reads_as_formula(cell: str) -> bool:
    """As the most careless of readers would: whatever shows as nothing is dropped first."""
    shown = "".join(x for x in cell if unicodedata.category(x)[0] not in "CZM" and x != "\u3164")
    return unicodedata.normalize("NFKC", shown).startswith(("=", "+", "-", "@", "\N{MINUS SIGN}"))


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("front", ["", *INVISIBLE.values()], ids=["nothing", *INVISIBLE])
def test_a_formula_sign_is_guarded_behind_whatever_does_not_show(front: str, sign: str) -> None:
    assert cell_text(f"{front}{sign}cmd|'/C calc'!A0").startswith("'")


@given(st.one_of(formulas, st.text()))
def test_no_cell_reads_as_a_formula_unless_it_is_a_plain_number(text: str) -> None:
    cell = cell_text(text)
    if reads_as_formula(cell):
        assert float(cell) == float(text)


@given(st.one_of(formulas, st.text()))
def test_a_cell_is_the_text_without_unwritable_characters_behind_one_apostrophe_at_most(
    text: str,
) -> None:
    cell = cell_text(text)
    assert cell_text(cell) == cell
    assert cell.encode().decode() == cell
    bare = without_guard(cell)
    assert cell in (bare, f"'{bare}")
    dropped = [x for x in text if x not in bare]
    assert all(unicodedata.category(x) in ("Cc", "Cs", "Cn") for x in dropped)


@pytest.mark.parametrize("number", ["-5", "+3.2", "-0.25", "+120", "-123456789012345"])
def test_a_plain_number_stays_a_number(number: str) -> None:
    assert cell_text(number) == number


@pytest.mark.parametrize(
    "text", ["-5+1", "+442079460000", "-5%", "--5", " -5", "-٣", "+1e5", "-5\n", "-1,5", "-"]
)
def test_what_is_no_plain_number_is_guarded(text: str) -> None:
    assert cell_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["a=b", "'=1", "5-3", "", "   ", "état", "<=3", "#REF!"])
def test_text_that_begins_otherwise_stays_as_it_is(text: str) -> None:
    assert cell_text(text) == text


texts = st.one_of(
    formulas,
    st.text(),
    st.sampled_from(["#REF!", "#N/A", "2024-05-14", "1891", "TRUE", "=1+1", "_x003D_1", "\x01=1"]),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=st.lists(texts, min_size=1, max_size=5))
def test_csv_and_xlsx_read_back_as_the_same_text_and_never_as_formulas(
    finished: Any, tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    candidates = [replace(finished.candidates[0], name=x) for x in names]
    folder = tmp_path_factory.mktemp("exports")
    expected = [cell_text(x) for x in names]
    assert _csv_names(folder, finished.run, candidates) == expected
    sheet = _sheet(folder, finished.run, candidates)
    cells = list(sheet["A"])[1:]
    assert all(x.data_type == "s" for row in sheet.iter_rows() for x in row if x.value is not None)
    # '_x003D_' is escaped so that it is not read as '='; XML may turn CR into LF.
    shown = [(x.value or "").replace("_x005F_", "_") for x in cells]
    assert [_with_lf(x) for x in shown] == [_with_lf(x) for x in expected]


def _csv_names(folder: Path, run: Any, candidates: Sequence[Any]) -> list[str]:
    write_export(folder / "found.csv", run, candidates)
    text = (folder / "found.csv").read_bytes().decode()
    return [x["name"] for x in csv.DictReader(io.StringIO(text, newline=""))]


def _sheet(folder: Path, run: Any, candidates: Sequence[Any]) -> Any:
    write_export(folder / "found.xlsx", run, candidates)
    return load_workbook(folder / "found.xlsx")["candidates"]


def _with_lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
