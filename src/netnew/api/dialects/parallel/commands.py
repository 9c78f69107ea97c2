"""Beginning runs, and changing them."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from netnew.api.caller import TheCaller
from netnew.api.dialects.parallel import wire
from netnew.api.dialects.parallel.bodies import FindAllRunInput
from netnew.api.dialects.parallel.convert import run_view, spec_of
from netnew.api.dialects.parallel.errors import documented
from netnew.api.dialects.parallel.once import begin_once
from netnew.api.dialects.parallel.reading import metrics
from netnew.api.guarded import GuardedRoute

router = APIRouter(route_class=GuardedRoute)


@router.post("/v1beta/findall/runs", response_model=wire.FindAllRun, responses=documented(413))
async def create_run(caller: TheCaller, request: Request, asked: FindAllRunInput) -> Response:
    """Begin a run. It is queued at once; nothing is searched before this is answered."""
    spec = spec_of(asked, caller.house.settings)
    run = await begin_once(caller, request, await request.body(), spec, None)
    return run_view(run, await metrics(caller, run)).response()
