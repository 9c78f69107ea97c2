"""Errors of a request, before a dialect gives them its shape."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from netnew.domain.errors import (
    Conflict,
    Forbidden,
    HostRefused,
    InvalidInput,
    KeyRefused,
    ModelMisconfigured,
    NetnewError,
    NotFound,
    QuotaExceeded,
    SourceMisconfigured,
    StoreBusy,
    StoreDamaged,
    TooLarge,
    TransientError,
)
from netnew.error_log import ERRORS

STATUSES: Mapping[type[NetnewError], int] = {
    InvalidInput: 422,
    NotFound: 404,
    Conflict: 409,
    KeyRefused: 401,
    HostRefused: 403,
    Forbidden: 403,
    TooLarge: 413,
    QuotaExceeded: 429,
    TransientError: 503,
    SourceMisconfigured: 503,
    ModelMisconfigured: 503,
    StoreDamaged: 503,
}
"""The status of each error, unless a dialect says otherwise; everything else is 500."""

DATABASE_RETRY_AFTER_S = 5.0
INTERNAL = "Internal server error"

# Ten thousand errors help nobody.
_MAX_FIELDS = 50
_MAX_PATH = 200
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One invalid field, as reported by FastAPI. `loc` begins with body, query or path."""

    loc: tuple[str | int, ...]
    msg: str
    type: str

    def document(self) -> dict[str, object]:
        return {"loc": list(self.loc), "msg": self.msg, "type": self.type}


@dataclass(frozen=True, slots=True)
class Problem:
    """An error response: HTTP status, message, fields, when to retry."""

    status: int
    message: str
    fields: tuple[FieldProblem, ...] = ()
    retry_after_s: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    error: Exception | None = None

    def all_headers(self) -> dict[str, str]:
        """With `retry-after` in whole seconds, and `www-authenticate` for 401."""
        headers = dict(self.headers)
        if self.retry_after_s is not None:
            headers["retry-after"] = str(max(1, math.ceil(self.retry_after_s)))
        if self.status == 401:
            headers["www-authenticate"] = "Bearer"
        return headers


Answer = Callable[[Request, Problem], Response]
"""A problem in the shape of a dialect."""


def answer_problems(
    app: FastAPI,
    answer: Answer,
    statuses: Mapping[type[NetnewError], int] = STATUSES,
    names: Mapping[str, str] | None = None,
) -> None:
    """Answer every error of `app` with `answer`. `names`: our name of a field → the dialect's
    (dotted if nested)."""
    names = names or {}

    async def of_netnew(request: Request, error: Exception) -> Response:
        return answer(request, problem_of(error, statuses, names))

    async def of_validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        errors = error.errors()[:_MAX_FIELDS]
        found = tuple(FieldProblem(x["loc"], x["msg"], x["type"]) for x in errors)
        where = ".".join(str(x) for x in found[0].loc) if found else "body"
        message = f"{where}: {found[0].msg}" if found else "invalid"
        return answer(request, Problem(422, message, found, error=error))

    async def of_routing(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers, said = dict(error.headers or {}), str(error.detail)
        asked = f"{request.method} {quote(request.scope['path'])}"[:_MAX_PATH]
        if error.status_code == 404:
            said = f"Not Found: there is no {asked} here"
        elif error.status_code == 405:
            headers = {"allow": ", ".join(_methods_of(app, request.scope))}
            said = f"Method Not Allowed: {asked} (allowed: {headers['allow']})"
        return answer(request, Problem(error.status_code, said, headers=headers))

    async def of_anything(request: Request, error: Exception) -> Response:
        kept = ERRORS.record(error, f"{request.method} {request.url.path} failed")
        told = {"error": _told(error), "stack": str(kept)} if kept else {"error": _told(error)}
        _log.error("a request failed", path=request.url.path, exc_info=error, **told)
        return answer(request, Problem(500, INTERNAL, error=error))

    app.add_exception_handler(NetnewError, of_netnew)
    app.add_exception_handler(RequestValidationError, of_validation)
    app.add_exception_handler(HTTPException, of_routing)
    app.add_exception_handler(Exception, of_anything)


def _methods_of(app: FastAPI, scope: Scope) -> list[str]:
    """The methods of all routes that match the path of a request."""

    def has(method: str) -> bool:
        tried = {key: scope[key] for key in ("type", "path", "root_path") if key in scope}
        tried |= {"method": method, "headers": []}
        return any(x.matches(tried)[0] is Match.FULL for x in app.router.routes)

    return [x for x in _METHODS if has(x)]


def problem_of(
    error: Exception, statuses: Mapping[type[NetnewError], int], names: Mapping[str, str]
) -> Problem:
    """The problem of the nearest class of `error` in the table.

    Details of this machine (paths, hosts, database users) go to the log only.
    """
    status = next((statuses[x] for x in type(error).__mro__ if x in statuses), 500)
    if isinstance(error, StoreBusy):
        _log.warning("the database is unavailable", error=str(error))
    elif status >= 500 and not isinstance(error, TransientError):
        _log.error("a request failed", error=_told(error), exc_info=error)
    if status == 500 or not isinstance(error, NetnewError):
        return Problem(status, INTERNAL, error=error)
    if isinstance(error, InvalidInput):
        name = names.get(error.field, error.field)
        allowed = f" (allowed: {error.allowed})" if error.allowed else ""
        loc = ("body",) if name == "body" else ("body", *name.split("."))
        found = FieldProblem(loc, f"{error.problem}{allowed}", "value_error")
        return Problem(status, f"{name}: {found.msg}", (found,), error=error)
    retry_after_s = error.retry_after_s if isinstance(error, TransientError) else None
    if isinstance(error, StoreBusy | StoreDamaged):
        retry_after_s = DATABASE_RETRY_AFTER_S
    return Problem(status, error.public, retry_after_s=retry_after_s, error=error)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
