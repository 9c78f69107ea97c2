"""What a model was asked in a run: counted by its server, held against what the product says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from evals.data_folder import Web
from evals.grade import Grader
from evals.model_use import MEASURES, added_use, use_document
from evals.oracle_prompt import Kind
from evals.oracle_tally import Tally
from evals.product import Ask
from evals.report import document
from evals.results import Result
from evals.run import Plan, measure


def tally(looks: list[tuple[str, str]], rechecks: int = 0) -> Tally:
    """As of verdict prompts about (candidate, condition)."""
    counted = Tally()
    for candidate, condition in looks:
        counted.count_verdict_prompt(candidate, {1: condition})
        counted.count(Kind.VERDICT, "m", 100, 10)
    for _ in range(rechecks):
        counted.count(Kind.RECHECK, "m", 100, 10)
    return counted


def pots(tiny: Any, a_condition: Any) -> Any:
    """Four pots: three are big, two are blue, one is both."""
    for n, (litres, colour) in enumerate([(3, "blue"), (3, "red"), (3, "red"), (1, "blue")], 1):
        tiny.page(f"https://p{n}.example/", about=f"p{n}", facts=("litres", "colour"))
        attributes = {"litres": litres, "colour": colour}
        tiny.entities.append({"id": f"p{n}", "name": f"Pot {n}", "attributes": attributes})
    conditions = [
        a_condition("big", "litres", "gt", 2),
        a_condition("blue", "colour", "eq", "blue"),
    ]
    return tiny.query(["p1"], conditions)


def result(statuses: Mapping[str, str], **run: Any) -> Result:
    candidates = [
        {"candidate_id": n, "name": n, "url": f"https://{n}.example/", "match_status": status}
        for n, status in statuses.items()
    ]
    return Result.of({"run": {"status": "completed", **run}, "candidates": candidates})


def graded(tiny: Any, a_condition: Any, given: Result, counted: Tally | None) -> Any:
    query = pots(tiny, a_condition)
    return Grader(tiny.web(), {query.id: frozenset(query.truth)}).grade(query, given, counted)


STATUSES = {"p1": "matched", "p2": "unmatched", "p3": "unmatched", "p4": "unmatched"}


def test_calls_are_told_by_candidate_and_candidates_by_match(tiny: Any, a_condition: Any) -> None:
    looks = [("p1", "big"), ("p2", "big"), ("p3", "big"), ("p1", "big")]
    spent = {"model_calls": 6, "tokens": 660, "cost": 0.25}
    grade = graded(tiny, a_condition, result(STATUSES, spend=spent), tally(looks, rechecks=2))
    assert {name: grade.measures[name] for name in MEASURES} == {
        "calls_per_sent_first": 1.0,
        "calls_per_sent": pytest.approx(4 / 3),
        "rechecks_per_match": 2.0,
        "sent_per_match": 3.0,
        "sent_floor": 2.0,
        "sent_over_floor": 1.5,
        "cost": 0.25,
        "first_match_s": None,
    }
    assert grade.model_use["differs"] == []


def test_the_floor_is_over_the_candidates_reported(tiny: Any, a_condition: Any) -> None:
    met = {"p1": "matched", "p2": "unmatched", "p4": "discarded"}
    grade = graded(tiny, a_condition, result(met), tally([("p1", "big")]))
    assert grade.measures["sent_floor"] == 1.0


def test_without_a_model_nothing_is_said_of_it(tiny: Any, a_condition: Any) -> None:
    grade = graded(tiny, a_condition, result(STATUSES, spend={"searches": 3}), None)
    assert grade.model_use is None
    assert not any(grade.measures[name] for name in MEASURES)


def test_a_product_that_says_otherwise_is_found_out() -> None:
    counted = tally([("p1", "big")])
    told = result({}, spend={"model_calls": 2, "tokens": 110})
    use = use_document(told, counted)
    assert use is not None
    assert use["differs"] == ["model_calls"]
    both = added_use([use, use, None])
    assert both is not None
    assert (both["differs"], both["product"]) == (2, {"model_calls": 4, "tokens": 220})
    assert isinstance(both["server"], dict)
    assert both["server"]["calls_by_kind"] == {"verdict": 2}


def test_the_first_match_is_timed_from_the_runs_start() -> None:
    begun, events = "2026-11-22T10:00:00+00:00", [
        {"kind": "candidate.decided", "status": "unmatched", "at": "2026-11-22T10:00:01+00:00"},
        {"kind": "candidate.decided", "status": "matched", "at": "2026-11-22T10:00:02.5+00:00"},
        {"kind": "candidate.decided", "status": "matched", "at": "2026-11-22T10:00:09+00:00"},
    ]  # fmt: skip
    export = {"run": {"status": "completed", "started_at": begun}, "candidates": []}
    assert Result.of(export, events=events).first_match_s == 2.5
    assert Result.of(export).first_match_s is None


def test_the_product_asks_the_oracle_and_both_count_alike(observatories: Web) -> None:
    ask = Ask("preview", "only:oracle")
    queries = observatories.asked(["ob-q4"])
    plan = Plan(observatories, queries, ask, jobs=1)
    done = measure(plan)
    assert not done.failed, done.passes[0][0].grade.problem
    told: Any = json.loads(json.dumps(document(plan, done, seed=0)))
    use = told["model_use"]
    assert use["differs"] == 0
    assert use["server"]["calls"] == use["product"]["model_calls"] > 0
    assert use["server"]["candidates_sent"] > 0
    assert told["macro"]["precision"] == told["macro"]["proof_right"] == 1.0
    assert told["macro"]["first_match_s"] > 0
