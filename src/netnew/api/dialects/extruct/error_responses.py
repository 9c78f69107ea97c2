"""The refusals of each operation, for the document."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

Responses = dict[int | str, dict[str, Any]]


class ExtructErrorBody(BaseModel):
    detail: str


class ValidationError(BaseModel):
    """`loc` begins with `body`, `query` or `path` and leads to the field."""

    loc: list[str | int]
    msg: str
    type: str


class HTTPValidationError(BaseModel):
    detail: list[ValidationError]


def _refusal(description: str, detail: str) -> dict[str, Any]:
    content = {"application/json": {"example": {"detail": detail}}}
    return {"model": ExtructErrorBody, "description": description, "content": content}


_WRONG = {
    "loc": ["body", "desired_num_results"],
    "msg": "Input should be less than or equal to 250",
    "type": "less_than_equal",
}

EVERYWHERE: Responses = {
    401: _refusal("The key is missing or not valid.", "Invalid or missing API key"),
    403: _refusal(
        "The key is read-only; or no key has been created yet, and the host is not allowed.",
        "This key is read-only",
    ),
    422: {
        "model": HTTPValidationError,
        "description": "A field is wrong.",
        "content": {"application/json": {"example": {"detail": [_WRONG]}}},
    },
    429: _refusal("Too many requests; `retry-after` says how long to wait.", "Too many requests"),
    503: _refusal("Temporarily unavailable; nothing was changed.", "the database is busy"),
}
OF_ONE: Responses = {
    404: _refusal("No such task in this workspace.", "no task '6f1c4c0e'"),
}
WITH_BODY: Responses = {
    413: _refusal("The body is too large.", "the body is too large (allowed: at most 8,000,000)"),
}
OF_RESUME: Responses = {
    400: _refusal(
        "The task is exhausted.", "it is exhausted: there are no more candidates to be found"
    ),
}
OF_PAUSE: Responses = {
    400: _refusal("The task has ended.", "run_0b9d7a52 is completed and cannot be paused"),
}
