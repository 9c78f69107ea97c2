"""The quick look that is answered at once."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request

from netnew.api.auth import CurrentCaller
from netnew.api.create_run import with_fallback_condition
from netnew.api.dialects.scout.convert_request import spec_of
from netnew.api.dialects.scout.convert_response import findall_id, preview_view
from netnew.api.dialects.scout.errors import refusals
from netnew.api.dialects.scout.requests import FindAllRequest
from netnew.api.dialects.scout.responses import FindAllResponse
from netnew.api.dialects.scout.route_class import ONCE, ScoutRoute
from netnew.api.dialects.scout.run_reader import RunReader
from netnew.api.idempotency import create_idempotently
from netnew.domain.errors import Conflict, TransientError
from netnew.domain.ids import RunId
from netnew.domain.run import Run, RunStatus

router = APIRouter(route_class=ScoutRoute)

_DEADLINE_S = 25.0


@router.post("", dependencies=[ONCE], responses=refusals(409, 413))
async def findall(
    caller: CurrentCaller, request: Request, asked: FindAllRequest
) -> FindAllResponse:
    """A few entities within 25 seconds: one round of searches, at most ten candidates judged. It
    is stored as a completed run, which can be read and extended like any other."""
    spec = await with_fallback_condition(caller, spec_of(asked, caller.api.settings))

    async def start(as_id: RunId | None) -> Run:
        caller.api.begun.take(caller.key_id)
        return await caller.service.preview(spec, deadline_s=_DEADLINE_S, as_id=as_id)

    run = await create_idempotently(
        request, caller, start, lambda run: run.status is not RunStatus.FAILED
    )
    if run.status is RunStatus.FAILED:
        raise TransientError(run.termination_detail)  # there is no word for it in the answer
    if not run.status.is_terminal:
        # It was begun by a process that died over it; a worker takes it up within two minutes.
        raise Conflict(f"the preview is {run.status.value}; read it as {findall_id(run)}")
    return await preview_view(run, await RunReader(caller.service).candidates(run))
