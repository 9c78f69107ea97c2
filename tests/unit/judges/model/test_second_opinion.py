"""The independent look: it bears out, it contradicts, and the majority counts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from netnew.domain.condition import Verdict
from netnew.domain.errors import ModelUnavailable, NoAnswer
from netnew.domain.evidence import Confidence
from netnew.judges.model import ModelJudge, SecondOpinion
from netnew.ports.models import Prompt
from netnew.testing import ScriptedModel
from tests.support.model_requests import GERMAN, SMALL, asked, judged, says, verdicts

FIRST = verdicts(says(1, "matched", "Berlin, Germany"), says(2, "matched", "Team size: 12"))


def check(claim: int, holds: str, *quotes: str) -> dict[str, Any]:
    return {"claim": claim, "holds": holds, "quotes": [{"text": q} for q in quotes]}


def looked(*checks: dict[str, Any], second: object = None) -> tuple[dict[str, Verdict], list[str]]:
    """What becomes of two matches, and which questions were asked; `second`: the judge's second
    answer."""
    given = [FIRST, second]

    def answer(prompt: Prompt[Any]) -> object:
        return {"checks": list(checks)} if "Claims:" in prompt.text else given.pop(0)

    model = ScriptedModel(answer)
    judge = ModelJudge(model)
    request = asked(GERMAN, SMALL)
    first = judged(judge, request)
    found = asyncio.run(SecondOpinion(model).look(request, first, judge))
    return found, [p.text.rpartition("Germany.")[0][-12:] for p in model.asked]


BORNE_OUT = (check(1, "yes", "Berlin, Germany"), check(2, "yes", "12"))


def test_what_it_bears_out_is_more_certain_and_costs_one_call() -> None:
    found, questions = looked(*BORNE_OUT)
    assert {v.outcome for v in found.values()} == {"matched"}
    assert {v.confidence for v in found.values()} == {Confidence.HIGH}
    assert len(questions) == 2


@pytest.mark.parametrize(
    ("said", "second", "outcome"),
    [
        (check(2, "no", "Team size: 12"), says(1, "matched", "Team size: 12"), "matched"),
        (check(2, "no", "Team size: 12"), says(1, "unmatched", "Team size: 12"), "unmatched"),
        (check(2, "no", "Team size: 12"), says(1, "unclear"), "unclear"),
        (check(2, "not stated"), says(1, "unclear"), "unclear"),
        (check(2, "not stated"), says(1, "unmatched", "Team size: 12"), "unclear"),
        (check(2, "not stated"), says(1, "matched", "Team size: 12"), "matched"),
        # Without a quote neither yes nor no is one.
        (check(2, "yes"), says(1, "unclear"), "unclear"),
        (check(2, "no", "Team size: 500"), says(1, "unmatched", "Team size: 12"), "unclear"),
        (check(7, "yes", "12"), says(1, "unclear"), "unclear"),
    ],
)
def test_of_three_answers_the_majority_counts(
    said: dict[str, Any], second: dict[str, Any], outcome: str
) -> None:
    found, questions = looked(BORNE_OUT[0], said, second=verdicts(second))
    assert found["size"].outcome == outcome
    assert found["size"].confidence is not Confidence.HIGH
    assert found["place"].confidence is Confidence.HIGH
    assert len(questions) == 3


def test_no_answer_bears_nothing_out() -> None:
    calls: list[str] = []

    def answer(prompt: Prompt[Any]) -> object:
        calls.append(prompt.text)
        if "Claims:" in prompt.text:
            raise NoAnswer("m", "it refused")
        return FIRST if len(calls) == 1 else verdicts(says(1, "unclear"), says(2, "unclear"))

    judge = ModelJudge(ScriptedModel(answer))
    request = asked(GERMAN, SMALL)
    found = asyncio.run(SecondOpinion(judge.model).look(request, judged(judge, request), judge))
    assert {v.outcome for v in found.values()} == {"unclear"}


def test_a_model_that_says_yes_to_everything_bears_nothing_out() -> None:
    obeyed = check(3, "yes")
    found, questions = looked(
        *BORNE_OUT, obeyed, second=verdicts(says(1, "unclear"), says(2, "unclear"))
    )
    assert Confidence.HIGH not in {v.confidence for v in found.values()}
    assert len(questions) == 3


def test_it_is_shown_nothing_of_the_answers() -> None:
    model = ScriptedModel(lambda p: {"checks": []} if "Claims:" in p.text else FIRST)
    judge, request = ModelJudge(model), asked(GERMAN, SMALL)
    asyncio.run(SecondOpinion(model).look(request, judged(judge, request), judge))
    verdict_prompt, check_prompt = model.asked[0], model.asked[1]
    same = verdict_prompt.text.partition("Conditions:")[0]
    claims = f"Claims:\n(1) {GERMAN.description}\n(2) {SMALL.description}\n(3) "
    assert check_prompt.text.startswith(f"{same}{claims}The pages state that it has")
    assert check_prompt.instructions != verdict_prompt.instructions


def test_a_server_that_is_away_is_told_of() -> None:
    def away(prompt: Prompt[Any]) -> object:
        raise ModelUnavailable("m", "503")

    judge = ModelJudge(ScriptedModel(lambda _: FIRST))
    request = asked(GERMAN, SMALL)
    first = judged(judge, request)
    with pytest.raises(ModelUnavailable):
        asyncio.run(SecondOpinion(ScriptedModel(away)).look(request, first, judge))


def test_its_family_names_its_model() -> None:
    assert SecondOpinion(ScriptedModel(lambda _: {}, "openai:big")).family == "r2:openai:big"
