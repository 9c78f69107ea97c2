from __future__ import annotations

import pytest

from netnew.domain.errors import ModelMisconfigured, NoAnswer
from netnew.domain.price import Price
from tests.support.model_server import Asked, Reply, fails, says
from tests.support.remote_models import PROMPT, RIGHT, Decisions, ask

FOUND = Decisions.model_validate(RIGHT)


def test_the_schema_is_the_servers_to_keep() -> None:
    told = ask([says(RIGHT)])
    assert told.result == FOUND
    (asked,) = told.asked
    assert asked.format == "json_schema"
    assert set(asked.schema["properties"]) == {"verdicts"}
    assert asked.body["max_tokens"] == PROMPT.max_tokens
    assert asked.body["temperature"] == 0
    assert [x["role"] for x in asked.body["messages"]] == ["system", "user"]
    assert asked.body["messages"][1]["content"] == "Entity: Acme"


@pytest.mark.parametrize("status", [400, 422, 501])
def test_a_server_that_knows_no_schema_is_asked_otherwise_from_then_on(status: int) -> None:
    def answer(asked: Asked) -> Reply:
        return fails(status) if asked.format == "json_schema" else says(RIGHT)

    told = ask(answer, times=3)
    assert told.results == [FOUND] * 3
    refused = told.formats.count("json_schema")
    # An error of its own may have been chance; a refusal is none.
    assert refused == (2 if status == 501 else 1)
    assert told.formats.count("json_object") == 3
    assert '"verdicts"' in told.asked[-1].body["messages"][0]["content"]
    assert len(told.charged) == len(told.asked)
    assert told.waits == []


def test_at_the_foot_of_the_ladder_json_is_looked_for_in_text() -> None:
    def answer(asked: Asked) -> Reply:
        return says(f"Gladly!\n{RIGHT}\nAll good?") if asked.format == "text" else fails(400)

    told = ask(answer, times=2)
    assert told.results == [FOUND] * 2
    assert told.formats == ["json_schema", "json_object", "text", "text"]


def test_an_error_of_the_server_is_no_matter_of_the_schema_once_it_has_worked() -> None:
    told = ask([says(RIGHT), fails(500), says(RIGHT)], times=2)
    assert told.results == [FOUND] * 2
    assert told.formats == ["json_schema"] * 3
    assert told.waits == [0.5]


def test_a_server_that_minds_no_schema_is_shown_it() -> None:
    def answer(asked: Asked) -> Reply:
        return says("It does match.") if asked.format == "json_schema" else says(RIGHT)

    told = ask(answer, times=3)
    assert told.results == [FOUND] * 3
    assert told.formats == [*["json_schema", "json_object"] * 2, "json_object"]


def test_an_answer_of_no_use_is_asked_for_again_with_what_is_wrong() -> None:
    wrong = {"verdicts": [{"condition": "first", "outcome": "matched"}]}
    told = ask([says(RIGHT), says(wrong), says(RIGHT)], times=2)
    assert told.results == [FOUND] * 2
    again = told.asked[-1].body["messages"]
    assert [x["role"] for x in again] == ["system", "user", "assistant", "user"]
    assert '"first"' in again[2]["content"]
    assert "verdicts.0.condition" in again[3]["content"]


@pytest.mark.parametrize(
    "content",
    [
        "It is headquartered in Berlin, so it matches.",
        Decisions.model_json_schema(),
        "I'm sorry, but I can't help with that.",
        "",
        '{"verdicts": [{"condition": 1, "outcome": "mat',
        '{"verdicts": {"verdicts": 7}}',
    ],
    ids=["prose", "schema echoed", "excuse", "nothing", "broken off", "wrong shape"],
)
def test_what_stays_of_no_use_is_no_answer(content: object) -> None:
    told = ask([says(content)])
    assert isinstance(told.result, NoAnswer)
    assert "also when asked again" in told.result.problem
    assert len(told.asked) == len(told.charged) == 2


