"""Fields read by a model: null over a guess, and no value that its quotes do not bear out."""

from __future__ import annotations

import pytest

from netnew.domain.enrichment import Enrichment, Format, leaves
from netnew.domain.errors import NoAnswer
from netnew.domain.evidence import Confidence
from netnew.judges.model.grounding import is_grounded
from netnew.judges.model.judge import ModelJudge
from netnew.testing import ScriptedModel
from tests.support.model_requests import filled

CITY = Enrichment("city", "Where it is")
STAFF = Enrichment("staff", "How many people", Format.NUMBER)


def value(number: int, said: str | None, *quotes: str, **more: object) -> dict[str, object]:
    return {"field": number, "value": said, "quotes": [{"text": q} for q in quotes], **more}


def judge(*values: dict[str, object]) -> ModelJudge:
    return ModelJudge(ScriptedModel(lambda _: {"values": list(values)}))


def test_all_fields_are_asked_in_one_call_and_come_back_in_order() -> None:
    model = judge(
        value(2, "12", "Team size: 12", confidence="high"), value(1, "Berlin", "Berlin, Germany")
    )
    found = filled(model, CITY, STAFF)
    assert [(v.name, v.value) for v in found.values()] == [("city", "Berlin"), ("staff", "12")]
    assert found["staff"].confidence is Confidence.HIGH
    assert found["city"].citations[0].excerpt == "Berlin, Germany"


@pytest.mark.parametrize(
    "given",
    [
        value(1, None),
        value(1, "  ", "Berlin"),
        value(9, "Berlin", "Berlin"),
        value(1, "Berlin"),
        value(1, "Paris", "Paris, France"),
        value(1, "Paris", "Berlin, Germany"),
    ],
)
def test_what_is_not_proved_is_null(given: dict[str, object]) -> None:
    found = filled(judge(given), CITY)["city"]
    assert (found.value, found.citations) == (None, ())
    assert found.reasoning


def test_no_answer_leaves_all_fields_null() -> None:
    def refuses(_: object) -> object:
        raise NoAnswer("m", "it refused")

    found = filled(ModelJudge(ScriptedModel(refuses)), CITY, STAFF)
    assert [(v.value, v.reasoning) for v in found.values()] == [
        (None, "not decided: it refused"),
        (None, "not decided: it refused"),
    ]


def test_nothing_is_asked_without_pages() -> None:
    assert filled(judge(value(1, "x", "x")), CITY, pages=())["city"].value is None


def test_nested_fields_are_asked_by_their_path_with_what_they_stand_in() -> None:
    model = ScriptedModel(lambda _: {"values": []})
    office = Enrichment("office", "The head office", Format.OBJECT, (CITY,))
    kind = Enrichment("kind", "What it is", Format.OPTIONS, options=("firm", "club"))
    filled(ModelJudge(model), *leaves((office, kind)))
    assert model.asked[0].text.splitlines()[-3:] == [
        "Fields:",
        "(1) office.city [text]: Where it is of office: The head office",
        "(2) kind [one of firm | club]: What it is",
    ]


@pytest.mark.parametrize(
    ("format", "said", "quoted", "is_so"),
    [
        (Format.TEXT, "Berlin", "offices in Berlin and Bonn", True),
        (Format.TEXT, "head office in Berlin", "Head office: Berlin", True),
        (Format.TEXT, "Munich", "Berlin", False),
        (Format.TEXT, "東京", "本社は東京都", True),
        (Format.LIST, "red; blue", "in red, blue and green", True),
        (Format.LIST, "oak; pine; ash", "in red, blue and ash", False),
        (Format.NUMBER, "12500", "12,500 people", True),
        (Format.NUMBER, "1200000", "1.2 million", True),
        (Format.NUMBER, "12", "twelve people", True),
        (Format.NUMBER, "13", "12 people", False),
        (Format.DATE, "2019-05-14", "14 May 2019", True),
        (Format.DATE, "2018", "May 2019", False),
        (Format.DATE, "2019-05-14", "14/5/19", True),
        (Format.EMAIL, "A@b.example", "write to a@b.example", True),
        (Format.EMAIL, "c@b.example", "write to a@b.example", False),
        (Format.URL, "https://www.b.example/", "see b.example for more", True),
        (Format.URL, "https://evil.example/", "see b.example for more", False),
        (Format.BOOLEAN, "true", "open daily", True),
        (Format.OPTIONS, "club", "an association", True),
    ],
)
def test_a_value_must_stand_in_its_quotes(
    format: Format, said: str, quoted: str, is_so: bool
) -> None:
    assert is_grounded(format, said, quoted) is is_so
