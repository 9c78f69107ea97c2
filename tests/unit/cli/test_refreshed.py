"""A refresh that looked again at old matches: new rows, then changed and gone ones."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from netnew.domain.candidate import MatchStatus, RecheckOutcome


@pytest.fixture
def refreshed(netnew: Any) -> Any:
    service = netnew.service
    run = service.queries.kept[0]
    service.queries.kept[0] = replace(run, spec=replace(run.spec, refreshes=run.id, rechecks=True))
    old = service.finished.candidates[0]
    service.queries.rechecked = (
        replace(old, name="Old pot", recheck=RecheckOutcome.CHANGED),
        replace(old, name="Lost pot", recheck=RecheckOutcome.GONE, status=MatchStatus.UNMATCHED),
    )
    return netnew


@pytest.mark.parametrize("command", [("show", "last"), ("watch", "last", "-q")])
def test_the_table_has_new_then_changed_then_gone(refreshed: Any, command: tuple[str]) -> None:
    text = refreshed.run("runs", *command).stdout
    order = ["Brewer & Sons", "changed since", "Old pot", "no longer a match", "Lost pot"]
    assert sorted(order, key=text.index) == order


def test_json_has_them_apart(refreshed: Any) -> None:
    for command in (("show", "last"), ("result", "last")):
        document = json.loads(refreshed.run("runs", *command, "--json").stdout)
        assert [x["name"] for x in document["candidates"]] == ["Brewer & Sons"]
        assert [(x["name"], x["recheck"]) for x in document["rechecked"]] == [
            ("Old pot", "changed"),
            ("Lost pot", "gone"),
        ]


def test_tables_have_a_column_for_it(refreshed: Any, tmp_path: Path) -> None:
    table, text, lines = (tmp_path / f"found.{x}" for x in ("csv", "md", "jsonl"))
    outputs = [y for x in (table, text, lines) for y in ("-o", str(x))]
    assert refreshed.run("runs", "export", "last", *outputs).exit_code == 0
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [x["change"] for x in rows] == ["new", "changed", "gone"]
    header, dashes, *cells = [x for x in text.read_text().splitlines() if x.startswith("|")]
    assert header.count("|") == dashes.count("|") == cells[0].count("|")
    assert "| change |" in header
    assert [json.loads(x).get("recheck") for x in lines.read_text().splitlines()] == [
        None,
        "changed",
        "gone",
    ]


def test_a_run_that_rechecks_nothing_has_no_such_column(netnew: Any, tmp_path: Path) -> None:
    table = tmp_path / "found.csv"
    netnew.run("runs", "export", "last", "-o", str(table))
    assert "change" not in table.read_text().splitlines()[0].split(",")
    assert "rechecked" not in json.loads(netnew.run("runs", "show", "last", "--json").stdout)
