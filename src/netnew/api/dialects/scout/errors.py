"""One table from error to answer, in the shape of Scout; and how it is documented."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from netnew.api.errors import FieldProblem, Problem
from netnew.domain.errors import Conflict

NAMES: dict[str, str] = {
    "objective": "query",
    "enrichments": "fields",
    "match_limit": "limit",
    "additional_match_limit": "limit",
    "conditions": "query",
}
"""Our name of a field → the dialect's."""

_HEADERS = frozenset({"Idempotency-Key"})


class RunNotCompleted(Conflict):
    """Only a completed run can be extended or enriched."""


class ScoutErrorBody(BaseModel):
    """`code` distinguishes errors with the same status where programs may need it."""

    detail: str
    code: str | None = Field(None, examples=["run_not_completed"])


class ScoutFieldError(BaseModel):
    """`loc` begins with body, query, path or header."""

    loc: list[str | int]
    msg: str
    type: str


class ScoutFieldErrors(BaseModel):
    detail: list[ScoutFieldError]


def answer(request: Request, problem: Problem) -> Response:
    body: dict[str, object] = {"detail": problem.message}
    if problem.fields:
        body = {"detail": [_wrong(x) for x in problem.fields]}
    elif isinstance(problem.error, RunNotCompleted):
        body["code"] = "run_not_completed"
    elif problem.status == 429:
        body["code"] = "too_many"
    return JSONResponse(body, problem.status, problem.all_headers())


def _wrong(field: FieldProblem) -> dict[str, object]:
    """A header is named as one."""
    of_header = field.loc[-1] in _HEADERS
    loc = ["header", field.loc[-1]] if of_header else list(field.loc)
    return {**field.document(), "loc": loc}


_SAID = {
    401: ("The key is missing or not valid.", "Invalid or missing API key"),
    403: (
        "The key is read-only; or no key has been created yet, and the host is not allowed.",
        "This key is read-only",
    ),
    404: ("There is no such run.", "no run 'fa-0b6c2f5c6e5d4f7fa9c1c1f0a2f4d3b1'"),
    409: ("The run's state does not allow this.", "the run is running"),
    413: ("The body is too large.", "the body is too large (allowed: at most 8,000,000 bytes)"),
    429: ("Too much at once; retry after `Retry-After`.", "Too many requests"),
    503: (
        "The database, a source or a model is unavailable; retry later.",
        "the database is unavailable",
    ),
}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an operation may answer besides what it is there for: what each may, and `statuses`."""
    documented: dict[int | str, dict[str, Any]] = {}
    for status in sorted({401, 403, 429, 503, *statuses}):
        description, example = _SAID[status]
        documented[status] = {
            "model": ScoutErrorBody,
            "description": description,
            "content": {"application/json": {"example": {"detail": example}}},
        }
    documented[422] = {
        "model": ScoutFieldErrors,
        "description": "A field is invalid; `loc` says which.",
    }
    return documented
