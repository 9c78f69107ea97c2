"""One table from error to answer, in our own shape."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from netnew.api.problem import Problem

NAMES: dict[str, str] = {}
"""Our name of a field → the dialect's."""


def answer(request: Request, problem: Problem) -> Response:
    return JSONResponse({"detail": problem.message}, problem.status, problem.all_headers())
