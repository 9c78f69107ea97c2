"""One request to a model and its reply, with its cost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import httpx2
from pydantic_ai.direct import model_request
from pydantic_ai.messages import (
    ModelMessage,
    ModelRequest,
    ModelResponse,
    TextPart,
    ThinkingPart,
    UserPromptPart,
)
from pydantic_ai.models import ModelRequestParameters
from pydantic_ai.output import OutputObjectDefinition
from pydantic_ai.usage import RequestUsage

from netnew.domain.budget import Spend
from netnew.domain.model_calls import CallOutcomes
from netnew.llms.answer_parser import Unusable, answer_in, schema_of
from netnew.llms.call_report import Reporter
from netnew.llms.clients import Client, requests_sent, responses_got
from netnew.llms.output_modes import OutputMode
from netnew.ports.models import Charge

Cost = Callable[[RequestUsage], float]
"""The cost of a request's usage in US dollars."""

_MODES = {OutputMode.SCHEMA: "native", OutputMode.OBJECT: "prompted", OutputMode.TEXT: "text"}
_MAX_SENT_BACK = 4_000


@dataclass(frozen=True, slots=True)
class Reply:
    """`is_cut`: truncated at the maximum length. `is_refusal`: contains no answer. `answer`: the
    parsed answer; `problem`: why there is none ('' if there is)."""

    text: str
    is_cut: bool
    is_refusal: bool
    answer: Any = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A question. `earlier`: a previous unusable answer and its problem."""

    instructions: str
    text: str
    answer: type[Any]
    max_tokens: int
    earlier: tuple[str, str] | None = None


async def exchange(
    client: Client,
    question: ChatRequest,
    output_mode: OutputMode,
    cost: Cost,
    charge: Charge,
    report: Reporter,
) -> Reply:
    """The reply to one request, charged even if it fails or is cancelled. Raises what the client
    raises."""
    usage, sent, outcomes = RequestUsage(), list[str](), CallOutcomes()
    within, got = requests_sent.set(sent), list[httpx2.Response]()
    keeping = responses_got.set(got)
    try:
        response = await model_request(
            client.model,
            _messages(question, output_mode),
            model_settings=client.settings_for(question.max_tokens),
            model_request_parameters=_parameters(question, output_mode),
            instrument=False,
        )
        usage = response.usage
        reply = _read(_reply(response), question.answer)
        outcomes = report.of_reply(reply.text, reply.problem)
        return reply
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


def _read(reply: Reply, answer: type[Any]) -> Reply:
    if reply.is_refusal:
        return replace(reply, problem="it refused")
    if reply.is_cut:
        # What is missing is unknown: a list may look complete.
        return replace(reply, problem="the answer was cut off at its greatest length")
    try:
        return replace(reply, answer=answer_in(reply.text, answer))
    except Unusable as unusable:
        return replace(reply, problem=str(unusable))


def _reply(response: ModelResponse) -> Reply:
    parts = response.parts
    text = "".join(x.content for x in parts if isinstance(x, TextPart))
    if not text.strip():
        # Some servers put everything a thinking model says into its thoughts, including the answer.
        text = "".join(x.content for x in parts if isinstance(x, ThinkingPart))
    reason = response.finish_reason
    return Reply(text, is_cut=reason == "length", is_refusal=reason == "content_filter")


def _messages(question: ChatRequest, output_mode: OutputMode) -> Sequence[ModelMessage]:
    instructions = question.instructions
    if output_mode.shows_schema:
        schema = json.dumps(schema_of(question.answer), separators=(",", ":"))
        instructions += (
            "\n\nAnswer with one JSON object that this JSON schema describes, and nothing else:\n"
            + schema
        )
    asked = _request(question.text, instructions)
    if question.earlier is None:
        return [asked]
    said, problem = question.earlier
    said = said.strip()[:_MAX_SENT_BACK] or "(nothing)"
    again = f"That could not be used: {problem}. Give the whole answer again, as JSON alone."
    return [asked, ModelResponse(parts=[TextPart(said)]), _request(again, instructions)]


def _request(text: str, instructions: str) -> ModelRequest:
    return ModelRequest(parts=[UserPromptPart(text)], instructions=instructions)


def _parameters(question: ChatRequest, output_mode: OutputMode) -> ModelRequestParameters:
    mode = _MODES[output_mode]
    if output_mode is OutputMode.TEXT:
        return ModelRequestParameters(output_mode="text")
    name = re.sub(r"\W+", "_", question.answer.__name__).strip("_").lower() or "answer"
    schema = OutputObjectDefinition(schema_of(question.answer), name, strict=True)
    return ModelRequestParameters(
        output_mode="native" if mode == "native" else "prompted",
        output_object=schema,
        prompted_output_template=False,  # `_messages` adds it if needed
        allow_text_output=True,
    )
