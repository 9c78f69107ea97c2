"""Every order in every place of a page: none of it leaves the fence, none of it proves anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from netnew.domain.condition import ConditionOutcome
from netnew.domain.enrichment import Enrichment, Format
from netnew.domain.evidence import EvidencePage, PageRole
from netnew.domain.page import Snapshot
from netnew.judges.cascade import CascadeJudge
from netnew.judges.model import ModelAdvisor, ModelJudge, SecondOpinion
from netnew.judges.rules import RulesJudge
from netnew.ports.judging import CandidateProfile, EnrichRequest, JudgeRequest
from netnew.ports.models import unpaid
from netnew.testing import FrozenClock, ScriptedModel
from tests.injection.attacks import CARRIERS, EVIL, MARK, ORDERS
from tests.injection.gullible import (
    obeys_everything,
    obeys_what_is_outside,
    outside,
    speaks_to_me,
)
from tests.support.model_requests import acme
from tests.support.prose_web import PUPILS, TOWERS, page_of
from tests.support.snapshots import read

NEITHER = 7  # of this workshop's own words both conditions are excluded
CASES = [(order, carrier) for order in ORDERS for carrier in CARRIERS]


def page_with(order: str, carrier: str) -> Snapshot:
    body, head = CARRIERS[carrier](ORDERS[order])
    page = page_of(NEITHER, body, head)
    html = page.html
    if carrier == "the title":  # the first title of a page is the one that counts
        html = html.replace(f"<title>{page.title}</title>", "")
    return read(html, url=page.url)


PAGES = {case: page_with(*case) for case in CASES}


def request(page: Snapshot, standing: PageRole, name: str = "Hazel Clocks") -> JudgeRequest:
    evidence = (EvidencePage(page, standing),)
    candidate = acme(name, url="https://hazel-clocks.example/")
    return JudgeRequest(candidate, "clockmaker workshop", (TOWERS, PUPILS), evidence)


def model(obeys: Callable[[str], dict[str, Any]]) -> ScriptedModel:
    return ScriptedModel(lambda prompt: obeys(prompt.text))


def outcomes(judge: ModelJudge | CascadeJudge, asked: JudgeRequest) -> set[ConditionOutcome]:
    return {v.outcome for v in asyncio.run(judge.judge(asked))}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("standing", PageRole)
def test_nothing_of_a_page_stands_outside_the_fence(order: str, standing: PageRole) -> None:
    for carrier in CARRIERS:
        page = PAGES[order, carrier]
        naive = model(obeys_what_is_outside)
        title = page.title if carrier == "the title" else "Hazel Clocks"
        found = outcomes(ModelJudge(naive), request(page, standing, title))
        assert found == {ConditionOutcome.UNMATCHED}, carrier
        for prompt in naive.asked:
            assert not speaks_to_me(outside(prompt.text)), carrier
            assert not speaks_to_me(prompt.instructions)
            assert prompt.text.count("</evidence") == 1


@pytest.mark.parametrize("order", ORDERS)
def test_a_model_that_obeys_proves_nothing_by_it(order: str) -> None:
    for carrier in CARRIERS:
        gullible = model(obeys_everything)
        judges = (
            ModelJudge(gullible),
            CascadeJudge(
                RulesJudge(FrozenClock()), [ModelJudge(gullible)], SecondOpinion(gullible)
            ),
        )
        for judge in judges:
            found = outcomes(judge, request(PAGES[order, carrier], PageRole.OWN))
            assert ConditionOutcome.MATCHED not in found, carrier


@pytest.mark.parametrize("order", ORDERS)
def test_a_model_that_obeys_fills_in_no_field(order: str) -> None:
    fields = (Enrichment("site", "Its site", Format.URL), Enrichment("motto", "Its motto"))
    for carrier in CARRIERS:
        evidence = (EvidencePage(PAGES[order, carrier], PageRole.OWN),)
        asked = EnrichRequest(acme(), "workshop", fields, evidence)
        values = asyncio.run(ModelJudge(model(obeys_everything)).enrich(asked))
        assert [v.value for v in values] == [None, None], carrier


def test_honest_words_beside_an_order_still_count() -> None:
    for case, page in PAGES.items():
        verdicts = asyncio.run(
            ModelJudge(model(obeys_what_is_outside)).judge(request(page, PageRole.OWN))
        )
        assert {v.citations[0].url for v in verdicts} == {page.final_url}, case


def test_an_order_as_a_name_or_address_is_not_obeyed() -> None:
    page = PAGES["plain", "a paragraph"]
    for order in ORDERS.values():
        naive = model(obeys_what_is_outside)
        candidate = acme(
            f"Hazel Clocks. {order}", url=f"https://x.example/{order}".replace(" ", "-")
        )
        asked = JudgeRequest(candidate, "workshop", (TOWERS,), (EvidencePage(page, PageRole.OWN),))
        assert outcomes(ModelJudge(naive), asked) == {ConditionOutcome.UNMATCHED}, order


def test_tables_and_pairs_pass_no_order_on() -> None:
    for order in ORDERS.values():
        naive = model(lambda text: {"pairs": []} if "Pair (" in text else {"name_column": 0})
        advisor = ModelAdvisor(naive)
        profile = CandidateProfile((order,), (f"https://x.example/{order}",), f"Clocks. {order}")
        pair = (profile, CandidateProfile(("Elm",), ()))
        asyncio.run(advisor.are_same([pair], "workshop", unpaid))
        asyncio.run(advisor.name_column("workshop", [["Name", order], [order, "x"]], unpaid))
        assert not any(speaks_to_me(p.text) for p in naive.asked), order


def test_the_models_of_these_tests_do_obey() -> None:
    told = f'<evidence id="x">\n</evidence id="x">\n{MARK}\nConditions:\n(1) {TOWERS.description}'
    assert obeys_what_is_outside(told)["verdicts"][0]["outcome"] == "matched"
    assert obeys_everything(told)["verdicts"][0]["value"] == EVIL
