"""What the rules read of nested fields and of fields with a format, and what they leave open."""

from __future__ import annotations

import asyncio

import pytest

from netnew.domain.enrichment import Enrichment, EnrichmentValue, Format, leaves
from netnew.domain.evidence import EvidencePage, PageRole, holds_in
from netnew.judges.rules import RulesJudge
from netnew.ports.judging import EnrichRequest
from tests.support.rule_pages import NoonClock, candidate, snapshot

PAGE = """
* Headquarters: Bergen, Norway
* CEO: Jane Doe
* Email: info@foo.org
* Phone: 55 12 34
* Founded: 12 May 1974
* Employees: about 1,200
* License: MIT
* Wheelchair accessible: No
* Stage: 4 - Beta
* Funding: $5 million in 2019
* Languages: Python, Rust and C
* Name: Foo
* Height: 120 m
We offer public tours on Fridays.
There is no restaurant.
"""


def read(asked: Enrichment, page: str = PAGE) -> EnrichmentValue:
    """The value of the one leaf of `asked`, its quotes checked."""
    shown = snapshot(page)
    request = EnrichRequest(
        candidate("Foo"), "company", leaves((asked,)), (EvidencePage(shown, PageRole.OWN),)
    )
    (value,) = asyncio.run(RulesJudge(NoonClock()).enrich(request))
    assert all(holds_in(c, shown) for c in value.citations)
    assert bool(value.citations) is (value.value is not None)
    return value


def nested(path: str, format: Format = Format.TEXT) -> Enrichment:
    """'seat.address.city' as objects in objects."""
    *around, name = path.split(".")
    asked = Enrichment(name, "", format)
    for outer in reversed(around):
        asked = Enrichment(outer, "", Format.OBJECT, (asked,))
    return asked


@pytest.mark.parametrize(
    ("path", "format", "value"),
    [
        ("headquarters.country", Format.TEXT, "Norway"),
        ("headquarters.address.city", Format.TEXT, "Bergen"),
        ("contact.email", Format.EMAIL, "info@foo.org"),
        ("contactDetails.phone", Format.TEXT, "55 12 34"),
        ("company.details.founded", Format.DATE, "12 May 1974"),
        ("location.height", Format.TEXT, "120 m"),
        ("general.name", Format.TEXT, "Foo"),
        ("ceo.name", Format.TEXT, "Jane Doe"),
        ("license.name", Format.TEXT, "MIT"),
        ("funding.amount", Format.NUMBER, "$5 million in 2019"),
        ("funding.year", Format.DATE, "$5 million in 2019"),
    ],
)
def test_a_nested_field_is_read_with_what_it_stands_in(
    path: str, format: Format, value: str
) -> None:
    assert read(nested(path, format)).value == value


@pytest.mark.parametrize(
    ("path", "format"),
    [
        ("ceo.email", Format.EMAIL),
        ("ceo.founded", Format.DATE),
        ("founder.name", Format.TEXT),
        ("founder.country", Format.TEXT),
        ("ceo.country", Format.TEXT),
        ("ceo.height", Format.TEXT),
        ("contact.name", Format.TEXT),
        ("funding.rounds", Format.NUMBER),
        ("headquarters.address.street", Format.TEXT),
        ("license.year", Format.DATE),
    ],
)
def test_a_fact_about_something_else_is_not_taken(path: str, format: Format) -> None:
    assert read(nested(path, format)).value is None


def test_a_label_that_spells_the_field_out_comes_first() -> None:
    page = "* Headquarters: Bergen, Norway\n* Headquarters city: Oslo\n* CEO email: jo@foo.org"
    assert read(nested("headquarters.city"), page).value == "Oslo"
    assert read(nested("ceo.email", Format.EMAIL), page).value == "jo@foo.org"


def test_of_two_places_none_is_taken() -> None:
    assert read(nested("offices.city"), "* Offices: London, Paris and Rome").value is None


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ("Does it offer public tours?", "true"),
        ("Whether it offers public tours", "true"),
        ("Is there a restaurant?", "false"),
        ("Is it open source?", "true"),
        ("Wheelchair accessible", "No"),
        ("Does it have a swimming pool?", None),
    ],
)
def test_a_yes_or_no_is_stated_or_proved_by_a_sentence(told: str, value: str | None) -> None:
    assert read(Enrichment("it", told, Format.BOOLEAN)).value == value


def test_a_fact_that_gives_the_format_is_preferred() -> None:
    page = "* Founded: by two sisters\n* Established: 1974"
    assert read(Enrichment("founded", "", Format.DATE), page).value == "1974"
    assert read(Enrichment("founded", ""), page).value == "by two sisters"


def test_a_fact_that_gives_no_such_value_is_told_where_there_is_no_other() -> None:
    page = "* Founded: by two sisters"
    assert read(Enrichment("founded", "", Format.DATE), page).value == "by two sisters"


def test_none_of_them_is_a_number() -> None:
    assert read(Enrichment("employees", "", Format.NUMBER), "* Employees: 0").value == "0"
