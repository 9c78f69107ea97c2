"""How values look in text: what is found, and what is not."""

from __future__ import annotations

from typing import Any

import pytest

from evals.oracle_prompt import Passage
from evals.oracle_values import Looks

SCHEMA = {
    "fields": [
        {
            "name": "litres",
            "type": "int",
            "labels": ["Volume", "Holds"],
            "phrases": ["{name} holds {v} litres."],
            "one": ["It holds a litre."],
        },
        {
            "name": "glazed",
            "type": "bool",
            "labels": ["Glaze"],
            "phrases": {"true": ["It is glazed."], "false": ["{name} is left raw."]},
            "show": {"true": ["Yes"], "false": ["None"]},
        },
        {
            "name": "colours",
            "type": "list",
            "labels": ["Colours"],
            "phrases": ["We make it in {v}."],
            "show": {"Blue": ["Blue", "Cobalt"]},
        },
        {
            "name": "state",
            "type": "enum",
            "labels": ["State"],
            "phrases": {"Sold out": ["You cannot buy it any more."]},
        },
    ]
}


def found(field: str, value: object, *texts: str, schema: dict[str, Any] | None = SCHEMA) -> str:
    """The words found, '' for none."""
    passages = [Passage(f"1.{n}", n, text) for n, text in enumerate(texts)]
    place = Looks([schema] if schema else []).of(field, value).find(passages)
    return place.passage.text[place.start : place.end] if place else ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4820, "It stands 4,820 m high"),
        (4820, "It stands 4820 m high"),
        (1234567, "1 234 567 readers"),
        (3, "It has three domes."),
        (2.5, "2.5 litres"),
        ("2013-06-21", "first light on 21 June 2013."),
        ("2013-06-21", "June 21, 2013"),
        ("2013-06-21", "on 2013-06-21"),
        ("2013-06-21", "Jun 21st 2013"),
        ("2013-06", "since June 2013"),
        ("Sold out", "now  sold\u00a0out"),
        ("Children's books", "Children’s books"),
        ("C++", "written in C++."),
    ],
)
def test_a_value_is_found_in_the_forms_pages_use(value: object, text: str) -> None:
    assert found("anything", value, text, schema=None)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12, "It has 112 rooms and 12,000 books, 4.12 a day"),
        (5, "Version v5 and 50"),
        ("Go", "a Google product"),
        ("2013-06-21", "21 June 2014, 12 June 2013"),
        ("Nonprofit", "Nonprofits"),
    ],
)
def test_a_value_within_something_else_is_not_found(value: object, text: str) -> None:
    assert not found("anything", value, text, schema=None)


def test_a_number_counts_beside_its_label_or_in_its_sentence_only() -> None:
    assert found("litres", 3, "3 years of warranty") == ""
    assert found("litres", 3, "3 years of warranty", "Volume: 3") == "Volume: 3"
    assert found("litres", 3, "The Pot holds 3 litres.") == "The Pot holds 3 litres."
    assert found("litres", 1, "It holds a litre.") == "It holds a litre."


def test_a_label_may_stand_in_the_passage_before() -> None:
    assert found("litres", 3, "Volume:", "3 l") == "3"


def test_yes_and_no_are_sentences_or_words_beside_a_label() -> None:
    assert found("glazed", True, "Yes, really") == ""
    assert found("glazed", True, "Glaze: Yes") == "Glaze: Yes"
    assert found("glazed", False, "The Pot is left raw.") == "The Pot is left raw."
    assert found("glazed", False, "It is glazed.") == ""


def test_an_item_of_a_list_is_found_among_others_in_any_of_its_forms() -> None:
    assert "Cobalt" in found("colours", "Blue", "We make it in Red, Green and Cobalt.")
    assert found("colours", "Pink", "We make it in Red, Green and Cobalt.") == ""


def test_a_sentence_may_say_a_value_in_other_words() -> None:
    assert found("state", "Sold out", "Sorry. You cannot buy it any more.")


def test_without_a_schema_the_words_of_the_fields_name_are_its_label() -> None:
    assert found("public_tours", True, "Public tours: Yes", schema=None)
    assert found("public_tours", True, "offers public guided tours", schema=None)
    assert found("public_tours", True, "Yes, the public is fine", schema=None) == ""
