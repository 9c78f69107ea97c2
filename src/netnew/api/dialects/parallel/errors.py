"""One table from error to answer, in the shape of Parallel."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import structlog
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from netnew.api.errors import Problem
from netnew.domain.errors import NotFound

NAMES: dict[str, str] = {
    "conditions": "match_conditions",
    "exclude": "exclude_list",
    "evaluate_limit": "match_limit",
    "limit": "match_limit",
}
"""Our name of a field → the dialect's."""


class ParallelFieldError(BaseModel):
    loc: list[str | int]
    msg: str
    type: str


class ParallelFieldErrors(BaseModel):
    errors: list[ParallelFieldError]


class ParallelErrorBody(BaseModel):
    ref_id: str
    message: str
    detail: ParallelFieldErrors | None = None


class ErrorResponse(BaseModel):
    type: str = "error"
    error: ParallelErrorBody


class ValidationErrorResponse(ErrorResponse):
    """Both shapes that the vendor documents: `error`, and a list `detail`."""

    detail: list[ParallelFieldError]


_SAID = {
    401: "The key is missing, unknown or revoked.",
    403: "The key is read-only; or no key has been created yet, and the host is not allowed.",
    404: "There is no such run.",
    409: "The run has ended.",
    413: "The body is too large.",
    429: "Too much at once; retry after `retry-after`.",
    503: "A dependency is unavailable; retry later.",
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What an operation may answer besides what it is there for; 422 it always may."""
    told: dict[int | str, dict[str, Any]] = {
        status: {"model": ErrorResponse, "description": _SAID[status]}
        for status in (401, 403, 429, 503, *statuses)
    }
    told[422] = {"model": ValidationErrorResponse, "description": "A field is wrong."}
    return dict(sorted(told.items(), key=lambda item: str(item[0])))


def answer(request: Request, problem: Problem) -> Response:
    body = error_document(problem)
    headers = problem.all_headers()
    if problem.status == 409:
        # The vendor's clients try a 409 again unless they are told that it will not help.
        headers["x-should-retry"] = "false"
    return JSONResponse(body, problem.status, headers)


def error_document(problem: Problem) -> dict[str, object]:
    """The body of an answer, and the `error` event of a stream."""
    error: dict[str, object] = {"ref_id": _ref_id(), "message": _message(problem)}
    document: dict[str, object] = {"type": "error", "error": error}
    if problem.status == 422:
        fields = [x.document() for x in problem.fields]
        error["detail"] = {"errors": fields}
        document["detail"] = fields
    return document


def _message(problem: Problem) -> str:
    if isinstance(problem.error, NotFound) and problem.error.kind == "run":
        return "FindAll run not found"
    return problem.message


def _ref_id() -> str:
    """The id of the request, which the log has too, where it is a uuid."""
    request_id = str(structlog.contextvars.get_contextvars().get("request", ""))
    try:
        return str(UUID(request_id))
    except ValueError:
        return str(uuid4())
