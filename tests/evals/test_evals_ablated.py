"""A part of the product left out: the rest runs, and that part does nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evals import ablated
from evals.cli import main
from evals.data_folder import Web
from evals.product import Ask, find_command
from evals.report import document
from evals.run import Plan, measure

OWN = Path(__file__).resolve().parents[1] / "web"


@pytest.fixture(scope="module")
def plan(observatories: Web) -> Plan:
    return Plan(observatories, observatories.asked(["ob-q4"]), Ask("preview"), jobs=1)


def measured(plan: Plan) -> dict[str, Any]:
    done = measure(plan)
    assert not done.failed, done.passes[0][0].grade.problem
    told: dict[str, Any] = json.loads(json.dumps(document(plan, done, seed=0)))
    return told


def test_one_round_and_no_lists_search_and_read_less(plan: Plan) -> None:
    whole = measured(replace(plan, ask=replace(plan.ask, generator="base")))
    part = replace(plan.ask, generator="base", without=("rounds", "lists"))
    less = measured(replace(plan, ask=part))
    assert less["without"] == ["rounds", "lists"]
    assert 0 < less["totals"]["searches"] < whole["totals"]["searches"]
    assert 0 < less["totals"]["pages"] <= whole["totals"]["pages"]


def test_without_the_ledger_a_second_run_judges_again(plan: Plan) -> None:
    again = replace(plan, ask=replace(plan.ask, without=("ledger",)), repeats=2)
    told = measured(again)
    assert told["repeat"]["totals"]["judge_calls"] == told["totals"]["judge_calls"] > 0
    assert told["repeat"]["totals"]["ledger_hits"] == 0


@pytest.mark.parametrize(
    ("judge", "alone"),
    [("m:a", "only:m:a"), ("m:a>m:b", "only:m:b"), ("only:m:a", "only:m:a"), ("rules", "rules")],
)
def test_without_the_cascade_the_last_model_decides_alone(
    judge: str, alone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["netnew", "find", "teapots", "--judge", judge, "--all"]
    monkeypatch.setattr("sys.argv", words)
    ablated.without_cascade()
    assert words == ["netnew", "find", "teapots", "--judge", alone, "--all"]


def test_a_cut_budget_is_told_to_the_product(observatories: Web, tmp_path: Path) -> None:
    query = observatories.queries[0]
    whole = find_command(query, Ask("base"), 1, tmp_path / "o.json")
    cut = find_command(query, Ask("base", budget_share=0.25), 1, tmp_path / "o.json")
    assert "--max-searches" not in whole
    at = cut.index("--max-searches")
    assert cut[at : at + 4] == ["--max-searches", "25", "--max-pages", "250"]


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--data", str(OWN), "--ablate", "lists,everything"]) == 2
    assert "no part 'everything'" in capsys.readouterr().err
