"""The quick look that is answered at once."""

from __future__ import annotations

from fastapi import APIRouter

from netnew.api.caller import TheCaller
from netnew.api.dialects.scout.asking import spec_of
from netnew.api.dialects.scout.convert import preview_view
from netnew.api.dialects.scout.errors import refusals
from netnew.api.dialects.scout.reading import Reading
from netnew.api.dialects.scout.route import ONCE, ScoutRoute
from netnew.api.dialects.scout.wire import FindAllRequest, FindAllResponse
from netnew.domain.errors import TransientError
from netnew.domain.run import RunStatus

router = APIRouter(route_class=ScoutRoute)

_DEADLINE_S = 25.0


@router.post("", dependencies=[ONCE], responses=refusals(409, 413))
async def findall(caller: TheCaller, asked: FindAllRequest) -> FindAllResponse:
    """A few entities within 25 seconds: one pass of searches, ten candidates judged at most. It is
    kept as a completed run, which can be read and extended like any other."""
    spec = spec_of(asked, caller.house.settings)
    caller.house.begun.take(caller.key_id)
    run = await caller.service.preview(spec, deadline_s=_DEADLINE_S)
    if run.status is RunStatus.FAILED:
        raise TransientError(run.termination_detail)  # there is no word for it in the answer
    return await preview_view(run, await Reading(caller.service).candidates(run))
