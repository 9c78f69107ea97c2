"""What a model is asked besides verdicts, and what is made of its answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from netnew.domain.condition import MatchCondition
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import ModelUnavailable, NoAnswer
from netnew.domain.run import MAX_CONDITIONS, RunSpec
from netnew.judges.model import ModelAdvisor
from netnew.ports.judging import CandidateProfile, ObjectiveReading
from netnew.ports.models import unpaid
from netnew.testing import ScriptedModel

SPEC = RunSpec("All red kettle makers founded in the last two years", "")
TODAY = date(2026, 11, 22)
READ: dict[str, Any] = {
    "entity_type": "kettle maker",
    "conditions": [{"name": "colour", "description": "The maker makes red kettles."}],
    "enrichments": [{"name": "site", "description": "Its site"}],
    "queries": ["red kettle makers", "list of kettle makers", " \u200b ", "red kettle makers"],
}


def read(answer: object, spec: RunSpec = SPEC) -> ObjectiveReading | None:
    model = ScriptedModel(lambda _: answer)
    return asyncio.run(ModelAdvisor(model).read_objective(spec, TODAY, unpaid))


def named(*names: str) -> list[str]:
    given = [{"name": n, "description": f"It is thing {i}."} for i, n in enumerate(names)]
    reading = read({**READ, "conditions": given})
    assert reading is not None
    return [c.name for c in reading.conditions]


def test_an_objective_is_read() -> None:
    reading = read(READ)
    assert reading is not None
    assert reading.entity_type == "kettle maker"
    assert reading.conditions == (MatchCondition("colour", "The maker makes red kettles."),)
    assert [e.name for e in reading.enrichments] == ["site"]
    assert reading.queries == ("red kettle makers", "list of kettle makers")


def test_what_is_said_already_is_told_and_kept() -> None:
    said = (MatchCondition("big", "It is big."),)
    spec = replace(SPEC, entity_type="firm", conditions=said)
    model = ScriptedModel(lambda _: READ)
    reading = asyncio.run(ModelAdvisor(model).read_objective(spec, TODAY, unpaid))
    assert reading is not None
    assert (reading.entity_type, reading.conditions) == ("firm", said)
    text = model.asked[0].text
    assert "Today: 2026-11-22" in text
    assert "Entity type, as decided: firm" in text
    assert "- It is big." in text


def test_names_are_made_usable_and_unique() -> None:
    assert named("Head Office!", "head-office", "größe") == [
        "head_office",
        "head_office_2",
        "grösse",
    ]
    assert named("condition_2", "???", "!!!") == ["condition_2", "condition", "condition_3"]
    assert named("x" * 200) == ["x" * 60]


def test_conditions_have_a_limit_and_a_text() -> None:
    assert len(named(*(f"c{n}" for n in range(MAX_CONDITIONS + 5)))) == MAX_CONDITIONS
    empty = read({**READ, "conditions": [{"name": "a", "description": " \n "}]})
    assert empty is not None
    assert empty.conditions == ()


def test_a_field_of_a_conditions_name_is_left_out() -> None:
    reading = read({**READ, "enrichments": [{"name": "Colour", "description": "The colour"}]})
    assert reading is not None
    assert reading.enrichments == ()


def test_a_condition_of_an_asked_fields_name_gets_another_and_none_is_lost() -> None:
    spec = replace(SPEC, enrichments=(Enrichment("colour", "Its colour"),))
    twice = [READ["conditions"][0], {"name": "size", "description": "The maker makes RED kettles."}]
    reading = read({**READ, "conditions": twice}, spec)
    assert reading is not None
    assert [c.name for c in reading.conditions] == ["colour_2"]
    assert reading.enrichments == spec.enrichments


@pytest.mark.parametrize("kind", ["", "  "])
def test_without_a_kind_there_is_no_reading(kind: str) -> None:
    assert read({**READ, "entity_type": kind}) is None


@pytest.mark.parametrize(("said", "column"), [(0, 0), (2, 2), (3, -1), (-1, -1), (-7, -1)])
def test_a_column_is_one_of_the_table(said: int, column: int) -> None:
    model = ScriptedModel(lambda _: {"name_column": said})
    rows = [["No", "Name", "Town"], ["1", "A | B\n", "Oslo"]]
    found = asyncio.run(ModelAdvisor(model).name_column("maker", rows, unpaid))
    assert found == column
    assert model.asked[0].text == "Kind: maker\nTable:\n| No | Name | Town |\n| 1 | A / B | Oslo |"


def test_pairs_come_back_in_their_order() -> None:
    answer = {"pairs": [{"pair": 3, "same": "no"}, {"pair": 1, "same": "yes"},
                        {"pair": 4, "same": "unsure"}, {"pair": 9, "same": "yes"}]}  # fmt: skip
    model = ScriptedModel(lambda _: answer)
    pairs = [(CandidateProfile((f"A{n}",), ()), CandidateProfile((f"B{n}",), ())) for n in range(4)]
    said = asyncio.run(ModelAdvisor(model).are_same(pairs, "maker", unpaid))
    assert said == (True, None, False, None)
    assert "Pair (2)\nA: A1\nB: B1\n" in model.asked[0].text


def test_no_usable_answer_is_none_and_a_server_away_is_told_of() -> None:
    pairs = [(CandidateProfile(("A",), ()), CandidateProfile(("B",), ()))]

    def fails(error: Exception) -> ModelAdvisor:
        def answer(_: object) -> object:
            raise error

        return ModelAdvisor(ScriptedModel(answer))

    mute = fails(NoAnswer("m", "it refused"))
    assert asyncio.run(mute.read_objective(SPEC, TODAY, unpaid)) is None
    assert asyncio.run(mute.name_column("x", [["a"]], unpaid)) is None
    assert asyncio.run(mute.are_same(pairs, "x", unpaid)) == (None,)
    away = fails(ModelUnavailable("m", "503"))
    with pytest.raises(ModelUnavailable):
        asyncio.run(away.are_same(pairs, "x", unpaid))
