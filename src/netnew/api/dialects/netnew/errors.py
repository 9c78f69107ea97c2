"""One table from error to answer, in our own shape; and how it is documented."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from netnew.api.errors import FieldProblem, Problem

Code = Literal[
    "invalid",
    "key_refused",
    "forbidden",
    "not_found",
    "method_not_allowed",
    "conflict",
    "too_large",
    "too_many",
    "unavailable",
    "failed",
]

_CODES: dict[int, Code] = {
    401: "key_refused",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    422: "invalid",
    429: "too_many",
    503: "unavailable",
}

NAMES: dict[str, str] = {}
"""Our name of a field → the one on the wire; here they are the same."""


class FieldError(BaseModel):
    field: str = Field(description="its location, such as `body.additional` or `query.limit`")
    problem: str


class ErrorDetail(BaseModel):
    code: Code
    message: str
    fields: list[FieldError] = Field(description="the invalid fields, if any")


class NetnewErrorBody(BaseModel):
    """The body of every error."""

    error: ErrorDetail


def answer(request: Request, problem: Problem) -> Response:
    body = {
        "error": {
            "code": _CODES.get(problem.status, "invalid" if problem.status < 500 else "failed"),
            "message": problem.message,
            "fields": [_field(x) for x in problem.fields],
        }
    }
    return JSONResponse(body, problem.status, problem.all_headers())


def _field(problem: FieldProblem) -> dict[str, str]:
    return {"field": ".".join(str(x) for x in problem.loc), "problem": problem.msg}


_WHEN = {
    401: "The key is missing or not valid.",
    403: "The key is read-only; or no key has been created yet, and the host is not allowed.",
    404: "Not found in the workspace of the key.",
    409: "The run's state does not allow this.",
    413: "The body is too large.",
    422: "A field is invalid; `fields` says which.",
    429: "Too many requests, runs or streams; retry after `retry-after`.",
    503: "The database, a source or a model is unavailable; retry later.",
}
_EXAMPLES = {
    401: "Invalid or missing API key",
    403: "This key is read-only",
    404: "no run 'run_0b6c2f5c6e5d4f7fa9c1c1f0a2f4d3b1'",
    409: "the run has ended",
    413: "the body is too large (allowed: at most 8,000,000 bytes)",
    422: "query.limit: Input should be greater than or equal to 1",
    429: "Too many requests: quota temporarily exceeded",
    503: "the database is unavailable",
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented refusals of an operation: those that each can give, and `statuses`."""
    every = {401, 403, 422, 429, 503, *statuses}
    return {status: _documented(status) for status in sorted(every)}


def _documented(status: int) -> dict[str, Any]:
    wrong = [{"field": "query.limit", "problem": _EXAMPLES[422].partition(": ")[2]}]
    told = {
        "code": _CODES[status],
        "message": _EXAMPLES[status],
        "fields": wrong if status == 422 else [],
    }
    documented: dict[str, Any] = {
        "model": NetnewErrorBody,
        "description": _WHEN[status],
        "content": {"application/json": {"example": {"error": told}}},
    }
    if status == 429:
        seconds = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
        documented["headers"] = {"retry-after": seconds}
    return documented
