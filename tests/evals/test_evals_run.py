"""A whole measurement, with a stand-in for the product as the child process."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evals.cli import main
from evals.grade import MEASURES
from evals.product import Ask, code_as_it_stands, environment
from evals.report import document
from evals.run import Measurement, Plan, commit_of, measure

OWN = Path(__file__).resolve().parents[1] / "web"


@pytest.fixture
def plan(observatories: Any, fake_product: tuple[str, ...]) -> Plan:
    return Plan(
        web=observatories,
        queries=observatories.asked(["ob-q6", "ob-q3", "ob-q8"]),
        ask=Ask(command=fake_product),
    )


def first_pass(done: Measurement) -> dict[str, Any]:
    return {run.grade.id: run for run in done.passes[0]}


def test_every_query_is_asked_and_graded(plan: Plan) -> None:
    done = measure(plan)
    assert [run.grade.id for run in done.passes[0]] == ["ob-q6", "ob-q3", "ob-q8"]
    closed = first_pass(done)["ob-q6"]
    assert closed.grade.measures["recall_reachable"] == 1.0
    assert closed.grade.measures["precision"] == pytest.approx(0.7)
    assert done.failed == ()


def test_the_servers_own_counts_are_told_apart_by_query(plan: Plan) -> None:
    done = measure(plan)
    for run in done.passes[0]:
        assert run.requests == {"search": 1, "page_200": 10}


def test_a_second_run_has_the_same_home_and_is_reported_apart(plan: Plan) -> None:
    done = measure(replace(plan, repeats=2))
    assert [run.requests for run in done.passes[1]] == [{}, {}, {}]
    told = document(plan, done, seed=0)
    repeat = told["repeat"]
    assert isinstance(repeat, dict)
    assert repeat["totals"]["searches"] == 0
    assert repeat["macro"]["recall"] == told["macro"]["recall"]  # type: ignore[index]


def test_different_queries_never_share_a_home(plan: Plan) -> None:
    done = measure(replace(plan, queries=(plan.queries[0],) * 2, jobs=1))
    assert [run.requests.get("search") for run in done.passes[0]] == [1, 1]


def test_a_product_that_fails_counts_as_an_empty_result(plan: Plan) -> None:
    crashing = replace(plan.queries[0], objective="crash")
    done = measure(replace(plan, queries=(crashing, plan.queries[1])))
    grade = done.passes[0][0].grade
    assert done.failed == ("ob-q6",)
    assert grade.problem == "exit code 3\nthe fake crashed as asked\n".strip()
    assert (grade.counts["matched"], grade.measures["recall"]) == (0, 0.0)
    assert done.passes[0][1].grade.problem == ""


def test_a_product_that_hangs_is_killed(plan: Plan) -> None:
    hanging = replace(plan.queries[0], objective="sleep")
    ask = replace(plan.ask, timeout_s=1.0)
    done = measure(replace(plan, queries=(hanging,), ask=ask))
    assert done.passes[0][0].grade.problem == "killed after 1 s"


def test_a_product_that_cannot_be_started_is_told(plan: Plan) -> None:
    with pytest.raises(FileNotFoundError):
        measure(replace(plan, ask=Ask(command=("/nowhere/at/all",))))


def test_rows_of_every_candidate_are_kept(plan: Plan, tmp_path: Path) -> None:
    measure(replace(plan, repeats=2, results=tmp_path))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names[:2] == ["ob-q3.jsonl", "ob-q3.repeat1.jsonl"]
    rows = [json.loads(line) for line in (tmp_path / "ob-q6.jsonl").read_text().splitlines()]
    assert len(rows) == 10
    assert rows[0]["query"] == "ob-q6"
    assert rows[0]["verdicts"][0]["citations"][0]["snapshot_id"] == "0" * 64


def test_the_document_has_the_promised_keys(plan: Plan) -> None:
    told: Any = document(plan, measure(plan), seed=0)
    promised = {"domain", "judge", "generator", "seed", "entities", "pages", "budgets"}
    promised |= {"data_digest", "commit", "seconds", "macro", "interval", "totals", "repeat"}
    assert promised | {"queries"} <= told.keys()
    assert set(told["macro"]) == set(told["interval"]) == set(MEASURES)
    assert set(told["totals"]) == {
        *("matched", "truth", "reachable", "candidates", "judged"),
        *("searches", "pages", "judge_calls", "model_calls", "tokens", "ledger_hits"),
    }
    assert set(told["queries"][0]["missed"]) == {
        *("not_found", "not_resolved", "not_decided", "decided_wrong"),
    }
    assert told["queries"][0]["stop_reason"] == "candidates_exhausted"
    assert told["budgets"]["searches"] > 0
    assert told["repeat"] is None
    json.dumps(told)


def test_the_childs_environment_has_no_settings_but_home_gateway_and_no_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NETNEW_JUDGE", "gpt")
    names = {k for k in environment(Path("/h"), 8) if k.startswith("NETNEW_")}
    assert names == {"NETNEW_HOME", "NETNEW_TEST_GATEWAY", "NETNEW_PER_HOST_DELAY_S"}


def test_a_measurement_runs_on_a_copy_of_the_code(tmp_path: Path) -> None:
    source = code_as_it_stands(tmp_path)
    assert source == tmp_path / "src"
    assert (source / "netnew" / "__init__.py").is_file()
    path = environment(Path("/h"), 8, source)["PYTHONPATH"]
    assert path.split(os.pathsep)[0] == str(source)


def test_a_folder_without_a_repository_has_no_commit(tmp_path: Path) -> None:
    assert commit_of(tmp_path) == ""


# ---------------------------------------------------------------------------- the command line


@pytest.fixture
def as_product(monkeypatch: pytest.MonkeyPatch, fake_product: tuple[str, ...]) -> None:
    """The command line asks the stand-in."""
    monkeypatch.setattr("evals.cli.Ask", lambda **given: Ask(**given, command=fake_product))


@pytest.mark.usefixtures("as_product")
def test_run_writes_the_measurement_and_prints_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "o.json"
    code = main(["run", "--data", str(OWN), "--domain", "observatories", "--queries", "ob-q6",
                 "--json", str(out), "--results", str(tmp_path / "rows")])  # fmt: skip
    printed = capsys.readouterr().out
    assert code == 0
    assert json.loads(out.read_text())["queries"][0]["id"] == "ob-q6"
    assert "recall_reachable     1.000" in printed
    assert (tmp_path / "rows" / "ob-q6.jsonl").exists()


@pytest.mark.usefixtures("as_product")
def test_explain_tells_what_was_missed_and_what_was_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "o.json")
    main(["run", "--data", str(OWN), "--queries", "ob-q3,ob-q6", "--json", out])
    capsys.readouterr()
    assert main(["explain", out]) == 0
    printed = capsys.readouterr().out
    assert "ob-q3  4 x not_found\n      ob-" in printed
    assert "ob-q6  2 x wrong match, no entity: 'closed' matched" in printed
    assert "ob-q6  1 x wrong match: 'closed' matched" in printed
    assert "a hit is a match" in printed
    assert "ob-q6  3 x unproved: 'closed' matched" in printed


@pytest.mark.usefixtures("as_product")
def test_check_pins_floors_and_then_holds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NETNEW_DATA", raising=False)
    floors = ["--floors", str(tmp_path / "floors.json")]
    assert main(["check", *floors]) == 1
    assert main(["check", *floors, "--raise-floors"]) == 0
    assert main(["check", *floors]) == 0
    assert "tests_web/rules/core has no floors yet" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--oracle-error", "0.1"], "need the judge 'oracle', not 'rules'"),
        (["--judge", "oracle", "--oracle-unclear", "7"], "shares from 0 to 1"),
        (["--budget-share", "0"], "a share above 0"),
        (["--domain", "nothing"], "there are: observatories"),
        (["--domain", "observatories", "--queries", "x"], "no query x"),
        (["--domain", "observatories", "--jobs", "0"], "--jobs must be 1 or more"),
    ],
)
def test_what_is_not_there_is_refused_with_what_is(
    words: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--data", str(OWN), *words]) == 2
    assert problem in capsys.readouterr().err
