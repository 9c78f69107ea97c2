"""The oracle says what was shown to it, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from evals.data_folder import Web
from evals.oracle import Errors, Oracle
from evals.oracle_evidence import Knowledge
from evals.oracle_prompt import Kind
from evals.oracle_tally import Tally

ARRAY = "https://piedra-quieta-array.example/"
OLD_ENTRY = "https://register.skywatch.test/entry/piedra-quieta-array"
PEAK = "https://lantern-peak-observatory.example/"
VALLEY = "https://valle-hondo-observatory.example/about"

Pages = Sequence[tuple[str, Sequence[str]]]


def evidence(pages: Pages, name: str = "It", address: str = "") -> str:
    lines = ['<evidence id="0a">']
    for n, (url, passages) in enumerate(pages, 1):
        lines.append(f'<page n="{n}" address="{url}" standing="own" read="2026-11-22">')
        lines += [f"[{n}.{i}] {text}" for i, text in enumerate(passages)]
        lines.append("</page>")
    lines.append('</evidence id="0a">')
    address = address or pages[0][0]
    return "\n".join([*lines, f"Entity: {name}", "Kind: observatory", f"Addresses: {address}"])


def numbered(heading: str, texts: Sequence[str]) -> str:
    return "\n".join(["", heading, *(f"({n}) {text}" for n, text in enumerate(texts, 1))])


class Asker:
    """Asks an oracle about conditions of the web's own questions, by question id and name."""

    def __init__(self, web: Web, errors: Errors) -> None:
        self.oracle = Oracle(Knowledge(web), errors)
        self.queries = {query.id: query for query in web.queries}
        self.tally = Tally()

    def description(self, which: str) -> str:
        query, name = which.split("/")
        return next(c.description for c in self.queries[query].conditions if c.name == name)

    def verdict(self, which: str, pages: Pages, model: str = "m") -> dict[str, Any]:
        text = evidence(pages) + numbered("Conditions:", [self.description(which)])
        kind, answer = self.oracle.answer(text, model, self.tally)
        assert kind is Kind.VERDICT
        verdict: dict[str, Any] = answer["verdicts"][0]
        return verdict

    def check(self, which: str, pages: Pages) -> dict[str, Any]:
        text = evidence(pages) + numbered("Claims:", [self.description(which)])
        check: dict[str, Any] = self.oracle.answer(text, "m", self.tally)[1]["checks"][0]
        return check

    def answer(self, text: str) -> dict[str, Any]:
        return self.oracle.answer(text, "m", self.tally)[1]


@pytest.fixture
def ask(observatories: Web) -> Asker:
    return Asker(observatories, Errors())


def test_a_shown_value_that_meets_the_condition_is_a_match(ask: Asker) -> None:
    shown = ["Piedra Quieta Array", "Stands high. Height above sea level: 5,040 m. Quiet."]
    assert ask.verdict("ob-q1/height", [(ARRAY, shown)]) == {
        "condition": 1,
        "outcome": "matched",
        "value": "5,040",
        "quotes": [{"passage": "1.1", "text": "Height above sea level: 5,040 m."}],
        "reasoning": "The passage says so.",
        "confidence": "high",
    }


def test_a_shown_value_that_does_not_meet_it_is_none(ask: Asker) -> None:
    given = ask.verdict("ob-q1/height", [(VALLEY, ["It stands 1,180 metres above sea level."])])
    assert (given["outcome"], given["value"]) == ("unmatched", "1,180")
    assert given["quotes"][0]["text"] == "It stands 1,180 metres above sea level."


def test_what_is_not_shown_is_unclear(ask: Asker) -> None:
    given = ask.verdict("ob-q1/height", [(ARRAY, ["Piedra Quieta Array", "Country: Chile"])])
    assert (given["outcome"], given["value"], given["quotes"]) == ("unclear", None, [])


def test_a_page_that_has_the_field_wrong_says_nothing_of_it(ask: Asker) -> None:
    state = ["State: Operating"]
    assert ask.verdict("ob-q2/operating", [(OLD_ENTRY, state)])["outcome"] == "unclear"
    assert ask.verdict("ob-q2/operating", [(ARRAY, state)])["outcome"] == "matched"


def test_a_page_of_another_entity_says_nothing_of_this_one(ask: Asker) -> None:
    pages = [
        (ARRAY, ["Country: Chile"]),
        (OLD_ENTRY, ["Country: Chile"]),
        (PEAK, ["Height above sea level: 4,170 m", "Height above sea level: 5,040 m"]),
    ]
    assert ask.verdict("ob-q1/height", pages)["outcome"] == "unclear"


def test_of_equally_many_pages_the_address_told_decides(ask: Asker) -> None:
    pages = [(PEAK, ["Country: United States"]), (ARRAY, ["Country: Chile"])]
    text = evidence(pages, address=ARRAY)
    text += numbered("Conditions:", [ask.description("ob-q3/country")])
    assert ask.answer(text)["verdicts"][0]["outcome"] == "matched"


