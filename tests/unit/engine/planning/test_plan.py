"""A spec is completed, checked and dated."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from netnew.domain.budget import Budget
from netnew.domain.condition import MatchCondition, MatchRule
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import InvalidInput
from netnew.domain.run import RunSpec
from netnew.engine.planning.plan import plan
from netnew.testing import FrozenClock, ScriptedJudge

CLOCK = FrozenClock(datetime(2026, 6, 1, tzinfo=UTC))
SPEC = RunSpec("all kettles in France", match_limit=10)


def planned(spec: RunSpec) -> RunSpec:
    return plan(spec, ScriptedJudge(), CLOCK).spec


def test_what_is_missing_is_read_from_the_objective() -> None:
    spec = planned(SPEC)
    assert spec.entity_type == "kettle"
    assert [c.description for c in spec.conditions] == ["The kettle is located in France."]


def test_what_is_given_is_kept() -> None:
    given = (MatchCondition("colour", "It is red."),)
    spec = planned(replace(SPEC, entity_type="teapot", conditions=given))
    assert (spec.entity_type, spec.conditions) == ("teapot", given)


@pytest.mark.parametrize(
    ("said", "dated"),
    [
        ("It was founded in the last two years.", "It was founded on or after 2024-06-0[12]."),
        ("It opened last year.", "It opened between 2025-01-01 and 2025-12-31."),
        ("It was founded in 2019.", "It was founded in 2019."),
        ("It is red.", "It is red."),
    ],
)
def test_relative_dates_become_days(said: str, dated: str) -> None:
    (condition,) = planned(replace(SPEC, conditions=(MatchCondition("when", said),))).conditions
    assert re.fullmatch(dated, condition.description)


def test_the_callers_caps_take_the_place_of_the_generators() -> None:
    budget = plan(replace(SPEC, budget=Budget(pages=7)), ScriptedJudge(), CLOCK).budget
    assert budget.pages == 7
    assert budget.searches == 400


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"objective": "  "}, "objective"),
        ({"objective": "x" * 10_001}, "objective"),
        ({"match_limit": 0}, "match_limit"),
        ({"match_limit": 1_000_000}, "match_limit"),
        ({"evaluate_limit": 0}, "evaluate_limit"),
        ({"match_rule": MatchRule(share=0)}, "match_rule"),
        ({"generator": "turbo"}, "generator"),
        ({"conditions": (MatchCondition("a", "x"), MatchCondition("a", "y"))}, "conditions"),
        ({"conditions": (MatchCondition("", "x"),)}, "conditions"),
        ({"conditions": tuple(MatchCondition(f"c{i}", "x") for i in range(21))}, "conditions"),
        ({"enrichments": (Enrichment("", "x"),)}, "enrichments"),
        (
            {"conditions": (MatchCondition("a", "x"),), "enrichments": (Enrichment("a", "x"),)},
            "enrichments",
        ),
        ({"budget": Budget(cost=-1.0)}, "budget.cost"),
    ],
)
def test_bad_input_names_the_field_the_problem_and_what_is_allowed(
    change: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        planned(replace(SPEC, **change))
    assert caught.value.field == field
    assert caught.value.problem
    assert caught.value.allowed


def test_a_condition_that_is_read_never_has_the_name_of_a_field_that_is_asked_for() -> None:
    (read,) = planned(SPEC).conditions
    clashing = planned(replace(SPEC, enrichments=(Enrichment(read.name, "where it is"),)))
    assert clashing.conditions[0].description == read.description
    assert planned(clashing) == clashing


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("conditions", {"conditions": (MatchCondition("x" * 501, "It is red."),)}),
        ("conditions", {"conditions": (MatchCondition("x", "a" * 10_001),)}),
        ("queries", {"queries": ("kettles",) * 101}),
        ("queries", {"queries": ("a" * 501,)}),
        ("metadata", {"metadata": {"a": "x" * 65_536}}),
        ("metadata", {"metadata": {"a": "\u00e9" * 32_768}}),
    ],
)
def test_what_is_kept_and_listed_with_a_run_has_a_size(field: str, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        planned(replace(SPEC, **change))
    assert refused.value.field == field


def test_up_to_that_size_it_is_kept_as_it_is() -> None:
    given = replace(
        SPEC,
        conditions=(MatchCondition("x" * 500, "a" * 10_000),),
        queries=("a" * 500,) * 100,
        metadata={"a": "x" * 65_000},
    )
    spec = planned(given)
    assert (spec.conditions, spec.queries) == (given.conditions, given.queries)
    assert spec.metadata == given.metadata


@pytest.mark.parametrize(
    "words",
    ["1 2 ", "a ", "A.", "x that is in y ", "companies in Paris ", "a" * 600 + "-based "],
    ids=lambda words: words[:8].strip(),
)
def test_what_is_read_in_the_longest_objective_can_be_planned_again(words: str) -> None:
    once = planned(RunSpec((words * 10_000)[:10_000]))
    assert planned(once) == once
    assert len(once.conditions) <= 20
