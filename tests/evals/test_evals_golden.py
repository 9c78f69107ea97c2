"""What a golden trace leaves out, what it keeps, and how a difference is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evals.cli import main
from evals.golden.compare import differences
from evals.golden.normalise import Normaliser, without_class_names

RUN, CANDIDATE = "run_" + "0a" * 16, "cand_" + "1b" * 16
NORMALISER = Normaliser({RUN: "run 1"}, {CANDIDATE: "run 1, site:a.example"}, {"2026-03-01"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{RUN}:2", "run 1:2"),
        (f"about {CANDIDATE}", "about run 1, site:a.example"),
        ("web:searxng=http://127.0.0.1:41234", "web:searxng=http://127.0.0.1:PORT"),
        ('read="2026-03-01"', 'read="TODAY"'),
        ("opened on 2009-03-14", "opened on 2009-03-14"),
        ("at 2026-03-01T10:11:12.5+00:00", "at TIME"),
        ('<evidence id="c9f80f1df5f1">', '<evidence id="MARK">'),
    ],
)
def test_what_varies_is_replaced_in_a_text(text: str, told: str) -> None:
    assert NORMALISER.text(text) == told


def test_instants_durations_and_processes_are_replaced_by_field() -> None:
    row = {"created_at": 17961, "seconds": 0.3, "worker_id": "ab12", "ended_at": None, "pages": 3}
    told = {"created_at": "TIME", "seconds": "TIME", "worker_id": "PROCESS"}
    assert NORMALISER.value(row) == told | {"ended_at": None, "pages": 3}


def chat(schema_name: str, class_name: str, field: str = "outcome") -> dict[str, Any]:
    part = {"type": "object", "properties": {field: {"type": "string"}}}
    items = {"type": "array", "items": {"$ref": f"#/$defs/{class_name}"}}
    schema = {"properties": {"verdicts": items}, "$defs": {class_name: part}}
    form = {"type": "json_schema", "json_schema": {"name": schema_name, "schema": schema}}
    return {"model": "m", "messages": [], "response_format": form}


def test_names_of_classes_are_no_part_of_a_model_call_but_its_fields_are() -> None:
    before = without_class_names(chat("verdicts", "GivenVerdict"))
    assert without_class_names(chat("answers", "VerdictAnswer")) == before
    assert without_class_names(chat("verdicts", "GivenVerdict", "result")) != before


def test_a_difference_names_its_place_and_both_values() -> None:
    old = {"events": [["run.status", {"status": "completed"}], ["run.round", {"number": 1}]]}
    new = {"events": [["run.status", {"status": "failed"}], ["run.round", {"number": 1}]]}
    assert list(differences(old, new)) == ["events[0][1].status: 'completed' → 'failed'"]
    assert list(differences(old, old)) == []


def test_an_item_that_is_gone_does_not_move_those_after_it() -> None:
    assert list(differences({"a": [1, 2, 3]}, {"a": [1, 3]})) == ["a[1]: 2 is gone"]


def test_of_long_texts_the_place_of_the_difference_is_shown() -> None:
    (line,) = differences({"a": "x" * 500 + "old"}, {"a": "x" * 500 + "new"})
    assert line.endswith("xold' → …'" + "x" * 40 + "new'")


@pytest.mark.parametrize(
    ("words", "told"),
    [(("--runs", "nightly"), "no golden run nightly"), (("--runs", "rules"), "not recorded")],
)
def test_what_is_not_there_is_refused(
    words: tuple[str, str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["golden", "compare", "--with", str(tmp_path), *words]) == 2
    assert told in capsys.readouterr().err
