"""The quick look that is answered at once."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request

from netnew.api.beginning import provable
from netnew.api.caller import TheCaller
from netnew.api.dialects.scout.asking import spec_of
from netnew.api.dialects.scout.convert import findall_id, preview_view
from netnew.api.dialects.scout.errors import refusals
from netnew.api.dialects.scout.reading import Reading
from netnew.api.dialects.scout.route import ONCE, ScoutRoute
from netnew.api.dialects.scout.wire import FindAllRequest, FindAllResponse
from netnew.api.once import begun_once
from netnew.domain.errors import Conflict, TransientError
from netnew.domain.ids import RunId
from netnew.domain.run import Run, RunStatus

router = APIRouter(route_class=ScoutRoute)

_DEADLINE_S = 25.0


@router.post("", dependencies=[ONCE], responses=refusals(409, 413))
async def findall(caller: TheCaller, request: Request, asked: FindAllRequest) -> FindAllResponse:
    """A few entities within 25 seconds: one pass of searches, ten candidates judged at most. It is
    kept as a completed run, which can be read and extended like any other."""
    spec = await provable(caller, spec_of(asked, caller.house.settings))

    async def start(as_id: RunId | None) -> Run:
        caller.house.begun.take(caller.key_id)
        return await caller.service.preview(spec, deadline_s=_DEADLINE_S, as_id=as_id)

    run = await begun_once(request, caller, start, lambda run: run.status is not RunStatus.FAILED)
    if run.status is RunStatus.FAILED:
        raise TransientError(run.termination_detail)  # there is no word for it in the answer
    if not run.status.is_terminal:
        # It was begun by a process that died over it; a worker takes it up within two minutes.
        raise Conflict(f"the preview is {run.status.value}; read it as {findall_id(run)}")
    return await preview_view(run, await Reading(caller.service).candidates(run))
