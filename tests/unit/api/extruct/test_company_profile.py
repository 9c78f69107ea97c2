"""A company's profile: what pages state of it, in Extruct's words."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from netnew.api.dialects.extruct.company_facts import country_in, state_in, year_in
from netnew.api.dialects.extruct.company_profile import (
    PROFILE,
    SIZES,
    CompanyProfile,
    profile_of,
    size_of,
)
from netnew.domain.enrichment import EnrichmentValue, leaves
from netnew.domain.evidence import EvidencePage, PageRole, holds_in
from netnew.judges.rules import RulesJudge
from netnew.ports.judging import EnrichRequest
from tests.support.rule_pages import NoonClock, candidate, snapshot


def profile_from(*pages: str) -> CompanyProfile:
    """Of a company with these pages, as the rules judge reads them; its quotes are checked."""
    firm = candidate("Kettle Works")
    shown = tuple(
        EvidencePage(snapshot(page, str(number)), PageRole.OWN) for number, page in enumerate(pages)
    )
    request = EnrichRequest(firm, "company", leaves([PROFILE]), shown, lambda spend: None)
    values = asyncio.run(RulesJudge(NoonClock()).enrich(request))
    snapshots = {x.snapshot.id: x.snapshot for x in shown}
    for value in values:
        assert bool(value.citations) is (value.value is not None)
        assert all(holds_in(c, snapshots[c.snapshot_id]) for c in value.citations)
    return profile_of(replace(firm, enrichments=values))


def profile_with(**said: str) -> CompanyProfile:
    values = tuple(EnrichmentValue(f"company-profile.{k}", v) for k, v in said.items())
    return profile_of(replace(candidate("Kettle Works"), enrichments=values))


def test_a_profile_is_read_out_of_labels() -> None:
    page = """Kettle Works makes kettles for ships and for railway stations.
    * Founded: 14 March 1999
    * Employees: about 1,200
    * Headquarters: Bergen, Norway"""
    assert profile_from("\n".join(x.strip() for x in page.splitlines())) == CompanyProfile(
        founding_year=1999,
        employee_count="1001-5000",
        hq_country="Norway",
        hq_city="Bergen",
        description="Kettle Works makes kettles for ships and for railway stations.",
    )


def test_a_profile_is_read_out_of_metadata() -> None:
    page = "\n".join(
        [
            "@ description: Kettles that whistle.",
            "@ foundingDate: 2012-05-01",
            "@ numberOfEmployees: 230",
            "@ address.addressCountry: US",
            "@ address.addressRegion: California",
            "@ address.addressLocality: Little Kettleby",
        ]
    )
    assert profile_from(page) == CompanyProfile(
        founding_year=2012,
        employee_count="201-500",
        hq_country="United States",
        hq_state_province="California",
        hq_city="Little Kettleby",
        description="Kettles that whistle.",
    )


def test_what_no_page_states_is_null() -> None:
    assert profile_from("* Customers: Norway, Chile\n* Offices: 12") == CompanyProfile()
    assert profile_of(candidate("Kettle Works")) == CompanyProfile()


@pytest.mark.parametrize(
    ("employees", "size"),
    [
        ("1", "1-10"),
        ("10", "1-10"),
        ("11", "11-50"),
        ("11-50 employees", "11-50"),
        ("between 60 and 90 people", "51-200"),
        ("around 480", "201-500"),
        ("1,000", "501-1000"),
        ("1001–5000", "1001-5000"),
        ("5.2k", "5001-10000"),
        ("10,001+", "10001+"),
        ("more than 40,000", "10001+"),
        ("fewer than 10", "1-10"),
    ],
)
def test_a_number_of_people_falls_into_one_size(employees: str, size: str) -> None:
    assert size_of(employees) == size


@pytest.mark.parametrize(
    "employees", ["", "many", "over 5,000", "40-60", "500+", "12 in 3 offices"]
)
def test_what_may_be_of_two_sizes_is_of_none(employees: str) -> None:
    assert size_of(employees) is None


def test_sizes_follow_one_another_without_gap() -> None:
    for (_, _, most), (_, fewest, _) in pairwise(SIZES):
        assert most is not None
        assert fewest == most + 1


@pytest.mark.parametrize(
    ("said", "country"),
    [
        ("DE", "Germany"),
        ("USA", "United States"),
        ("Deutschland", "Germany"),
        ("Bergen, Norway", "Norway"),
        ("Germany and France", None),
        ("Norwegian", None),
        ("ZZ", None),
    ],
)
def test_a_country_has_its_english_name(said: str, country: str | None) -> None:
    assert country_in(said) == country


def test_a_state_is_a_code_only_where_states_go_by_codes() -> None:
    assert state_in("TX", "United States") == "Texas"
    assert state_in("ON", "Canada") == "Ontario"
    assert state_in("DE", "Germany") is None
    assert state_in("CA", None) is None
    assert state_in("Brandenburg", "Germany") == "Brandenburg"
    assert profile_with(**{"headquarters.state_province": "DE"}).hq_state_province is None


def test_a_decade_is_no_year() -> None:
    assert [year_in(x) for x in ("2012-05", "around 2001", "in the 1990s", "long ago")] == [
        2012,
        2001,
        None,
        None,
    ]
