"""Reading runs: the run, its result, its schema, and the list of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from netnew.api.auth import Caller, CurrentCaller
from netnew.api.authenticated_route import AuthenticatedRoute
from netnew.api.dialects.parallel import responses
from netnew.api.dialects.parallel.candidates import candidate_view
from netnew.api.dialects.parallel.convert import (
    counted,
    counts_say_it,
    metrics_of,
    run_view,
    schema_view,
    state_of,
)
from netnew.api.dialects.parallel.errors import documented
from netnew.api.dialects.parallel.event_ids import EventPosition, id_of
from netnew.api.path_ids import run_id_in_path
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.run import Run

router = APIRouter(route_class=AuthenticatedRoute)

_AT_ONCE = 50


@router.get("/v1beta/findall/runs", response_model=responses.FindAllRuns, responses=documented())
async def list_runs(
    caller: CurrentCaller, limit: Annotated[int, Query(ge=1, le=1_000)] = 20
) -> Response:
    """Newest runs first. An extension: the format has no list of runs."""
    runs = await caller.service.queries.runs(limit)
    views = [run_view(run, await metrics(caller, run)) for run in runs]
    return responses.FindAllRuns(runs=views).response()


@router.get(
    "/v1beta/findall/runs/{findall_id}",
    response_model=responses.FindAllRun,
    responses=documented(404),
)
async def retrieve_run(caller: CurrentCaller, findall_id: str) -> Response:
    """The progress of a run."""
    run = await caller.service.queries.run(run_id_in_path(findall_id))
    return run_view(run, await metrics(caller, run)).response()


@router.get(
    "/v1beta/findall/runs/{findall_id}/schema",
    response_model=responses.FindAllSchema,
    responses=documented(404),
)
async def retrieve_schema(caller: CurrentCaller, findall_id: str) -> Response:
    """The question of a run, ready to be used again."""
    return schema_view(await caller.service.queries.run(run_id_in_path(findall_id))).response()


@router.get(
    "/v1beta/findall/runs/{findall_id}/result",
    response_model=responses.FindAllRunResult,
    responses=documented(404),
)
async def retrieve_result(
    caller: CurrentCaller,
    findall_id: str,
    match_status: Annotated[
        responses.MatchState | None,
        Query(description="an extension: only candidates with this status"),
    ] = None,
    limit: Annotated[int | None, Query(ge=1, description="an extension: at most this many")] = None,
) -> Response:
    """Everything known now, in any state of the run: matches first, then in the order found. The
    counters cover all candidates, whatever is filtered."""
    run = await caller.service.queries.run(run_id_in_path(findall_id))
    found = await _found(caller, run)
    told = run_view(run, _metrics(found))
    found.sort(key=lambda pair: pair[1] != "matched")
    listed = [x for x, state in found if match_status in (None, state)]
    return responses.FindAllRunResult(
        run=told,
        candidates=await _views(listed[:limit], run),
        last_event_id=id_of(run.created_at, EventPosition(run.last_seq)) if run.last_seq else None,
        findall_id=told.findall_id,
        status=told.status,
    ).response()


async def metrics(caller: Caller, run: Run) -> responses.Metrics:
    """The counters of a run; where a part of the conditions is enough for a match of it, its
    candidates are looked at."""
    return counted(run.counts) if counts_say_it(run) else _metrics(await _found(caller, run))


async def _found(caller: Caller, run: Run) -> list[tuple[Candidate, responses.MatchState]]:
    """Its candidates in the order in which they were found, without the discarded and without
    those of an earlier run that it looked at again."""
    return [
        (x, state_of(x, run))
        async for x in caller.service.queries.candidates(run.id)
        if x.status is not MatchStatus.DISCARDED and x.recheck is None
    ]


async def _views(listed: Sequence[Candidate], run: Run) -> list[responses.FindAllCandidate]:
    """Streams are to go on while many are made."""
    views = []
    for number, candidate in enumerate(listed, 1):
        views.append(candidate_view(candidate, run))
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
    return views


def _metrics(found: Sequence[tuple[Candidate, responses.MatchState]]) -> responses.Metrics:
    return metrics_of(len(found), sum(state == "matched" for _, state in found))
