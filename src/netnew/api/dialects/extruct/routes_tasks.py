"""The operations on tasks."""

from __future__ import annotations

from operator import itemgetter
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from netnew.api.auth import Caller, CurrentCaller
from netnew.api.authenticated_route import AuthenticatedRoute
from netnew.api.cooperative import map_cooperatively
from netnew.api.create_run import create_run
from netnew.api.dialects.extruct.convert import place_of, result_of, spec_of, task_of
from netnew.api.dialects.extruct.criteria import criteria_of
from netnew.api.dialects.extruct.error_responses import (
    EVERYWHERE,
    OF_ONE,
    OF_PAUSE,
    OF_RESUME,
    WITH_BODY,
)
from netnew.api.dialects.extruct.exclusions import exclude_list
from netnew.api.dialects.extruct.grades import is_qualified
from netnew.api.dialects.extruct.openapi_examples import RESULT, TASK, with_examples
from netnew.api.dialects.extruct.requests import (
    MAX_RESULTS,
    DiscoveryTaskInput,
    ResumeDiscoveryTaskInput,
)
from netnew.api.dialects.extruct.responses import DiscoveryTaskOutput, DiscoveryTaskResults
from netnew.api.dialects.extruct.result_filter import count_qualified, judged_in
from netnew.api.path_ids import run_id_in_path
from netnew.domain.errors import NotFound
from netnew.domain.run import Run

_PATH = "/v1/discovery_tasks"
_LIST_LIMIT = 50

Offset = Annotated[int | None, Query(ge=0, le=2**63 - 1)]
Limit = Annotated[int | None, Query(ge=1, le=1_000)]
View = Annotated[
    Literal["qualified", "evaluated"],
    Query(description="`evaluated`: includes candidates that were judged and do not qualify."),
]

router = APIRouter(route_class=AuthenticatedRoute, tags=["company-discovery"])


@router.post(_PATH, responses={**EVERYWHERE, **OF_ONE, **WITH_BODY, **with_examples(TASK)})
async def create_discovery_task(
    body: DiscoveryTaskInput, caller: CurrentCaller
) -> DiscoveryTaskOutput:
    """Create a task. It is processed in the background: poll it until it is done or failed."""
    exclude = await exclude_list(caller, body.exclude_domains or (), body.exclude_task_ids or ())
    run = await create_run(caller, spec_of(body, exclude, caller.api.settings))
    return await _told(caller, run)


@router.get(_PATH, responses={**EVERYWHERE, **with_examples([TASK])})
async def list_discovery_tasks(
    caller: CurrentCaller, offset: Offset = None, limit: Limit = None
) -> list[DiscoveryTaskOutput]:
    """Newest tasks first, 50 by default. Runs created through other interfaces are listed as
    tasks, too."""
    runs = await caller.service.queries.runs(limit or _LIST_LIMIT, offset=offset or 0)
    return [await _told(caller, run) for run in runs]


@router.get(f"{_PATH}/{{task_id}}", responses={**EVERYWHERE, **OF_ONE, **with_examples(TASK)})
async def get_discovery_task(task_id: str, caller: CurrentCaller) -> DiscoveryTaskOutput:
    return await _told(caller, await _run(caller, task_id))


@router.get(
    f"{_PATH}/{{task_id}}/results",
    responses={**EVERYWHERE, **OF_ONE, **with_examples({**TASK, "results": [RESULT]})},
)
async def get_discovery_task_results(
    task_id: str,
    caller: CurrentCaller,
    offset: Offset = None,
    limit: Limit = None,
    view: View = "qualified",
) -> DiscoveryTaskResults:
    """The task with its results so far, most relevant first, 250 by default. A page with fewer
    than requested is the last."""
    run = await _run(caller, task_id)
    criteria = criteria_of(run) or ()
    judged = await judged_in(caller.service, run)
    passed = await map_cooperatively(judged, lambda x: is_qualified(x, criteria))
    qualified = [x for x, is_one in zip(judged, passed, strict=True) if is_one]
    listed = judged if view == "evaluated" else qualified
    places = await map_cooperatively(listed, lambda x: place_of(x, run, criteria))
    shown = [x for _, x in sorted(zip(places, listed, strict=True), key=itemgetter(0))]
    begins = offset or 0
    page = shown[begins : begins + (limit or MAX_RESULTS)]
    results = await map_cooperatively(page, lambda x: result_of(x, run, criteria))
    task = task_of(run, len(qualified))
    return DiscoveryTaskResults(**dict(task), results=results)


@router.post(
    f"{_PATH}/{{task_id}}/resume",
    responses={**EVERYWHERE, **OF_ONE, **WITH_BODY, **OF_RESUME, **with_examples(TASK)},
)
async def resume_discovery_task(
    task_id: str, body: ResumeDiscoveryTaskInput, caller: CurrentCaller
) -> DiscoveryTaskOutput:
    """Request more results, or resume a task that failed or was cut short."""
    run = await _run(caller, task_id)
    more, caps = body.desired_new_results, caller.api.settings.budget
    run = await caller.service.widen(run.id, more, MAX_RESULTS, caps=caps)
    return await _told(caller, run)


@router.post(
    f"{_PATH}/{{task_id}}/pause",
    responses={**EVERYWHERE, **OF_ONE, **OF_PAUSE, **with_examples(TASK)},
)
async def pause_discovery_task(task_id: str, caller: CurrentCaller) -> DiscoveryTaskOutput:
    """Pause at the next checkpoint. The task stays `in_progress`, since the format has no word
    for it; `netnew.status` says `paused`."""
    run = await _run(caller, task_id)
    return await _told(caller, await caller.service.pause(run.id))


async def _run(caller: Caller, task_id: str) -> Run:
    try:
        return await caller.service.queries.run(run_id_in_path(task_id, "task"))
    except NotFound:
        raise NotFound("task", task_id) from None


async def _told(caller: Caller, run: Run) -> DiscoveryTaskOutput:
    return task_of(run, await count_qualified(caller.service, run))
