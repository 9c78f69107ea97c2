from __future__ import annotations

import csv
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from netnew.domain.condition_stats import condition_stats
from netnew.domain.errors import InvalidInput, NotWritten
from netnew.exports.files import WRITERS, check_output, write_export
from netnew.exports.rows import header, rows


@pytest.mark.parametrize("ending", WRITERS)
def test_every_format_writes_a_file_and_leaves_nothing_else(
    finished: Any, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"found.{ending}"
    write_export(path, finished.run, finished.candidates)
    assert path.stat().st_size > 0
    assert os.listdir(tmp_path) == [path.name]


def test_csv_has_a_row_a_candidate_with_verdict_value_quote_and_source(
    finished: Any, tmp_path: Path
) -> None:
    path = tmp_path / "found.csv"
    write_export(path, finished.run, finished.candidates)
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert [x["status"] for x in table] == ["matched", "unclear", "unmatched"]
    first = table[0]
    assert first["name"] == "Brewer & Sons"
    assert first["place: verdict"] == "matched"
    assert first["place: value"] == "Cardiff, Wales"
    assert first["place: quote"] == "Location: Cardiff, Wales"
    assert first["place: source"] == "https://brewer.example/about"
    assert first["founded"] == "1891"
    assert table[2]["product: verdict"] == ""


def test_names_and_headers_are_neutralised_too(finished: Any) -> None:
    assert list(rows(finished.run, finished.candidates))[1][0] == "'=Kettle|Works"
    assert not any(x.startswith("=") for x in header(finished.run))


def test_xlsx_holds_the_same_cells_as_text(finished: Any, tmp_path: Path) -> None:
    path = tmp_path / "found.xlsx"
    write_export(path, finished.run, finished.candidates)
    book = load_workbook(path)
    table = [list(x) for x in book["candidates"].iter_rows(values_only=True)]
    assert table[0] == header(finished.run)
    assert table[2][0] == "'=Kettle|Works"
    assert table[3][0] == "Cosy [31mred"
    assert ("objective", "Teapot makers in Wales") in book["run"].iter_rows(values_only=True)


def test_json_has_the_run_and_every_verdict_with_its_place(finished: Any, tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    write_export(path, finished.run, finished.matched)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["run"]["id"] == finished.run.id
    assert document["run"]["termination_reason"] == "candidates_exhausted"
    assert document["run"]["estimate"]["method"] == "chao2"
    assert [x["name"] for x in document["candidates"]] == ["Brewer & Sons"]
    citation = document["candidates"][0]["verdicts"][0]["citations"][0]
    segment = finished.snapshot.segments[citation["segment"]]
    assert segment.text[citation["start"] : citation["end"]] == citation["excerpt"]


def test_jsonl_has_one_candidate_a_line(finished: Any, tmp_path: Path) -> None:
    path = tmp_path / "found.jsonl"
    write_export(path, finished.run, finished.candidates)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(x)["match_status"] for x in lines] == ["matched", "unclear", "unmatched"]


def test_markdown_escapes_what_pages_say(finished: Any, tmp_path: Path) -> None:
    path = tmp_path / "found.md"
    write_export(path, finished.run, finished.candidates)
    text = path.read_text(encoding="utf-8")
    assert "=Kettle\\|Works" in text
    assert "“Location: Cardiff, Wales” (<https://brewer.example/about>)" in text


def test_an_unknown_ending_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"allowed: \.csv, \.xlsx, \.jsonl, \.json, \.md"):
        check_output(tmp_path / "found.zip")


def test_a_missing_folder_is_found_out_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="No such file or directory"):
        check_output(tmp_path / "nowhere" / "found.csv")


def test_checking_an_output_leaves_nothing_behind(tmp_path: Path) -> None:
    check_output(tmp_path / "found.csv")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("ending", WRITERS)
def test_a_full_disk_is_told_in_one_sentence(finished: Any, tmp_path: Path, ending: str) -> None:
    full = tmp_path / f"full.{ending}"
    full.symlink_to("/dev/full")
    with pytest.raises(NotWritten, match="No space left on device"):
        write_export(full, finished.run, finished.candidates)


def test_a_failing_write_keeps_the_file_that_was_there(
    finished: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "found.json"
    path.write_text("old")
    monkeypatch.setattr(os, "replace", _no_space)
    with pytest.raises(NotWritten):
        write_export(path, finished.run, finished.candidates)
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["found.json"]


def _no_space(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_an_estimate_of_a_run_cut_short_is_told_with_or_more(finished: Any, tmp_path: Path) -> None:
    cut = replace(finished.run, estimate=replace(finished.run.estimate, is_lower_bound=True))
    book, document, text = (tmp_path / f"found.{x}" for x in ("xlsx", "json", "md"))
    for path in (book, document, text):
        write_export(path, cut, finished.candidates)
    sheet: Any = load_workbook(book)["run"]
    facts = dict(sheet.values)
    told = "1 (1 to 3), or more: the run was cut short"
    assert facts["matches that probably exist"] == told
    assert json.loads(document.read_text())["run"]["estimate"]["is_lower_bound"] is True
    assert f"Matches that probably exist (80 % interval): {told}." in text.read_text()


def test_markdown_says_how_many_match_and_how_many_exist(finished: Any, tmp_path: Path) -> None:
    path = tmp_path / "found.md"
    write_export(path, finished.run, finished.candidates)
    assert "1 of 3 candidates match." in path.read_text()
    assert "Matches that probably exist (80 % interval): 1 (1 to 3)." in path.read_text()
    write_export(path, replace(finished.run, estimate=None), finished.candidates)
    assert "probably exist" not in path.read_text()


def test_json_tells_what_became_of_each_condition(finished: Any, tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    yields = condition_stats(finished.run.spec.conditions, finished.candidates)
    write_export(path, finished.run, finished.matched, yields)
    document = json.loads(path.read_text())
    assert len(document["candidates"]) == 1
    assert [x["condition"] for x in document["yields"]] == ["place", "product"]
    assert document["yields"][0]["asked"] == 3
    write_export(path, finished.run, finished.matched)
    assert "yields" not in json.loads(path.read_text())
