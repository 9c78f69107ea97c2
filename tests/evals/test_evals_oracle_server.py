"""The oracle behind its endpoint: the forms of chats that clients send, and what it counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from evals.data_folder import Web
from evals.judges import asks_oracle, asks_outside_model, for_product
from evals.oracle import Oracle
from evals.oracle_evidence import Knowledge
from evals.oracle_server import Lane, answering

ARRAY = "https://piedra-quieta-array.example/"
HEIGHT = "The observatory is more than 2,500 metres above sea level."
CHILE = "The observatory stands in Chile or Argentina."


def prompt(*conditions: str, url: str = ARRAY) -> str:
    listed = "\n".join(f"({n}) {text}" for n, text in enumerate(conditions, 1))
    return (
        f'<evidence id="0a">\n<page n="1" address="{url}" standing="own" read="2026-11-22">\n'
        '[1.0] Height above sea level: 5,040 m\n</page>\n</evidence id="0a">\n'
        f"Entity: It\nKind: observatory\nAddresses: {url}\nConditions:\n{listed}"
    )


@pytest.fixture(scope="module")
def lanes(observatories: Web) -> Iterator[tuple[Lane, ...]]:
    with answering(Oracle(Knowledge(observatories)), lanes=2) as opened:
        yield opened


@pytest.fixture
def lane(lanes: tuple[Lane, ...]) -> Lane:
    lanes[0].begin()
    return lanes[0]


def post(lane: Lane, *messages: tuple[str, Any], **more: Any) -> dict[str, Any]:
    chat = {"model": "oracle", "messages": [{"role": r, "content": c} for r, c in messages], **more}
    url, body = f"{lane.address}/chat/completions", json.dumps(chat).encode()
    with urlopen(Request(url, body, {"Content-Type": "application/json"})) as answer:
        completion: dict[str, Any] = json.loads(answer.read())
    return completion


def outcomes(content: str) -> list[str]:
    return [verdict["outcome"] for verdict in json.loads(content)["verdicts"]]


def test_a_chat_is_answered_with_json_and_what_it_used(lane: Lane) -> None:
    text = prompt(HEIGHT, CHILE)
    form = {"type": "json_schema", "json_schema": {"name": "Verdicts", "schema": {}}}
    done = post(lane, ("system", "x" * 40), ("user", text), response_format=form)
    choice = done["choices"][0]
    assert choice["finish_reason"] == "stop"
    assert outcomes(choice["message"]["content"]) == ["matched", "unclear"]
    assert done["usage"]["prompt_tokens"] == 10 + len(text) // 4
    assert done["usage"]["completion_tokens"] == len(choice["message"]["content"]) // 4
    assert lane.tally.all_tokens == done["usage"]["total_tokens"]


def test_a_tool_that_is_offered_is_called(lane: Lane) -> None:
    tool = {"type": "function", "function": {"name": "final_result", "parameters": {}}}
    message = post(lane, ("user", prompt(HEIGHT)), tools=[tool])["choices"][0]["message"]
    call = message["tool_calls"][0]["function"]
    assert (call["name"], outcomes(call["arguments"])) == ("final_result", ["matched"])


def test_parts_of_a_message_and_a_client_that_asks_again_are_understood(lane: Lane) -> None:
    parts = [{"type": "text", "text": prompt(HEIGHT)}]
    again = ("user", "That was no JSON. Answer again.")
    done = post(lane, ("user", parts), ("assistant", "hm"), again)
    assert outcomes(done["choices"][0]["message"]["content"]) == ["matched"]


def test_looks_candidates_and_kinds_are_counted(lane: Lane) -> None:
    other = prompt(HEIGHT, url="https://lantern-peak-observatory.example/")
    for text in (prompt(HEIGHT), prompt(HEIGHT), prompt(HEIGHT, CHILE), other, "Objective: x"):
        post(lane, ("user", text))
    counted = lane.tally.document()
    assert (counted["first_looks"], counted["second_looks"]) == (3, 1)
    assert (counted["candidates_sent"], counted["calls"]) == (2, 5)
    assert counted["calls_by_kind"] == {"plan": 1, "verdict": 4}


def test_each_lane_counts_for_itself_and_can_begin_anew(lanes: tuple[Lane, ...]) -> None:
    for each in lanes:
        each.begin()
    post(lanes[0], ("user", prompt(HEIGHT)))
    with urlopen(f"http://127.0.0.1:{lanes[1].port}/stats") as answer:
        assert json.loads(answer.read())["calls"] == 0
    assert lanes[0].tally.all_calls == 1
    assert lanes[0].begin().all_calls == 0


def test_models_are_listed(lane: Lane) -> None:
    with urlopen(f"{lane.address}/models") as answer:
        assert [m["id"] for m in json.loads(answer.read())["data"]] == ["oracle"]


@pytest.mark.parametrize(("messages", "more"), [((), {"messages": 3}), ((), {"stream": True})])
def test_what_is_no_chat_is_refused(lane: Lane, messages: Any, more: dict[str, Any]) -> None:
    with pytest.raises(HTTPError) as refused:
        post(lane, *messages, **more)
    assert refused.value.code == 400
    refused.value.close()


def test_an_oracle_in_a_judges_name_becomes_a_model_at_its_address() -> None:
    at = "compatible:oracle@http://h/v1"
    assert for_product("oracle", "http://h/v1") == at
    assert for_product("only:oracle", "http://h/v1") == f"only:{at}"
    small = "compatible:oracle-small@http://h/v1"
    assert for_product("oracle-small>oracle", "http://h/v1") == f"{small}>{at}"
    assert for_product("openai:oracle", "http://h/v1") == "openai:oracle"
    assert for_product("openai:gpt>oracle", None) == "openai:gpt>oracle"


def test_which_judges_ask_the_oracle_and_which_another_model() -> None:
    judges = ["rules", "oracle", "only:oracle", "compatible:oracle@http://127.0.0.1:1/v1"]
    assert [asks_oracle(j) for j in judges] == [False, True, True, False]
    assert not any(asks_outside_model(j) for j in judges)
    assert asks_outside_model("openai:gpt-x")
