"""Nested fields: their leaves by path, and their values back in the shape asked for."""

from __future__ import annotations

from netnew.domain.enrichment import Enrichment, EnrichmentValue, Format, document_of, leaves


def an_object(name: str, *fields: Enrichment, description: str = "") -> Enrichment:
    return Enrichment(name, description, Format.OBJECT, fields=fields)


FOUNDED = Enrichment("founded", "When it was founded", Format.DATE)
SEAT = an_object(
    "seat",
    Enrichment("country", "The country"),
    an_object("address", Enrichment("post_code", ""), description="Where\nletters go"),
    description="Where it is based",
)
NUMBERS = an_object(
    "numbers",
    Enrichment("staff", "Employees", Format.NUMBER),
    Enrichment("area", "In hectares", Format.NUMBER),
    Enrichment("listed", "Is it listed?", Format.BOOLEAN),
    Enrichment("langs", "Languages", Format.LIST),
)
ASKED = (FOUNDED, SEAT, NUMBERS)


def test_leaves_are_named_by_path_in_the_order_asked() -> None:
    assert [x.name for x in leaves(ASKED)] == [
        "founded",
        "seat.country",
        "seat.address.post_code",
        "numbers.staff",
        "numbers.area",
        "numbers.listed",
        "numbers.langs",
    ]


def test_a_leaf_tells_of_the_objects_it_stands_in_the_innermost_first() -> None:
    told = {x.name: x.description for x in leaves(ASKED)}
    assert told["seat.address.post_code"].splitlines() == [
        "post code",
        "of address: Where letters go",
        "of seat: Where it is based",
    ]


def test_a_field_that_is_not_nested_is_asked_as_it_is() -> None:
    assert leaves((FOUNDED,)) == (FOUNDED,)


def test_values_come_back_nested_and_typed_with_nulls() -> None:
    values = [
        EnrichmentValue("founded", "1974-05"),
        EnrichmentValue("seat.country", "Norway"),
        EnrichmentValue("numbers.staff", "1200"),
        EnrichmentValue("numbers.area", "2.5"),
        EnrichmentValue("numbers.listed", "false"),
        EnrichmentValue("numbers.langs", "Rust; C"),
    ]
    assert document_of(ASKED, values) == {
        "founded": "1974-05",
        "seat": {"country": "Norway", "address": {"post_code": None}},
        "numbers": {"staff": 1200, "area": 2.5, "listed": False, "langs": ["Rust", "C"]},
    }


def test_without_values_the_shape_is_there_with_nulls() -> None:
    assert document_of((SEAT,), ()) == {"seat": {"country": None, "address": {"post_code": None}}}


def test_a_dot_in_a_name_of_old_is_no_nesting() -> None:
    old = (Enrichment("v1.0 notes", "What changed"),)
    assert document_of(old, [EnrichmentValue("v1.0 notes", "much")]) == {"v1.0 notes": "much"}
