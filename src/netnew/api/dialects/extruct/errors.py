"""One table from error to answer, in the shape of Extruct: `detail` is a sentence, or for 422 a
list of the fields that are wrong."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from netnew.api.errors import STATUSES, FieldProblem, Problem
from netnew.domain.errors import Conflict, NetnewError

NAMES: dict[str, str] = {
    "objective": "query",
    "match_limit": "desired_num_results",
    "conditions": "criteria",
    "additional_match_limit": "desired_new_results",
    "source": "data_sources",
    "sources": "data_sources",
    "enrichments": "criteria",
}
"""Our name of a field → the dialect's."""

CODES: Mapping[type[NetnewError], int] = {**STATUSES, Conflict: 400}
"""What is exhausted cannot be resumed: a bad request."""


def answer(request: Request, problem: Problem) -> Response:
    told: object = problem.message
    if problem.fields:
        told = [_numbered(x).document() for x in problem.fields]
    return JSONResponse({"detail": told}, problem.status, problem.all_headers())


def _numbered(wrong: FieldProblem) -> FieldProblem:
    """With numbers for places in a list."""
    loc = tuple(int(x) if isinstance(x, str) and x.isdecimal() else x for x in wrong.loc)
    return FieldProblem(loc, wrong.msg, wrong.type)
