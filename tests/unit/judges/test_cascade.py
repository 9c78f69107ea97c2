"""Rules, a model, a larger one: who is asked for what."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from netnew.domain.condition import ConditionOutcome, MatchCondition, Verdict
from netnew.domain.enrichment import Enrichment, EnrichmentValue
from netnew.domain.errors import ModelUnavailable
from netnew.domain.evidence import Confidence, cite
from netnew.domain.ledger import JudgeProfile
from netnew.judges.cascade import CascadeJudge
from netnew.judges.model import ModelJudge, SecondOpinion
from netnew.judges.rule_calibration import NO_NEEDS, SPOT_CHECK
from netnew.ports.judging import EnrichRequest, JudgeRequest
from netnew.ports.models import Prompt
from netnew.testing import ScriptedJudge, ScriptedModel
from tests.support.model_requests import ACME, asked, filled, judged, says, verdicts

HIGH, MEDIUM = Confidence.HIGH, Confidence.MEDIUM
A, B, C = (MatchCondition(x, f"It is {x}.") for x in "abc")
Said = tuple[str, Confidence]


@dataclass
class Rules(ScriptedJudge):
    """Rules that say of each condition what they are told."""

    said: dict[str, Said] = field(default_factory=dict)
    profile: JudgeProfile = JudgeProfile("rules", "", "9")

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        assert request.may_fail is None
        return tuple(self._said(c.name) for c in request.conditions)

    async def enrich(self, request: EnrichRequest) -> tuple[EnrichmentValue, ...]:
        known = self.said
        return tuple(
            EnrichmentValue(e.name, known[e.name][0], (cite(ACME, ACME.segments[0]),), "",
                            known[e.name][1])
            if e.name in known else EnrichmentValue(e.name, None)
            for e in request.enrichments
        )  # fmt: skip

    def _said(self, name: str) -> Verdict:
        outcome, confidence = self.said.get(name, ("unclear", MEDIUM))
        proof = (cite(ACME, ACME.segments[1]),) if outcome != "unclear" else ()
        return Verdict(name, ConditionOutcome(outcome), None, proof, "by rules", confidence)


def conditions_in(prompt: Prompt[Any]) -> list[str]:
    return re.findall(r"\(\d\) It is (\w)\.", prompt.text)


def model(name: str = "m:small", **said: str) -> ScriptedModel:
    """A model that says so of each condition, and 'matched' of the others."""

    def answer(prompt: Prompt[Any]) -> object:
        names = conditions_in(prompt)
        return verdicts(
            *(says(n, said.get(x, "matched"), "Acme Robotics") for n, x in enumerate(names, 1))
        )

    return ScriptedModel(answer, name)


def cascade(rules: dict[str, Said] | None, *models: ScriptedModel) -> CascadeJudge:
    made = None if rules is None else Rules(said=rules)
    return CascadeJudge(made, [ModelJudge(m) for m in models])


def outcomes(found: dict[str, Verdict]) -> dict[str, str]:
    return {name: v.outcome.value for name, v in found.items()}


def test_a_certain_no_costs_no_call_and_the_others_are_left_out() -> None:
    small = model()
    found = judged(cascade({"b": ("unmatched", HIGH)}, small), asked(A, B, may_fail=0))
    assert outcomes(found) == {"b": "unmatched"}
    assert small.asked == []


def test_certain_verdicts_alone_need_no_model() -> None:
    small = model()
    rules = {"a": ("matched", HIGH), "b": ("matched", HIGH)}
    assert outcomes(judged(cascade(rules, small), asked(A, B, may_fail=0))) == {
        "a": "matched",
        "b": "matched",
    }
    assert small.asked == []


def test_only_open_conditions_are_asked_all_in_one_call() -> None:
    small = model()
    rules = {"a": ("matched", HIGH), "b": ("matched", MEDIUM)}
    found = judged(cascade(rules, small), asked(A, B, C, may_fail=0))
    assert [conditions_in(p) for p in small.asked] == [["b", "c"]]
    assert found["a"].reasoning == "by rules"
    assert found["b"].reasoning != "by rules"


def test_where_all_are_to_be_decided_a_certain_no_does_not_spare_the_others() -> None:
    small = model()
    found = judged(cascade({"a": ("unmatched", HIGH)}, small), asked(A, B, may_fail=None))
    assert outcomes(found) == {"a": "unmatched", "b": "matched"}
    found = judged(cascade({"a": ("unmatched", HIGH)}, small), asked(A, B, may_fail=1))
    assert outcomes(found) == {"a": "unmatched", "b": "matched"}
    assert len(small.asked) == 2


def test_without_rules_the_model_decides_all() -> None:
    small = model()
    assert outcomes(judged(cascade(None, small), asked(A, B))) == {"a": "matched", "b": "matched"}


def test_the_large_model_is_asked_for_what_stays_unclear() -> None:
    small, large = model(b="unclear", c="unclear"), model("m:large", c="unmatched")
    found = judged(cascade(None, small, large), asked(A, B, C, may_fail=0))
    assert outcomes(found) == {"a": "matched", "b": "matched", "c": "unmatched"}
    assert [conditions_in(p) for p in large.asked] == [["b", "c"]]


def test_the_large_model_is_not_asked_where_the_small_one_settled_it() -> None:
    small, large = model(a="unmatched", b="unclear"), model("m:large")
    found = judged(cascade(None, small, large), asked(A, B, may_fail=0))
    assert outcomes(found) == {"a": "unmatched", "b": "unclear"}
    assert large.asked == []
    judged(cascade(None, small, large), asked(A, B, may_fail=None))
    assert [conditions_in(p) for p in large.asked] == [["b"]]


def test_what_a_model_uses_is_charged_and_what_rules_use_is_not() -> None:
    small, large = model(b="unclear"), model("m:large")
    spent: list[Any] = []
    judged(cascade({}, small, large), asked(A, B, spent=spent))
    assert sum(s.model_calls for s in spent) == 2


def test_rules_that_were_right_so_far_spare_the_model_but_for_spot_checks() -> None:
    small = model(a="unmatched")
    judge = cascade({"a": ("unmatched", MEDIUM)}, small)
    rounds = NO_NEEDS + 2 * SPOT_CHECK
    for _ in range(rounds):
        found = judged(judge, asked(A, B, may_fail=0))
        assert found["a"].outcome is ConditionOutcome.UNMATCHED
    assert len(small.asked) == NO_NEEDS + 2


def test_rules_are_not_believed_where_one_no_does_not_settle_it() -> None:
    small = model(a="unmatched")
    judge = cascade({"a": ("unmatched", MEDIUM)}, small)
    for _ in range(NO_NEEDS + 5):
        judged(judge, asked(A, B, may_fail=None))
    assert len(small.asked) == NO_NEEDS + 5


def test_a_model_that_contradicts_the_rules_is_asked_for_ever() -> None:
    small = model()
    judge = cascade({"a": ("unmatched", MEDIUM)}, small)
    for _ in range(3 * NO_NEEDS):
        assert outcomes(judged(judge, asked(A, may_fail=0))) == {"a": "matched"}
    assert len(small.asked) == 3 * NO_NEEDS


def test_two_models_are_one_answer_to_the_rules() -> None:
    small, large = model(a="unclear"), model("m:large", a="unmatched")
    judge = cascade({"a": ("unmatched", MEDIUM)}, small, large)
    for _ in range(NO_NEEDS + 3):
        judged(judge, asked(A, may_fail=0))
    assert len(small.asked) == len(large.asked) == NO_NEEDS


def test_a_model_that_is_away_is_told_of_and_its_probe_does_not_count() -> None:
    def away(_: object) -> object:
        raise ModelUnavailable("m", "503")

    judge = cascade({"a": ("unmatched", MEDIUM)}, ScriptedModel(away))
    for _ in range(NO_NEEDS + 1):
        with pytest.raises(ModelUnavailable):
            judged(judge, asked(A, may_fail=0))


def test_many_at_once_ask_no_more_than_one_after_the_other() -> None:
    small = model(a="unmatched")
    judge = cascade({"a": ("unmatched", MEDIUM)}, small)

    async def all_at_once() -> None:
        await asyncio.gather(*(judge.judge(asked(A, may_fail=0)) for _ in range(SPOT_CHECK)))

    asyncio.run(all_at_once())
    assert len(small.asked) == NO_NEEDS


def test_the_recheck_looks_at_what_would_match_and_at_nothing_else() -> None:
    looks: list[str] = []

    def look(prompt: Prompt[Any]) -> object:
        looks.append(prompt.text)
        checks = [{"claim": 1, "holds": "yes", "quotes": [{"text": "Acme Robotics"}]}]
        return {"checks": checks}

    def judge_with(**said: str) -> CascadeJudge:
        return CascadeJudge(None, [ModelJudge(model(**said))], SecondOpinion(ScriptedModel(look)))

    assert judged(judge_with(), asked(A))["a"].confidence is HIGH
    judged(judge_with(a="unmatched"), asked(A))
    judged(judge_with(b="unclear"), asked(A, B))
    assert len(looks) == 1


def test_fields_that_rules_are_certain_of_are_not_asked() -> None:
    def answer(prompt: Prompt[Any]) -> object:
        return {"values": [{"field": 1, "value": "12", "quotes": [{"text": "12"}]}]}

    large = ScriptedModel(answer)
    judge = cascade({"a": ("Acme", HIGH), "b": ("wrong", MEDIUM)}, model(), large)
    found = filled(judge, Enrichment("a", ""), Enrichment("b", ""))
    assert [(v.name, v.value) for v in found.values()] == [("a", "Acme"), ("b", "12")]
    assert "(1) b [text]" in large.asked[0].text
    filled(judge, Enrichment("a", ""))
    assert len(large.asked) == 1


def test_the_profile_names_everything_that_decides() -> None:
    small, large = model("openai:s"), model("openai:l@http://h/v1")
    rules = Rules()
    other_rules = Rules(profile=JudgeProfile("rules", "", "10"))
    judges: list[Callable[[], CascadeJudge]] = [
        lambda: cascade(None, small),
        lambda: cascade(None, large),
        lambda: cascade(None, small, large),
        lambda: CascadeJudge(rules, [ModelJudge(small)]),
        lambda: CascadeJudge(other_rules, [ModelJudge(small)]),
        lambda: CascadeJudge(rules, [ModelJudge(small)], SecondOpinion(small)),
        lambda: CascadeJudge(rules, [ModelJudge(small)], SecondOpinion(large)),
    ]
    names = [str(make().profile) for make in judges]
    assert len(set(names)) == len(names)
    assert names[2] == "model/openai:s>openai:l/v2f2"
    assert names[3] == "model/openai:s/v2f2+rules9"
    assert [make().profile.rank for make in judges[:3]] == [1, 1, 2]
