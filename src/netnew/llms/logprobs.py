"""One request for one token: the probability of 'yes' against 'no'."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx2
from pydantic_ai.direct import model_request
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.models.openai import OpenAIChatModelSettings
from pydantic_ai.usage import RequestUsage

from netnew.domain.budget import Spend
from netnew.domain.errors import ModelMisconfigured, NetnewError, NoAnswer
from netnew.domain.model_calls import CallOutcomes
from netnew.llms.call_report import Reporter
from netnew.llms.clients import Client, requests_sent, responses_got
from netnew.llms.errors import Kind, QuotaExhausted, failure_of
from netnew.llms.request import Cost
from netnew.llms.retry import RetryPolicy
from netnew.ports.models import Charge

_MAX_TOKENS_TOLD = 20  # no server returns more
# Below this total probability, the model meant to say something else.
_MIN_OF_BOTH = 0.2


async def likelihood_of(
    ask: Callable[[], Awaitable[ModelResponse]],
    words: tuple[str, str],
    model: str,
    key: str,
    server: str,
    patience: RetryPolicy,
) -> float:
    """P(first word) / (P(first) + P(second)) of the first token that `ask` gives, from 0 to 1.

    Raises ModelUnavailable, ModelMisconfigured (also if the server returns no probabilities),
    and NoAnswer if it says neither."""
    while True:
        try:
            response = await ask()
        except NetnewError:
            raise
        except Exception as error:
            failure = failure_of(error, key, server)
        else:
            patience.answered()
            return _share(_first_token(response, model), words, model)
        match failure.kind:
            case Kind.QUOTA:
                raise QuotaExhausted(model, failure.problem)
            case Kind.SETUP | Kind.REJECTED:
                raise ModelMisconfigured(model, failure.problem)
            case Kind.TOO_LONG | Kind.REFUSED:
                raise NoAnswer(model, failure.problem)
            case Kind.AGAIN | Kind.SERVER:
                patience.count(failure.problem, failure.retry_after_s)
                await patience.wait(failure.retry_after_s)


async def one_token(
    client: Client,
    instructions: str,
    turns: Sequence[str],
    words: tuple[str, str],
    cost: Cost,
    charge: Charge,
    report: Reporter,
) -> ModelResponse:
    """The response to the last of `turns`, one token long, charged even if it fails. Raises what
    the client raises."""
    usage, sent, outcomes = RequestUsage(), list[str](), CallOutcomes()
    within, got = requests_sent.set(sent), list[httpx2.Response]()
    keeping = responses_got.set(got)
    try:
        response = await model_request(
            client.model,
            _messages(instructions, turns),
            model_settings=OpenAIChatModelSettings(
                **client.settings_for(1),  # type: ignore[typeddict-item]
                openai_logprobs=True,
                openai_top_logprobs=_MAX_TOKENS_TOLD,
            ),
            model_request_parameters=ModelRequestParameters(output_mode="text"),
            instrument=False,
        )
        usage = response.usage
        outcomes = report.of_reply(response.text or "", _problem(response, words, report.model))
        return response
    except Exception as error:
        explained = report.explained(error, got)
        outcomes = report.of_error(explained)
        raise explained from explained.__cause__ if explained is error else error
    finally:
        requests_sent.reset(within)
        responses_got.reset(keeping)
        tokens = usage.input_tokens + usage.output_tokens
        if sent:
            dollars = cost(usage) if tokens else 0.0
            charge(Spend(cost=dollars, tokens=tokens, model_calls=len(sent), outcomes=outcomes))


def _problem(response: ModelResponse, words: tuple[str, str], model: str) -> str:
    """Why it gives no probability; '' if it does, or if its server never does."""
    try:
        _share(_first_token(response, model), words, model)
    except NoAnswer as error:
        return error.problem
    except ModelMisconfigured:
        return ""
    return ""


def _messages(instructions: str, turns: Sequence[str]) -> list[ModelMessage]:
    """Our messages and its replies, alternating."""
    messages: list[ModelMessage] = []
    for n, said in enumerate(turns):
        if n % 2:
            messages.append(ModelResponse(parts=[TextPart(said)]))
        else:
            asked = ModelRequest(parts=[UserPromptPart(said)], instructions=instructions)
            messages.append(asked)
    return messages


def _first_token(response: ModelResponse, model: str) -> Sequence[Mapping[str, Any]]:
    """The candidates for the first token, each with its `logprob`."""
    told = (response.provider_details or {}).get("logprobs") or ()
    if not told or not told[0]["top_logprobs"]:
        raise ModelMisconfigured(model, "its server tells no probabilities (logprobs)")
    found: Sequence[Mapping[str, Any]] = told[0]["top_logprobs"]
    return found


def _share(tokens: Sequence[Mapping[str, Any]], words: tuple[str, str], model: str) -> float:
    yes, no = (
        sum(
            math.exp(token["logprob"])
            for token in tokens
            if token["token"].strip().casefold() == word.casefold()
        )
        for word in words
    )
    if yes + no < _MIN_OF_BOTH:
        raise NoAnswer(model, f"it says neither '{words[0]}' nor '{words[1]}'")
    return yes / (yes + no)
