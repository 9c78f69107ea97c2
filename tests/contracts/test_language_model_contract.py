"""What every language model keeps to, whoever serves it: asked by the vendor's own client, over
HTTP, of a server on loopback that writes as the vendor does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from netnew.domain.budget import Spend
from netnew.domain.errors import ModelMisconfigured, ModelUnavailable, NoAnswer
from netnew.domain.price import Price
from netnew.llms import ModelOptions, open_model
from netnew.ports.models import LanguageModel, Prompt
from netnew.testing import ScriptedModel
from tests.support.model_server import HUNG_UP, SILENT, Reply, model_server
from tests.support.remote_models import PROMPT, RIGHT, Decisions, Told
from tests.support.vendor_shapes import SHAPES, TOKENS, Shape

FOUND = Decisions.model_validate(RIGHT)
each_shape = pytest.mark.parametrize("shape", SHAPES, ids=lambda x: x.model.partition(":")[0])


def ask(shape: Shape, script: Iterable[Reply], **given: Any) -> Told:
    told = Told()

    async def pause(seconds: float) -> None:
        told.waits.append(seconds)

    async def run() -> None:
        async with model_server(script) as server:
            values = {k: v.format(origin=server.origin) for k, v in shape.variables.items()}
            options = ModelOptions(
                tries=3, look_up=values.get, pause=pause, chance=lambda: 0.0, **given
            )
            name = shape.model.format(origin=server.origin)
            async with open_model(name, options) as model:
                assert model.name == name
                try:
                    told.results.append(await model.ask(PROMPT, told.charged.append))
                except Exception as error:
                    told.results.append(error)
                told.asked = server.asked

    asyncio.run(run())
    return told


@each_shape
def test_an_answer_is_typed_and_charged_by_its_price(shape: Shape) -> None:
    told = ask(shape, [shape.says(RIGHT)])
    assert told.result == FOUND
    (spend,) = told.charged
    assert (spend.model_calls, spend.tokens) == (1, sum(TOKENS))
    free = shape.model.startswith(("ollama", "compatible"))
    assert (spend.cost == 0) == free
    told = ask(shape, [shape.says(RIGHT)], price=Price(1_000.0, 10_000.0))
    assert [x.cost for x in told.charged] == pytest.approx([0.2])


@each_shape
def test_what_is_asked_reaches_the_server(shape: Shape) -> None:
    (asked,) = ask(shape, [shape.says(RIGHT)]).asked
    said = str(asked.body)
    assert PROMPT.instructions in said
    assert PROMPT.text in said
    assert set(shape.schema(asked)["properties"]) == {"verdicts"}
    assert shape.most(asked) >= PROMPT.max_tokens
    hidden = "sk-hidden" in str(asked.headers)
    assert hidden == ("sk-hidden" in str(shape.variables))


@each_shape
def test_nothing_of_this_machine_or_another_account_is_told(
    shape: Shape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-ours")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-ours")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another")
    (asked,) = ask(shape, [shape.says(RIGHT)]).asked
    assert not [x for x in asked.headers if x.startswith("x-stainless")]
    assert "sk-of-another" not in str(asked.headers)
    assert ("org-ours" in str(asked.headers)) == shape.model.startswith("openai")


@each_shape
def test_what_may_pass_is_tried_again_by_us_alone(shape: Shape) -> None:
    told = ask(shape, [shape.fails(503, "busy"), HUNG_UP, shape.says(RIGHT)])
    assert told.result == FOUND
    assert len(told.asked) == len(told.charged) == 3
    assert told.waits == [0.5, 1.0]
    told = ask(shape, [shape.fails(503, "busy")])
    assert isinstance(told.result, ModelUnavailable)
    assert len(told.asked) == len(told.charged) == 3


@each_shape
def test_a_server_that_says_nothing_is_unavailable(shape: Shape) -> None:
    told = ask(shape, [SILENT], timeout_s=0.3)
    assert isinstance(told.result, ModelUnavailable)
    assert "no answer in time" in told.result.problem
    assert len(told.charged) == 3


@each_shape
def test_a_wrong_key_is_told_at_once_and_not_shown(shape: Shape) -> None:
    told = ask(shape, [shape.fails(401, "the key sk-hidden is wrong")])
    assert isinstance(told.result, ModelMisconfigured)
    assert "sk-hidden" not in str(told.result)
    assert len(told.asked) == len(told.charged) == 1


@each_shape
def test_no_such_model_is_told_at_once(shape: Shape) -> None:
    told = ask(shape, [shape.fails(404, "no such model")])
    assert isinstance(told.result, ModelMisconfigured)
    assert len(told.asked) == 1


@each_shape
def test_a_refusal_is_no_answer(shape: Shape) -> None:
    told = ask(shape, [shape.refuses()])
    assert isinstance(told.result, NoAnswer)
    assert len(told.asked) == len(told.charged) == 1


@each_shape
def test_a_prompt_that_is_too_long_is_no_answer(shape: Shape) -> None:
    told = ask(shape, [shape.fails(400, shape.too_long)])
    assert isinstance(told.result, NoAnswer)
    assert "too long" in told.result.problem
    assert len(told.asked) == 1


@each_shape
def test_prose_is_asked_for_again_and_is_no_answer(shape: Shape) -> None:
    told = ask(shape, [shape.says("I think it matches."), shape.says(RIGHT)])
    assert told.result == FOUND
    told = ask(shape, [shape.says("I think it matches.")])
    assert isinstance(told.result, NoAnswer)


# ---------------------------------------------------------------------------------- the fake one


def scripted(answer: Callable[[Prompt[Any]], object]) -> tuple[Any, list[Spend]]:
    charged: list[Spend] = []
    model: LanguageModel = ScriptedModel(answer, price=Price(1_000.0, 10_000.0), tokens=TOKENS)
    return asyncio.run(model.ask(PROMPT, charged.append)), charged


@pytest.mark.parametrize("answer", [RIGHT, FOUND], ids=["mapping", "object"])
def test_the_scripted_model_answers_by_its_function(answer: object) -> None:
    found, (spend,) = scripted(lambda prompt: answer)
    assert found == FOUND
    assert (spend.model_calls, spend.tokens, spend.cost) == (1, 110, pytest.approx(0.2))


def test_the_scripted_model_fails_as_it_is_told() -> None:
    def away(prompt: Prompt[Any]) -> object:
        raise ModelUnavailable("scripted:model", "away")

    with pytest.raises(ModelUnavailable):
        scripted(away)
