"""How each vendor writes an answer, a refusal and an error, for a server on loopback."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.model_server import Asked, Reply, fails, says

TOKENS = (100, 10)


@dataclass(frozen=True, slots=True)
class Shape:
    """`model`: a full name. `variables`: the environment that leads to the server at `{origin}`.
    `most`: what a request says of the length of the answer; `schema`: the schema it sends."""

    model: str
    variables: dict[str, str]
    says: Callable[[object], Reply]
    refuses: Callable[[], Reply]
    fails: Callable[[int, str], Reply]
    too_long: str
    most: Callable[[Asked], Any]
    schema: Callable[[Asked], Any]


def _anthropic(text: str, stop: str) -> Reply:
    body = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-5-5",
        "content": [{"type": "text", "text": text}] if text else [],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"input_tokens": TOKENS[0], "output_tokens": TOKENS[1]},
    }
    return Reply(200, body)


def _anthropic_error(status: int, message: str) -> Reply:
    kinds = {401: "authentication_error", 400: "invalid_request_error", 529: "overloaded_error"}
    error = {"type": kinds.get(status, "api_error"), "message": message}
    return Reply(status, {"type": "error", "error": error})


def _google(text: str, finish: str) -> Reply:
    content = {"role": "model", "parts": [{"text": text}]} if text else {}
    body = {
        "candidates": [{"content": content, "finishReason": finish, "index": 0}],
        "usageMetadata": {
            "promptTokenCount": TOKENS[0],
            "candidatesTokenCount": TOKENS[1],
            "totalTokenCount": sum(TOKENS),
        },
        "modelVersion": "gemini-3.5-flash-lite",
        "responseId": "r1",
    }
    return Reply(200, body)


def _google_error(status: int, message: str) -> Reply:
    kinds = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 404: "NOT_FOUND", 503: "UNAVAILABLE"}
    error = {"code": status, "message": message, "status": kinds.get(status, "INTERNAL")}
    return Reply(status, {"error": error})


def _openai_like(model: str, variables: dict[str, str], most: str) -> Shape:
    return Shape(
        model,
        variables,
        says,
        lambda: says("", refusal="I cannot."),
        lambda status, message: fails(status, message),
        "This model's maximum context length is 8192 tokens.",
        lambda asked: asked.body[most],
        lambda asked: asked.schema,
    )


SHAPES = (
    _openai_like(
        "openai:gpt-6-luna",
        {"OPENAI_API_KEY": "sk-hidden", "OPENAI_BASE_URL": "{origin}/v1"},
        "max_completion_tokens",
    ),
    _openai_like("ollama:qwen3:8b", {"OLLAMA_BASE_URL": "{origin}"}, "max_tokens"),
    _openai_like("compatible:small@{origin}/v1", {}, "max_tokens"),
    Shape(
        "anthropic:claude-haiku-5-5",
        {"ANTHROPIC_API_KEY": "sk-hidden", "ANTHROPIC_BASE_URL": "{origin}"},
        lambda content: _anthropic(_text(content), "end_turn"),
        lambda: _anthropic("", "refusal"),
        _anthropic_error,
        "prompt is too long: 300000 tokens > 200000 maximum",
        lambda asked: asked.body["max_tokens"],
        lambda asked: asked.body["output_config"]["format"]["schema"],
    ),
    Shape(
        "google:gemini-3.5-flash-lite",
        {"GOOGLE_API_KEY": "sk-hidden", "GOOGLE_GEMINI_BASE_URL": "{origin}"},
        lambda content: _google(_text(content), "STOP"),
        lambda: _google("", "SAFETY"),
        _google_error,
        "The input token count (300000) exceeds the maximum number of tokens allowed (200000).",
        lambda asked: asked.body["generationConfig"]["maxOutputTokens"],
        lambda asked: asked.body["generationConfig"]["responseJsonSchema"],
    ),
)


def _text(content: object) -> str:
    return content if isinstance(content, str) else json.dumps(content)
