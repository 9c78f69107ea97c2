"""What may be asked about each match, and its form as JSON Schema, both ways."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netnew.domain.condition import MatchCondition
from netnew.domain.enrichment import Enrichment, Format, document_of, leaves
from netnew.domain.errors import InvalidInput
from netnew.engine.planning.field_schema import check_enrichments, schema_of
from netnew.engine.planning.json_schema import enrichments_of_schema


def an_object(name: str, *fields: Enrichment) -> Enrichment:
    return Enrichment(name, f"the {name}", Format.OBJECT, fields=fields)


LEAF = Enrichment("city", "The city")
NESTED = an_object("seat", an_object("address", LEAF), Enrichment("since", "", Format.DATE))


def schema(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


# ---------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("enrichments", "said"),
    [
        ((Enrichment(" ", "x"),), "one has no name"),
        ((an_object("seat", Enrichment("", "x")),), "one in 'seat' has no name"),
        ((Enrichment("a.b", "x"),), "'a.b' has a dot"),
        ((Enrichment("size", "x"),), "'size' is already a condition"),
        ((LEAF, LEAF), "'city' is already"),
        ((an_object("seat", LEAF, LEAF),), "'seat.city' is already"),
        ((an_object("seat"),), "'seat' is an object without fields"),
        ((Enrichment("a", "x", Format.LIST, fields=(LEAF,)),), "'a' has fields"),
        ((Enrichment("a", "x", Format.OPTIONS),), "'a' has no options"),
        ((Enrichment("a", "x", options=("b",)),), "'a' has options"),
        ((Enrichment("a", "x", Format.OPTIONS, options=("b", "B ")),), "'a' has an option twice"),
        ((an_object("a", an_object("b", an_object("c", LEAF))),), "'a.b.c' is nested too deep"),
        (tuple(Enrichment(f"f{i}", "x") for i in range(51)), "there are 51 fields"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_path(
    enrichments: tuple[Enrichment, ...], said: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_enrichments((MatchCondition("size", "It is big."),), enrichments)
    assert caught.value.field == "enrichments"
    assert said in caught.value.problem
    assert caught.value.allowed


def test_three_levels_and_fifty_fields_may_be_asked() -> None:
    many = tuple(Enrichment(f"f{i}", "x") for i in range(48))
    asked = (NESTED, *many)
    check_enrichments((MatchCondition("city", "It lies in a city."),), asked)
    assert len(leaves(asked)) == 50


def test_a_name_may_come_again_inside_another_object() -> None:
    check_enrichments((), (LEAF, an_object("seat", LEAF), an_object("shop", LEAF)))


# ------------------------------------------------------------------------------------ JSON Schema


def test_a_schema_is_read_with_its_types_formats_and_nulls() -> None:
    asked = enrichments_of_schema(
        schema(
            name={"type": "string", "description": "Full name"},
            staff={"type": ["integer", "null"], "minimum": 0},
            rate={"anyOf": [{"type": "number"}, {"type": "null"}], "title": "The rate"},
            day={"type": "string", "format": "date"},
            at={"type": "string", "format": "date-time"},
            site={"type": "string", "format": "uri"},
            mail={"type": "string", "format": "email"},
            odd={"type": "string", "format": "uuid", "pattern": ".*"},
            free={"type": "boolean"},
            tags={"type": "array", "items": {"type": "string"}},
            stage={"enum": ["seed", "growth", None]},
            seat=schema(address=schema(city={"type": "string"})),
        )
        | {"required": ["name"], "additionalProperties": False, "$schema": "https://…"}
    )
    assert {x.name: x.format.value for x in leaves(asked)} == {
        "name": "text",
        "staff": "number",
        "rate": "number",
        "day": "date",
        "at": "date",
        "site": "url",
        "mail": "email",
        "odd": "text",
        "free": "boolean",
        "tags": "list",
        "stage": "options",
        "seat.address.city": "text",
    }
    told = {x.name: x for x in asked}
    assert told["name"].description == "Full name"
    assert told["rate"].description == "The rate"
    assert told["stage"].options == ("seed", "growth")


def test_references_within_the_schema_are_followed_and_keep_what_stands_beside_them() -> None:
    place = schema(city={"type": "string"}) | {"description": "A place"}
    asked = enrichments_of_schema(
        {
            "$ref": "#/$defs/top",
            "$defs": {
                "top": schema(
                    seat={"$ref": "#/$defs/place", "description": "The seat"},
                    shop={"anyOf": [{"$ref": "#/$defs/place"}, {"type": "null"}]},
                    both={"allOf": [{"$ref": "#/$defs/a~1b"}]},
                ),
                "place": place,
                "a/b": {"type": "boolean"},
            },
        }
    )
    assert [x.name for x in leaves(asked)] == ["seat.city", "shop.city", "both"]
    assert [x.description for x in asked] == ["The seat", "A place", ""]


@pytest.mark.parametrize(
    ("given_schema", "path", "said"),
    [
        ({"type": "string"}, "schema", "no object"),
        ({}, "schema", "no object"),
        (schema(), "schema", "has no properties"),
        (schema(seat=schema()), "schema.seat", "has no properties"),
        (schema(seat={"type": "object"}), "schema.seat", "has no properties"),
        (
            schema(a=schema(b=schema(c=schema(d={"type": "string"})))),
            "schema.a.b.c",
            "nested too deep",
        ),
        (schema(**{f"f{i}": {"type": "string"} for i in range(51)}), "schema", "more than 50"),
        (schema(**{"a.b": {"type": "string"}}), "schema.a.b", "a dot"),
        (schema(**{" ": {"type": "string"}}), "schema", "without a name"),
        (schema(a={}), "schema.a", "has no type"),
        (schema(a=True), "schema.a", "is no schema"),
        (schema(a={"type": "null"}), "schema.a", "of the type null"),
        (schema(a={"type": ["string", "number"]}), "schema.a", "several types"),
        (schema(a={"anyOf": [{"type": "string"}, {"type": "number"}]}), "schema.a", "several"),
        (schema(a={"anyOf": []}), "schema.a", "several types"),
        (schema(a={"type": "array"}), "schema.a", "a list of no stated type"),
        (
            schema(a={"type": "array", "items": schema(b={"type": "string"})}),
            "schema.a",
            "a list of object",
        ),
        (schema(a={"type": "integer", "enum": [1, 2]}), "schema.a", "something else than texts"),
        (schema(a={"enum": []}), "schema.a", "something else than texts"),
        (schema(a={"$ref": "https://x.org/s"}), "schema.a", "refers to 'https://x.org/s'"),
        (schema(a={"$ref": "#/$defs/gone"}), "schema.a", "which is not there"),
        (schema(a={"$ref": "#/properties/a"}), "schema.a", "leads to itself"),
        (schema(a={"$ref": "#"}), "schema.a.a.a", "nested too deep"),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_path(
    given_schema: dict[str, Any], path: str, said: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        enrichments_of_schema(given_schema)
    assert caught.value.field == path
    assert said in caught.value.problem
    assert caught.value.allowed


def test_a_schema_that_would_unfold_without_end_is_refused_soon() -> None:
    wide = {f"p{i}": {"$ref": "#/$defs/a"} for i in range(1000)}
    with pytest.raises(InvalidInput, match="more than 50"):
        enrichments_of_schema(
            schema(**wide)
            | {"$defs": {"a": schema(**{f"q{i}": {"type": "string"} for i in range(60)})}}
        )


def test_a_schema_is_called_by_the_callers_word_for_it() -> None:
    with pytest.raises(InvalidInput, match=r"^--schema\.a: "):
        enrichments_of_schema(schema(a={}), "--schema")


NAMES = st.text("abcdefgh_ é", min_size=1, max_size=6).filter(lambda x: x.strip() == x)
TEXTS = st.text("abc déf", max_size=8).map(str.strip)
SIMPLE = [x for x in Format if x not in (Format.OBJECT, Format.OPTIONS)]


def level(below: st.SearchStrategy[Enrichment] | None) -> st.SearchStrategy[Enrichment]:
    leaf = st.builds(Enrichment, NAMES, TEXTS, st.sampled_from(SIMPLE))
    options = st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True).map(tuple)
    choice = st.builds(
        lambda n, d, o: Enrichment(n, d, Format.OPTIONS, options=o), NAMES, TEXTS, options
    )
    if below is None:
        return leaf | choice
    return (
        leaf
        | choice
        | st.builds(
            lambda n, d, f: Enrichment(n, d, Format.OBJECT, fields=f), NAMES, TEXTS, some(below)
        )
    )


def some(of: st.SearchStrategy[Enrichment]) -> st.SearchStrategy[tuple[Enrichment, ...]]:
    return st.lists(of, min_size=1, max_size=3, unique_by=lambda x: x.name).map(tuple)


@settings(deadline=None)  # a busy machine is no failure
@given(some(level(level(level(None)))))
def test_what_may_be_asked_comes_back_the_same_from_its_schema(
    asked: tuple[Enrichment, ...],
) -> None:
    check_enrichments((), asked)
    assert enrichments_of_schema(schema_of(asked)) == asked
    assert list(document_of(asked, ())) == [x.name for x in asked]
