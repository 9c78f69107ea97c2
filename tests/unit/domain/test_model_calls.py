from __future__ import annotations

import json
from dataclasses import asdict

from netnew.domain.budget import Spend
from netnew.domain.model_calls import CallOutcomes, answered, failed, unusable, unusable_answers

USED = Spend(cost=0.5, model_calls=4) + Spend(outcomes=answered("m") + unusable("m", "no JSON"))
ALL = USED + Spend(outcomes=failed("m", "429") + failed("m", "429") + failed("n", "503"))


def test_they_add_up_by_model_and_kind() -> None:
    first, second = ALL.outcomes
    assert (first.model, first.answers, first.unusable, first.example) == ("m", 2, 1, "no JSON")
    assert first.failures == (("429", 2),)
    assert (second.model, second.failed) == ("n", 1)
    assert (ALL.outcomes.answers, ALL.outcomes.usable) == (2, 1)


def test_what_is_taken_away_is_gone() -> None:
    nothing = ALL - ALL
    assert nothing == Spend()
    left = (ALL - USED).outcomes
    assert [(x.model, x.answers, x.failures) for x in left] == [
        ("m", 0, (("429", 2),)),
        ("n", 0, (("503", 1),)),
    ]
    assert Spend() + ALL == ALL


def test_they_survive_the_way_between_workers() -> None:
    assert Spend.from_document(json.loads(json.dumps(asdict(ALL)))) == ALL
    assert Spend.from_document({"cost": 1.0}) == Spend(cost=1.0)
    assert "outcomes" not in ALL.numbers()


def test_the_sentence_counts() -> None:
    (calls,) = CallOutcomes().__add__(unusable("m", "")).models
    assert unusable_answers(calls) == "1 of 1 answer of m was unusable"
    assert unusable_answers(calls, " (today)") == "1 of 1 answer of m was unusable (today)"
    assert unusable_answers(ALL.outcomes.models[0]) == (
        "1 of 2 answers of m were unusable, for instance: no JSON"
    )