def test_a_cut_answer_is_asked_for_at_twice_the_length() -> None:
    part = '{"verdicts": [{"condition": 1, "outcome": "matched"}'
    told = ask([says(part, "length"), says(RIGHT)])
    assert told.result == FOUND
    assert [x.body["max_tokens"] for x in told.asked] == [2_000, 4_000]
    told = ask([says(part, "length")])
    assert isinstance(told.result, NoAnswer)
    assert "cut off" in told.result.problem


@pytest.mark.parametrize(
    "refusal",
    [
        says("", refusal="I cannot judge people."),
        says("", "content_filter"),
        fails(400, "The prompt was flagged", code="content_filter"),
    ],
    ids=["refusal", "filtered answer", "filtered prompt"],
)
def test_a_refusal_is_no_answer_at_once(refusal: Reply) -> None:
    told = ask([refusal])
    assert isinstance(told.result, NoAnswer)
    assert len(told.asked) == len(told.charged) == 1


@pytest.mark.parametrize(
    "overflow",
    [
        fails(400, "This model's maximum context length is 4096 tokens", "context_length_exceeded"),
        fails(400, "the request exceeds the available context size, try increasing it"),
        fails(500, "the request exceeds the available context size"),
        fails(413, "Payload Too Large"),
        Reply(400, {"error": {"code": 400, "type": "exceed_context_size_error", "n_ctx": 4096}}),
    ],
    ids=["openai", "llama.cpp", "old llama.cpp", "proxy", "by type"],
)
def test_a_prompt_that_is_too_long_is_no_answer(overflow: Reply) -> None:
    told = ask([overflow])
    assert isinstance(told.result, NoAnswer)
    assert "too long" in told.result.problem
    assert len(told.asked) == 1


def test_thoughts_are_read_where_they_hold_the_answer() -> None:
    in_thoughts = says("", reasoning_content='Berlin… so: {"verdicts": [{"condition": 1, ')
    assert isinstance(ask([in_thoughts]).result, NoAnswer)
    whole = says("", reasoning_content='{"verdicts": [{"condition": 1, "outcome": "matched"}]}')
    assert ask([whole]).result == FOUND


def test_settings_that_a_server_does_not_know_are_left_out() -> None:
    def answer(asked: Asked) -> Reply:
        if "max_tokens" in asked.body:
            return fails(400, "'max_tokens' is not supported, use 'max_completion_tokens'")
        if "temperature" in asked.body:
            return fails(400, "Unsupported value: 'temperature' does not support 0")
        return says(RIGHT)

    told = ask(answer, times=2)
    assert told.results == [FOUND] * 2
    assert told.formats == ["json_schema"] * 4
    assert told.asked[-1].body["max_completion_tokens"] == 2_000


def test_a_server_that_takes_no_request_is_set_up_wrongly() -> None:
    told = ask([fails(400, "tool_choice is required")])
    assert isinstance(told.result, ModelMisconfigured)
    assert "tool_choice is required" in told.result.problem
    assert told.formats == ["json_schema", "json_object", "text"]


def test_one_prompt_that_is_rejected_says_nothing_of_the_others() -> None:
    rejected = [fails(400, "bad characters")] * 3
    told = ask([says(RIGHT), *rejected, says(RIGHT)], times=3)
    assert told.results[::2] == [FOUND] * 2
    assert isinstance(told.results[1], NoAnswer)
    assert told.formats[-1] == "json_schema"


def test_each_request_is_charged_with_its_tokens_and_what_they_cost() -> None:
    script = [fails(503), says("prose", tokens=(100, 10)), says(RIGHT, tokens=(200, 20))]
    told = ask(script, price=Price(10.0, 100.0))
    assert [(x.model_calls, x.tokens) for x in told.charged] == [(1, 0), (1, 110), (1, 220)]
    assert [x.cost for x in told.charged] == pytest.approx([0.0, 0.002, 0.004])
    assert [x.cost for x in ask([says(RIGHT)]).charged] == [0.0]
