"""Which page counts, what proves an absence, and when the rules abstain."""

from __future__ import annotations

import asyncio

import pytest

from netnew.domain.condition import MatchCondition
from netnew.domain.enrichment import Enrichment
from netnew.domain.evidence import EvidencePage, PageRole, holds_in
from netnew.judges.rules import RulesJudge
from netnew.judges.rules.parsing.condition import parse
from netnew.judges.rules.predicate import unread_parts
from netnew.ports.judging import EnrichRequest
from tests.support.rule_pages import NoonClock, candidate, judged, snapshot


def other(page: str, standing: PageRole, archived: bool = False) -> EvidencePage:
    return EvidencePage(snapshot(page, "2", archived), standing)


def test_the_own_page_outweighs_a_profile() -> None:
    profile = other("* Employees: 300", PageRole.PROFILE)
    verdict = judged(
        "company", "Foo", "* Team size: 12", "It has fewer than 20 employees.", profile
    )
    assert verdict.outcome == "matched"
    assert [c.excerpt for c in verdict.citations] == ["Team size: 12"]


def test_a_profile_decides_what_the_own_page_leaves_open() -> None:
    profile = other("* Employees: 12", PageRole.PROFILE)
    verdict = judged("company", "Foo", "We make ropes.", "It has fewer than 20 employees.", profile)
    assert verdict.outcome == "matched"


def test_an_archived_copy_alone_decides_nothing() -> None:
    old = other("* Employees: 12", PageRole.PROFILE, archived=True)
    verdict = judged("company", "Foo", "We make ropes.", "It has fewer than 20 employees.", old)
    assert (verdict.outcome, verdict.reasoning[:11]) == ("unclear", "not stated:")


def test_pages_that_contradict_each_other_are_unclear() -> None:
    second = other("* Employees: 300", PageRole.OWN)
    verdict = judged("company", "Foo", "* Employees: 12", "It has fewer than 20 employees.", second)
    assert verdict.outcome == "unclear"


def test_a_page_that_only_mentions_it_decides_by_sentences_that_name_it() -> None:
    page = "Bar has 9 employees. Foo has 12 employees."
    few = judged("company", "Foo", page, "It has fewer than 20 employees.", standing="mention")
    assert [c.excerpt for c in few.citations] == ["Foo has 12 employees."]
    none = judged("company", "Baz", page, "It has fewer than 20 employees.", standing="mention")
    assert none.outcome == "unclear"


@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        ("* Formats: PDF, EPUB", "matched"),
        ("* Formats: PDF, Kindle", "unmatched"),
        ("* Language: Danish", "unclear"),
    ],
)
def test_an_absence_is_proved_by_the_complete_field(page: str, outcome: str) -> None:
    verdict = judged("book", "Foo", page, "Kindle is not among its formats.")
    assert verdict.outcome == outcome


def test_what_is_planned_is_not_yet_so() -> None:
    page = "Foo plans to open an office in Norway. We will have 500 employees soon."
    assert judged("company", "Foo", page, "It has more than 100 employees.").outcome == "unclear"


def test_a_number_about_others_is_not_its_own() -> None:
    page = "Our customers have 5,000 employees. This affects 600 million people around the world."
    assert judged("company", "Foo", page, "It has more than 100 employees.").outcome == "unclear"


def test_a_part_of_a_longer_category_is_not_the_category() -> None:
    page = "* Category: Real Estate and Construction"
    assert judged("company", "Foo", page, "The category is Real Estate.").outcome != "matched"


@pytest.mark.parametrize("value", ["Kubernetes (K8S)", "K8S", "kubernetes", "Docker, K8s"])
def test_abbreviations_in_brackets_are_the_same_value(value: str) -> None:
    verdict = judged(
        "app", "Foo", f"* Platform: {value}", "Its platforms include Kubernetes (K8S)."
    )
    assert verdict.outcome == "matched"


def test_boilerplate_free_metadata_counts() -> None:
    page = "@ Organization.foundingDate: 1999-02-01"
    assert judged("company", "Foo", page, "It was founded before 2000.").outcome == "matched"


def test_all_conditions_of_a_sentence_must_hold() -> None:
    page = "* Founded: 1999\n* City: Oslo, Norway"
    both = "It was founded after 1990 and is located in Norway."
    assert judged("museum", "Foo", page, both).outcome == "matched"
    assert len(judged("museum", "Foo", page, both).citations) == 2
    assert judged("museum", "Foo", page, both.replace("Norway", "Chile")).outcome == "unmatched"


def test_an_elaboration_after_a_colon_defines_the_claim() -> None:
    claim = "The film is dark: its listed genre is Noir, or Noir is among its tags."
    assert judged("film", "Foo", "* Tags: Crime, Noir", claim).outcome == "matched"
    assert judged("film", "Foo", "* Genre: Comedy\n* Tags: Dark", claim).outcome == "unmatched"


def test_what_cannot_be_read_is_reported() -> None:
    judge = RulesJudge(NoonClock())
    conditions = [
        MatchCondition("odd", "Why not?"),
        MatchCondition("ok", "It was founded in 1999."),
    ]
    assert "ok" not in judge.unreadable(conditions)
    assert unread_parts(parse("It was founded in 1999.")) == ()


def test_fields_are_read_with_their_proof_or_left_empty() -> None:
    page = snapshot("* Established: 1974\n* Admission fee: €12\nFoo is a museum of ropes.")
    asked = (
        Enrichment("founded", "The year it was founded"),
        Enrichment("price", "What a ticket costs"),
        Enrichment("ceo", "Who leads it"),
    )
    request = EnrichRequest(candidate("Foo"), "museum", asked, (EvidencePage(page, PageRole.OWN),))
    founded, price, ceo = asyncio.run(RulesJudge(NoonClock()).enrich(request))
    assert (founded.value, price.value, ceo.value) == ("1974", "€12", None)
    assert all(holds_in(c, page) for c in (*founded.citations, *price.citations))
    assert ceo.citations == ()
