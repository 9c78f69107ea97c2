"""What of the rules needs no model: what is compared by its type, or stands there word for word."""

from __future__ import annotations

import asyncio

import pytest

from netnew.domain.condition import MatchCondition
from netnew.domain.evidence import EvidencePage, PageRole
from netnew.judges.rules import RulesJudge, is_certain
from netnew.ports.judging import JudgeRequest
from tests.support.rule_pages import NoonClock, candidate, snapshot

PAGE = snapshot(
    "* CEO: Jane Doe\n* Headquarters: Berlin, Germany\n* Investors: Sequoia Capital\n"
    "* Stage: Seed\n* Employees: 12\n* Founded: 2019\n* Licence: MIT License\n* Status: Active\n"
    "* Languages: German, English"
)


def certain(description: str) -> bool:
    condition = MatchCondition("c", description)
    evidence = (EvidencePage(PAGE, PageRole.OWN),)
    request = JudgeRequest(candidate("Acme"), "company", (condition,), evidence)
    (verdict,) = asyncio.run(RulesJudge(NoonClock()).judge(request))
    return is_certain(condition, "company", verdict)


@pytest.mark.parametrize(
    "description",
    [
        "The company is headquartered in Germany.",
        "The company is headquartered in France.",
        "The company has fewer than 20 employees.",
        "The company has more than 50 employees.",
        "The company was founded after 2020.",
        "The languages include English.",
    ],
)
def test_types_and_items_of_their_own_are_certain(description: str) -> None:
    assert certain(description)


@pytest.mark.parametrize(
    "description",
    [
        "The CEO is a woman.",
        "The CEO is a former Google employee.",
        "The investor is a top-tier venture capital firm.",
        "Its stage is early.",
        "The languages include a Germanic language.",
        "The licence permits everything to anybody.",
        "The languages include French.",
    ],
)
def test_what_takes_understanding_is_not(description: str) -> None:
    assert not certain(description)
