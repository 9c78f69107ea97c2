from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from netnew.domain.condition import MatchCondition
from netnew.domain.enrichment import Enrichment, EnrichmentValue, Format
from netnew.domain.run import Run
from netnew.exports.columns import FIXED, column_names
from netnew.exports.files import write_export
from netnew.exports.rows import header

NAMES = st.lists(
    st.sampled_from(["a", "A", "b", "a.b", "status", "name", "Name", "x"]), unique=True, max_size=6
)


def _asking(run: Run, conditions: list[str], fields: list[str]) -> Run:
    asked = tuple(MatchCondition(x, f"About {x}") for x in conditions)
    filled = tuple(Enrichment(x, f"Field {x}") for x in fields)
    return replace(run, spec=replace(run.spec, conditions=asked, enrichments=filled))


def test_a_field_with_the_name_of_a_condition_or_a_column_says_that_it_is_a_field(
    finished: Any, tmp_path: Path
) -> None:
    run = _asking(finished.run, ["place", "product"], ["Place", "status", "founded"])
    values = [EnrichmentValue(x, f"value of {x}") for x in ("Place", "status", "founded")]
    candidate = replace(finished.candidates[0], enrichments=tuple(values))
    assert header(run)[3:] == [
        *(f"{x}: {part}" for x in ("place", "product") for part in _PARTS),
        *("Place (field)", "Place (field): quote", "Place (field): source"),
        *("status (field)", "status (field): quote", "status (field): source"),
        *("founded", "founded: quote", "founded: source"),
    ]
    write_export(tmp_path / "found.csv", run, [candidate])
    with (tmp_path / "found.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["status"], row["status (field)"]) == ("matched", "value of status")
    assert row["Place (field)"] == "value of Place"
    write_export(tmp_path / "found.md", run, [candidate])
    head = "| name | status | place | product | Place (field) | status (field) | founded |"
    assert head in (tmp_path / "found.md").read_text(encoding="utf-8")


_PARTS = ("verdict", "value", "quote", "source")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NAMES, NAMES, NAMES)
def test_names_are_distinct_and_do_not_change_when_fields_are_added(
    finished: Any, conditions: list[str], fields: list[str], more: list[str]
) -> None:
    before = column_names(_asking(finished.run, conditions, fields))
    run = _asking(finished.run, conditions, list(dict.fromkeys(fields + more)))
    after = column_names(run)
    assert after.conditions == before.conditions
    assert after.fields[: len(fields)] == before.fields
    every = [x.casefold() for x in (*FIXED, *after.conditions, *after.fields)]
    assert len(every) == len(set(every))
    assert len(header(run)) == len(set(header(run)))


def test_a_field_asked_for_as_a_number_is_a_number_cell_and_a_year_as_text_is_text(
    finished: Any, tmp_path: Path
) -> None:
    fields = (
        Enrichment("height", "Metres above the sea", Format.NUMBER),
        Enrichment("staff", "People", Format.NUMBER),
        Enrichment("founded", "Year"),
    )
    run = replace(finished.run, spec=replace(finished.run.spec, enrichments=fields))
    values = (("height", "-0.5"), ("staff", "1" * 20), ("founded", "1891"))
    found = tuple(EnrichmentValue(*x) for x in values)
    candidate = replace(finished.candidates[0], enrichments=found)
    write_export(tmp_path / "found.xlsx", run, [candidate])
    write_export(tmp_path / "found.csv", run, [candidate])
    rows = list(load_workbook(tmp_path / "found.xlsx")["candidates"].iter_rows())
    cells = {name.value: cell for name, cell in zip(*rows, strict=True)}
    shown = [(cells[x].data_type, cells[x].value) for x, _ in values]
    # A number cell has 15 digits: a longer number would lose the others.
    assert shown == [("n", -0.5), ("s", "1" * 20), ("s", "1891")]
    with (tmp_path / "found.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert [row[x] for x, _ in values] == ["-0.5", "1" * 20, "1891"]


def test_the_sheet_has_a_frozen_header_a_filter_and_bounded_widths(
    finished: Any, tmp_path: Path
) -> None:
    long = replace(finished.candidates[0], name="word " * 2_000)
    write_export(tmp_path / "found.xlsx", finished.run, [*finished.candidates, long])
    sheet = load_workbook(tmp_path / "found.xlsx")["candidates"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == sheet.dimensions
    widths = {x: sheet.column_dimensions[x].width for x in ("A", "C")}
    assert widths == {"A": 60, "C": 11}
    assert sheet["A5"].alignment.wrap_text
    assert sheet.row_dimensions[5].height == 120
    assert sheet.row_dimensions[2].height is None
