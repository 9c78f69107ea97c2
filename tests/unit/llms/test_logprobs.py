"""One word asked for, and how likely it is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from math import log
from typing import Any

import pytest

from netnew.domain.budget import Spend
from netnew.domain.errors import ModelMisconfigured, ModelUnavailable, NoAnswer
from netnew.domain.model_calls import answered
from netnew.llms import ModelOptions, RemoteModel, parse_model
from tests.support.model_server import HUNG_UP, Reply, fails, model_server, says
from tests.support.remote_models import Told

TURNS = ("Page: a\nCondition: b", "yes", "Page: c\nCondition: d")


def likely(**words: float) -> Reply:
    """An answer of one token that might have been any of these."""
    told = says("yes", finish="length", tokens=(50, 1))
    body: dict[str, Any] = dict(told.body) if isinstance(told.body, Mapping) else {}
    tops = [{"token": w, "logprob": log(p), "bytes": None} for w, p in words.items()]
    logprobs = {"content": [{**tops[0], "top_logprobs": tops}]}
    body["choices"] = [{**body["choices"][0], "logprobs": logprobs}]
    return Reply(200, body)


def ask(script: Iterable[Reply], **options: Any) -> Told:
    async def told() -> Told:
        told = Told()

        async def pause(seconds: float) -> None:
            told.waits.append(seconds)

        async with model_server(script) as server:
            name = parse_model(f"compatible:small@{server.base_url}")
            given = ModelOptions(pause=pause, chance=lambda: 0.0, **options)
            async with RemoteModel(name, given) as model:
                charge = told.charged.append
                try:
                    asked = model.likelihood("Decide.", TURNS, ("yes", "no"), charge)
                    told.results.append(await asked)
                except Exception as error:
                    told.results.append(error)
            told.asked = server.asked
        return told

    return asyncio.run(told())


def test_the_share_of_yes_however_it_is_written() -> None:
    told = ask([likely(Yes=0.5, yes=0.1, no=0.15, maybe=0.2)])
    assert told.result == pytest.approx(0.8)
    assert told.charged == [Spend(tokens=51, model_calls=1, outcomes=answered("compatible:small"))]


def test_one_token_is_asked_for_with_what_it_might_have_been() -> None:
    (asked,) = ask([likely(yes=0.9)]).asked
    assert (asked.body["max_tokens"], asked.body["temperature"]) == (1, 0.0)
    assert (asked.body["logprobs"], asked.body["top_logprobs"]) == (True, 20)
    said = [(x["role"], x["content"]) for x in asked.body["messages"]]
    assert said == [
        ("system", "Decide."),
        ("user", TURNS[0]),
        ("assistant", "yes"),
        ("user", TURNS[2]),
    ]


def test_neither_word_is_no_answer() -> None:
    error = ask([likely(The=0.8, yes=0.1)]).result
    assert isinstance(error, NoAnswer)
    assert "neither 'yes' nor 'no'" in error.problem


def test_a_server_that_tells_no_probabilities_is_set_up_wrongly() -> None:
    error = ask([says("yes")]).result
    assert isinstance(error, ModelMisconfigured)
    assert "logprobs" in error.problem


def test_what_may_pass_is_tried_again_and_every_request_is_charged() -> None:
    told = ask([HUNG_UP, fails(503), likely(no=0.9)])
    assert told.result == 0.0
    assert (len(told.charged), len(told.waits)) == (3, 2)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (fails(503), ModelUnavailable),
        (fails(401), ModelMisconfigured),
        (fails(400, "logprobs are not supported"), ModelMisconfigured),
        (fails(400, "request exceeds the available context size"), NoAnswer),
    ],
)
def test_errors_are_told_by_what_follows_of_them(reply: Reply, error: type[Exception]) -> None:
    assert isinstance(ask([reply], tries=2).result, error)
