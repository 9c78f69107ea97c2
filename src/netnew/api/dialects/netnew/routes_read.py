"""Listed, shown, deleted; what they found, and which of it was one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Response

from netnew.api.auth import CurrentCaller
from netnew.api.authenticated_route import AuthenticatedRoute
from netnew.api.dialects.netnew.errors import refusals
from netnew.api.dialects.netnew.responses import (
    CandidatePage,
    CandidateView,
    Limit,
    MergeLog,
    Offset,
    RunPage,
    RunView,
    merge_view,
    run_view,
)
from netnew.api.path_ids import run_id_in_path
from netnew.domain.candidate import MatchStatus
from netnew.exports.json_document import candidate_document

router = APIRouter(route_class=AuthenticatedRoute)

Status = Annotated[
    MatchStatus | None,
    Query(description="only candidates with this status; by default all except discarded"),
]


@router.get("/runs", responses=refusals())
async def list_runs(caller: CurrentCaller, limit: Limit = 20, offset: Offset = 0) -> RunPage:
    """The runs of the workspace, created through any interface, newest first."""
    found = await caller.service.queries.runs(limit, offset=offset)
    total = await caller.service.queries.count_runs()
    more = offset + len(found) < total
    return RunPage(
        runs=[run_view(x) for x in found],
        total=total,
        next_offset=offset + len(found) if found and more else None,
    )


@router.get("/runs/{run_id}", responses=refusals(404))
async def show_run(caller: CurrentCaller, run_id: str) -> RunView:
    """A run; its id may be written in any dialect's form."""
    return run_view(await caller.service.queries.run(run_id_in_path(run_id)))


@router.delete("/runs/{run_id}", status_code=204, responses=refusals(404, 413))
async def delete_run(caller: CurrentCaller, run_id: str) -> Response:
    """Delete a run and its rows, even while it is running. Pages and verdicts stay, so that
    repeating the question stays cheap."""
    await caller.service.delete(run_id_in_path(run_id))
    return Response(status_code=204)


@router.get("/runs/{run_id}/candidates", responses=refusals(404))
async def list_candidates(
    caller: CurrentCaller,
    run_id: str,
    match_status: Status = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> CandidatePage:
    """Candidates with their verdicts, values and quotes. Pages are stable while a run continues:
    new candidates are appended."""
    run = await caller.service.queries.run(run_id_in_path(run_id))
    met, page = 0, []
    async for candidate in caller.service.queries.candidates(run.id):
        if not _wanted(candidate.status, match_status):
            continue
        if met == offset + limit:
            break
        met += 1
        if met > offset:
            page.append(candidate_document(candidate, run.spec.enrichments))
    else:
        return CandidatePage(candidates=_views(page), next_offset=None)
    return CandidatePage(candidates=_views(page), next_offset=offset + limit)


@router.get("/runs/{run_id}/merges", responses=refusals(404))
async def list_merges(caller: CurrentCaller, run_id: str) -> MergeLog:
    """Which candidates were merged, and why."""
    run = await caller.service.queries.run(run_id_in_path(run_id))
    log = await caller.service.queries.merges(run.id)
    return MergeLog(merges=[merge_view(n, x) for n, x in enumerate(log, 1)])


def _wanted(status: MatchStatus, asked: MatchStatus | None) -> bool:
    return status is not MatchStatus.DISCARDED if asked is None else status is asked


def _views(documents: Sequence[object]) -> list[CandidateView]:
    return [CandidateView.model_validate(x) for x in documents]