def test_an_absence_needs_the_whole_list(ask: Asker) -> None:
    part, whole = ["Instruments: Radio telescope"], ["Radio telescope; Infrared telescope"]
    assert ask.verdict("ob-q8/no_optical", [(ARRAY, part)])["outcome"] == "unclear"
    assert ask.verdict("ob-q8/no_optical", [(ARRAY, whole)])["outcome"] == "matched"
    assert ask.verdict("ob-q4/solar", [(ARRAY, part)])["outcome"] == "unclear"
    assert ask.verdict("ob-q4/solar", [(ARRAY, whole)])["outcome"] == "unmatched"
    assert ask.verdict("ob-q1/radio", [(ARRAY, part)])["outcome"] == "matched"


def test_prose_is_read_too(ask: Asker) -> None:
    shown = ["It saw first light on 30 January 1998. The observatory offers public tours."]
    assert ask.verdict("ob-q5/tours", [(VALLEY, shown)])["outcome"] == "matched"
    opened = ask.verdict("ob-q7/opened", [(VALLEY, shown)])
    assert opened["quotes"][0]["text"] == "It saw first light on 30 January 1998."


def test_a_page_about_nobody_and_a_strange_condition_are_unclear(ask: Asker) -> None:
    stranger = [("https://nobody.example/", ["Height above sea level: 5,040 m"])]
    assert ask.verdict("ob-q1/height", stranger)["outcome"] == "unclear"
    text = evidence([(ARRAY, ["Country: Chile"])]) + numbered("Conditions:", ["It is blue."])
    assert ask.answer(text)["verdicts"][0]["outcome"] == "unclear"


def test_quotes_leave_out_the_marks_of_a_cut(ask: Asker) -> None:
    given = ask.verdict("ob-q3/country", [(ARRAY, ["… stands in Chile …"])])
    assert given["quotes"] == [{"passage": "1.0", "text": "stands in Chile"}]


# ---------------------------------------------------------------------------------------- errors


def outcomes(web: Web, errors: Errors, asked: int = 60, model: str = "m") -> list[str]:
    ask = Asker(web, errors)
    shown = [(ARRAY, ["Height above sea level: 5,040 m"])]
    return [ask.verdict("ob-q1/height", shown, model)["outcome"] for _ in range(asked)]


def test_errors_are_drawn_from_the_seed_alone(observatories: Web) -> None:
    first = outcomes(observatories, Errors(wrong=0.3, seed=1))
    assert first == outcomes(observatories, Errors(wrong=0.3, seed=1))
    assert first != outcomes(observatories, Errors(wrong=0.3, seed=2))
    assert first != outcomes(observatories, Errors(wrong=0.3, seed=1), model="other")
    assert 5 <= first.count("unmatched") <= 35


def test_a_wrong_verdict_still_quotes_what_was_shown(observatories: Web) -> None:
    ask = Asker(observatories, Errors(wrong=1.0))
    given = ask.verdict("ob-q1/height", [(ARRAY, ["Height above sea level: 5,040 m"])])
    assert given["outcome"] == "unmatched"
    assert given["quotes"] == [{"passage": "1.0", "text": "Height above sea level: 5,040 m"}]


def test_verdicts_may_be_left_unclear_and_unclear_ones_are_never_turned(observatories: Web) -> None:
    assert set(outcomes(observatories, Errors(unclear=1.0), 3)) == {"unclear"}
    ask = Asker(observatories, Errors(wrong=1.0))
    assert ask.verdict("ob-q1/height", [(ARRAY, ["Country: Chile"])])["outcome"] == "unclear"


def test_a_check_is_drawn_apart_from_the_verdict(observatories: Web) -> None:
    ask = Asker(observatories, Errors(wrong=0.5, seed=3))
    shown = [(ARRAY, ["Height above sea level: 5,040 m"])]
    pairs = [(ask.verdict("ob-q1/height", shown)["outcome"] == "matched",
              ask.check("ob-q1/height", shown)["holds"] == "yes") for _ in range(40)]  # fmt: skip
    assert len(set(pairs)) == 4


def test_a_check_says_yes_no_or_not_stated(ask: Asker) -> None:
    assert ask.check("ob-q3/country", [(ARRAY, ["Country: Chile"])]) == {
        "claim": 1,
        "holds": "yes",
        "quotes": [{"passage": "1.0", "text": "Country: Chile"}],
    }
    assert ask.check("ob-q3/country", [(PEAK, ["Country: United States"])])["holds"] == "no"
    assert ask.check("ob-q3/country", [(PEAK, ["Domes: 2"])])["holds"] == "not stated"


# ------------------------------------------------------------------------------- other questions


def test_fields_are_read_by_their_name(ask: Asker) -> None:
    asked = ["instruments [list]: What is there.", "domes [number]: How many.", "colour [text]"]
    pages = [(ARRAY, ["Instruments: Radio telescope; Infrared telescope", "Run by: Foundation"])]
    values = ask.answer(evidence(pages) + numbered("Fields:", asked))["values"]
    assert [v["value"] for v in values] == ["Radio telescope, Infrared telescope", None, None]
    assert values[0]["quotes"][0]["text"] == "Instruments: Radio telescope; Infrared telescope"


