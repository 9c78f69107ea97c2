"""Nested fields in files: nested in JSON with their basis, a column a leaf in tables."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from netnew.domain.enrichment import Enrichment, EnrichmentValue, Format
from netnew.exports.files import write_export
from netnew.exports.json_document import run_document

CITY = Enrichment("city", "The city")
ASKED = (
    Enrichment("founded", "Year of foundation", Format.NUMBER),
    Enrichment("seat", "", Format.OBJECT, (CITY, Enrichment("open", "", Format.BOOLEAN))),
    Enrichment("size", "", Format.OPTIONS, options=("small", "big")),
)


@pytest.fixture
def nested(finished: Any) -> Any:
    """The finished run with nested fields, of which its match has two."""
    (match, *others) = finished.candidates
    (founded,) = match.enrichments
    proof = match.verdicts[0].citations
    values = (
        founded,
        EnrichmentValue("seat.city", "Cardiff", proof),
        EnrichmentValue("seat.open", None),
        EnrichmentValue("size", None),
    )
    run = replace(finished.run, spec=replace(finished.run.spec, enrichments=ASKED))
    filled = replace(match, enrichments=values)
    return replace(finished, run=run, candidates=(filled, *others))


@pytest.mark.parametrize("ending", ["json", "jsonl"])
def test_json_has_the_values_as_asked_and_a_basis_a_leaf(
    nested: Any, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"found.{ending}"
    write_export(path, nested.run, nested.matched)
    document = json.loads(path.read_text(encoding="utf-8"))
    (candidate,) = document["candidates"] if ending == "json" else [document]
    assert candidate["enrichments"] == {
        "founded": 1891,
        "seat": {"city": "Cardiff", "open": None},
        "size": None,
    }
    basis = {x["field"]: x for x in candidate["basis"]}
    assert list(basis) == ["founded", "seat.city", "seat.open", "size"]
    assert basis["founded"]["value"] == 1891
    assert basis["seat.city"]["citations"][0]["excerpt"] == "Location: Cardiff, Wales"
    assert basis["seat.open"]["citations"] == []


def test_a_candidate_without_values_has_the_shape_with_nulls(nested: Any, tmp_path: Path) -> None:
    path = tmp_path / "found.json"
    write_export(path, nested.run, nested.candidates)
    last = json.loads(path.read_text(encoding="utf-8"))["candidates"][-1]
    assert last["enrichments"] == {
        "founded": None,
        "seat": {"city": None, "open": None},
        "size": None,
    }
    assert last["basis"] == []


def test_what_was_asked_is_told_with_formats_fields_and_options(nested: Any) -> None:
    founded, seat, size = json.loads(json.dumps(run_document(nested.run)))["enrichments"]
    assert founded == {"name": "founded", "description": "Year of foundation", "format": "number"}
    assert [x["name"] for x in seat["fields"]] == ["city", "open"]
    assert size["options"] == ["small", "big"]


def test_tables_have_a_column_a_leaf(nested: Any, tmp_path: Path) -> None:
    write_export(tmp_path / "found.csv", nested.run, nested.candidates)
    with (tmp_path / "found.csv").open(encoding="utf-8", newline="") as file:
        first, *_ = csv.DictReader(file)
    assert first["seat.city"] == "Cardiff"
    assert first["seat.city: quote"] == "Location: Cardiff, Wales"
    assert first["seat.open"] == ""
    assert "seat" not in first

    write_export(tmp_path / "found.xlsx", nested.run, nested.candidates)
    rows = list(load_workbook(tmp_path / "found.xlsx")["candidates"].values)
    assert dict(zip(rows[0], rows[1], strict=True))["seat.city"] == "Cardiff"

    write_export(tmp_path / "found.md", nested.run, nested.candidates)
    text = (tmp_path / "found.md").read_text(encoding="utf-8")
    assert "| founded | seat.city | seat.open | size |" in text
    assert "- seat.city: “Location: Cardiff, Wales”" in text
