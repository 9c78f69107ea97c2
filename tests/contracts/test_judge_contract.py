"""What every judge keeps to, over the judges that need no network; models are scripted."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest

from netnew.domain.condition import ConditionOutcome, MatchCondition
from netnew.domain.enrichment import Enrichment
from netnew.domain.evidence import EvidencePage, PageRole, holds_in
from netnew.judges.cascade import CascadeJudge
from netnew.judges.model import ModelJudge, SecondOpinion
from netnew.judges.rules import RulesJudge
from netnew.ports.judging import EnrichRequest, Judge, JudgeRequest
from netnew.ports.models import Prompt
from netnew.testing import ScriptedModel
from tests.support.rule_pages import NoonClock, candidate, snapshot

PAGE = snapshot("* Founded: 1974\n* City: Oslo, Norway\n* Staff: 12\nThe museum shows boats.")
CONDITIONS = tuple(
    MatchCondition(f"c{i}", text)
    for i, text in enumerate(
        (
            "The museum is located in Norway.",
            "The museum was founded after 2000.",
            "The museum sells postcards of whales.",
            "???",
        )
    )
)


# What a model says of a question with these words: its outcome or value, and its quote.
SAID = {
    "Norway": ("matched", "Oslo, Norway"),
    "after 2000": ("unmatched", "Founded: 1974"),
    "whales": ("unclear", "boats"),
    "registration code": ("unclear", ""),
    "The city": ("Oslo, Norway", "City: Oslo, Norway"),
}


def answered(prompt: Prompt[Any]) -> object:
    """A model that knows the page, and quotes what is not there where it does not."""
    numbered = re.findall(r"^\((\d+)\) (.*)$", prompt.text, re.MULTILINE)
    said = {
        int(n): next((x for words, x in SAID.items() if words in asked), ("matched", "unheard of"))
        for n, asked in numbered
    }
    if "Claims:" in prompt.text:
        return {"checks": [{"claim": n, "holds": "not stated"} for n in said]}
    if "Fields:" in prompt.text:
        return {"values": [{"field": n, "value": v, "quotes": [{"text": q}]}
                           for n, (v, q) in said.items()]}  # fmt: skip
    return {"verdicts": [{"condition": n, "outcome": o, "quotes": [{"text": q}]}
                         for n, (o, q) in said.items()]}  # fmt: skip


def model_judge() -> ModelJudge:
    return ModelJudge(ScriptedModel(answered))


JUDGES: dict[str, Callable[[], Judge]] = {
    "rules": lambda: RulesJudge(NoonClock()),
    "model": model_judge,
    "rules, then a model": lambda: CascadeJudge(RulesJudge(NoonClock()), [model_judge()]),
    "a model, then a larger": lambda: CascadeJudge(None, [model_judge(), model_judge()]),
    "with a recheck": lambda: CascadeJudge(
        RulesJudge(NoonClock()), [model_judge()], SecondOpinion(ScriptedModel(answered))
    ),
}


@pytest.fixture(params=JUDGES)
def judge(request: pytest.FixtureRequest) -> Judge:
    return JUDGES[request.param]()


def ask(judge: Judge, conditions: tuple[MatchCondition, ...]) -> list[ConditionOutcome]:
    evidence = (EvidencePage(PAGE, PageRole.OWN),)
    request = JudgeRequest(candidate("Boat Museum"), "museum", conditions, evidence)
    verdicts = asyncio.run(judge.judge(request))
    assert [v.condition for v in verdicts] == [c.name for c in conditions]
    for verdict in verdicts:
        assert all(holds_in(c, PAGE) for c in verdict.citations)
        assert verdict.citations or verdict.outcome is ConditionOutcome.UNCLEAR
        assert verdict.reasoning
    return [v.outcome for v in verdicts]


def test_one_verdict_a_condition_in_order_and_proved(judge: Judge) -> None:
    assert ask(judge, CONDITIONS) == ["matched", "unmatched", "unclear", "unclear"]


def test_order_of_conditions_does_not_matter(judge: Judge) -> None:
    assert ask(judge, CONDITIONS[::-1]) == ask(judge, CONDITIONS)[::-1]


def test_without_evidence_everything_is_unclear(judge: Judge) -> None:
    request = JudgeRequest(candidate("Boat Museum"), "museum", CONDITIONS, ())
    verdicts = asyncio.run(judge.judge(request))
    assert {v.outcome for v in verdicts} == {ConditionOutcome.UNCLEAR}


def test_one_value_a_field_in_order(judge: Judge) -> None:
    fields = (Enrichment("city", "The city"), Enrichment("fax", "The fax number"))
    evidence = (EvidencePage(PAGE, PageRole.OWN),)
    request = EnrichRequest(candidate("Boat Museum"), "museum", fields, evidence)
    values = asyncio.run(judge.enrich(request))
    assert [(v.name, v.value) for v in values] == [("city", "Oslo, Norway"), ("fax", None)]


def test_unreadable_conditions_are_named(judge: Judge) -> None:
    assert set(judge.unreadable(CONDITIONS)) <= {c.name for c in CONDITIONS}