def test_a_field_that_is_a_number_or_a_date_is_given_as_one(ask: Asker) -> None:
    asked = ["altitude_m [number]: How high.", "opened on [date]: First light.", "Public tours"]
    shown = ["5,040 m. First light on 21 June 2013. It does not offer public tours."]
    values = ask.answer(evidence([(ARRAY, shown)]) + numbered("Fields:", asked))["values"]
    assert [v["value"] for v in values] == ["5040", "2013-06-21", "no"]


def test_a_plan_has_the_type_and_the_conditions_of_the_question(ask: Asker) -> None:
    query = ask.queries["ob-q8"]
    plan = ask.answer(f"Objective: {query.objective}\nToday: 2026-11-22")
    assert plan["entity_type"] == "observatory"
    assert [c["name"] for c in plan["conditions"]] == ["infrared", "no_optical"]
    assert (plan["queries"], plan["enrichments"]) == ([], [])
    assert ask.answer("Objective: Find all teapots")["conditions"] == []


def test_the_column_that_names_entities_is_found_in_the_table(ask: Asker) -> None:
    rows = "| No | What |\n| 1 | Piedra Quieta Array |\n| 2 | Lantern Peak Observatory |"
    assert ask.answer(f"Kind: observatory\nTable:\n{rows}") == {"name_column": 1}
    assert ask.answer("Kind: observatory\nTable:\n| a |\n| b |") == {"name_column": -1}


def test_pairs_are_told_by_addresses_and_names(ask: Asker) -> None:
    text = "\n".join(
        [
            "Kind: observatory",
            *("Pair (1)", f"A: The Array | {ARRAY}", f"B: Register | {OLD_ENTRY} | An old entry"),
            *("Pair (2)", "A: Piedra Quieta Array", f"B: Lantern Peak Observatory | {PEAK}"),
            *("Pair (3)", "A: Nobody", "B: Piedra Quieta Array"),
        ]
    )
    assert [p["same"] for p in ask.answer(text)["pairs"]] == ["yes", "no", "unsure"]


# ---------------------------------------------------------------- silence, and unknown entities


def make_silent(tiny: Any) -> None:
    """A page that states two fields, and a question whether it names no third."""
    page = "<p>Litres: 3</p><p>Maker: Betty</p>"
    tiny.page("https://pot.example/", about="e1", html=page, facts=("litres", "maker"))
    tiny.entities.append(
        {"id": "e1", "name": "Pot", "attributes": {"litres": 3, "maker": "Betty", "award": None}}
    )
    silence = {"op": "no", "field": "award"}
    tiny.query(
        ["e1"], [{"name": "plain", "description": "No award is named.", "predicate": silence}]
    )


@pytest.mark.parametrize(
    ("shown", "outcome"),
    [(["Litres: 3", "Maker: Betty"], "matched"), (["Litres: 3"], "unclear")],
)
def test_silence_is_seen_where_all_else_was_shown(
    tiny: Any, shown: list[str], outcome: str
) -> None:
    make_silent(tiny)
    text = evidence([("https://pot.example/", shown)])
    text += numbered("Conditions:", ["No award is named."])
    oracle = Oracle(Knowledge(tiny.web()))
    _, answer = oracle.answer(text, "m", Tally())
    assert answer["verdicts"][0]["outcome"] == outcome


def test_without_the_entities_fields_the_questions_answers_serve(
    tiny: Any, a_condition: Any
) -> None:
    for entity in ("e1", "e2"):
        tiny.page(f"https://{entity}.example/", about=entity, facts=("maker",))
    tiny.query(["e1"], [a_condition("betty", "maker", "eq", "Betty", "Betty made it.")])
    oracle = Oracle(Knowledge(tiny.web()))
    given = {}
    for entity, shown in (("e1", "Maker: Betty"), ("e2", "Maker: Bob"), ("e1", "Litres: 3")):
        text = evidence([(f"https://{entity}.example/", [shown])])
        text += numbered("Conditions:", ["Betty made it."])
        given[shown] = oracle.answer(text, "m", Tally())[1]["verdicts"][0]["outcome"]
    assert given == {"Maker: Betty": "matched", "Maker: Bob": "unmatched", "Litres: 3": "unclear"}


def test_a_derived_value_that_no_page_writes_needs_all_that_is_written(
    tiny: Any, a_condition: Any
) -> None:
    make_silent(tiny)
    tiny.entities[0]["attributes"]["gallons"] = 0.66
    tiny.query(["e1"], [a_condition("small", "gallons", "lt", 1, "Less than a gallon.")])
    oracle = Oracle(Knowledge(tiny.web()))
    given = []
    for shown in (["Litres: 3", "Maker: Betty"], ["Litres: 3"]):
        text = evidence([("https://pot.example/", shown)])
        text += numbered("Conditions:", ["Less than a gallon."])
        given.append(oracle.answer(text, "m", Tally())[1]["verdicts"][0]["outcome"])
    assert given == ["matched", "unclear"]
