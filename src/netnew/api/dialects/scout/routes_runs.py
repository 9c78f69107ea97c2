"""Begun, listed, read, cancelled, extended, enriched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request

from netnew.api.auth import Caller, CurrentCaller
from netnew.api.create_run import WebhookRequest, create_run
from netnew.api.dialects.scout.convert_request import enrichments_of, metadata_with, spec_of
from netnew.api.dialects.scout.errors import RunNotCompleted, refusals
from netnew.api.dialects.scout.pagination import Cursor
from netnew.api.dialects.scout.requests import (
    FindAllEnrichRequest,
    FindAllExtendRequest,
    FindAllRunRequest,
)
from netnew.api.dialects.scout.responses import FindAllRunList, FindAllRunView
from netnew.api.dialects.scout.route_class import ONCE, ScoutRoute
from netnew.api.dialects.scout.run_metadata import FACE
from netnew.api.dialects.scout.run_reader import RunReader
from netnew.api.dialects.scout.webhooks import EVENT_TYPES, check_https
from netnew.api.idempotency import create_idempotently, respond_once
from netnew.api.path_ids import run_id_in_path
from netnew.domain.ids import RunId
from netnew.domain.run import GenerationKind, Run, RunStatus

router = APIRouter(route_class=ScoutRoute)

_MAX_LEFT_OUT = 1_000_000
_CHANGES = refusals(404, 409, 413)


@router.post("/runs", status_code=202, dependencies=[ONCE], responses=refusals(409, 413))
async def create(
    caller: CurrentCaller, request: Request, asked: FindAllRunRequest
) -> FindAllRunView:
    """Create a run, which is processed in the background. Poll it, follow its events, or use a
    webhook."""
    settings = caller.api.settings
    spec, hook = spec_of(asked, settings), _hook(asked)
    if hook is not None:
        check_https(hook.url, settings.webhook_private_addresses)

    async def start(as_id: RunId | None) -> Run:
        return await create_run(caller, spec, hook, as_id)

    return await _reading(caller).view(await create_idempotently(request, caller, start))


@router.get("/runs", responses=refusals())
async def list_runs(
    caller: CurrentCaller,
    limit: Annotated[int, Query(ge=1, le=100, description="Maximum number.")] = 50,
    offset: Annotated[int, Query(ge=0, le=_MAX_LEFT_OUT, description="How many to skip.")] = 0,
    cursor: Annotated[
        str | None,
        Query(max_length=200, description="`next_cursor` of a page; overrides `offset`."),
    ] = None,
) -> FindAllRunList:
    """All runs, newest first, including those created through other interfaces."""
    place = Cursor.of(cursor) if cursor else Cursor(offset=offset)
    found = await caller.service.queries.runs(limit, place.before, place.offset)
    reading = _reading(caller)
    return FindAllRunList(
        runs=[await reading.view(run, is_row_of_list=True) for run in found],
        total=await caller.service.queries.count_runs(),
        limit=limit,
        offset=offset,
        next_cursor=place.after(found).cursor() if len(found) == limit else None,
    )


@router.get("/runs/{findall_id}", responses=refusals(404))
async def retrieve(caller: CurrentCaller, findall_id: str) -> FindAllRunView:
    """The current state of a run, with everything found so far."""
    run = await caller.service.queries.run(run_id_in_path(findall_id))
    return await _reading(caller).view(run)


@router.post("/runs/{findall_id}/cancel", dependencies=[ONCE], responses=_CHANGES)
async def cancel(caller: CurrentCaller, request: Request, findall_id: str) -> FindAllRunView:
    """Stop a run at its next checkpoint and discard what it found. A run that was completed
    before it was extended returns to completed with its previous rows. A finished run stays
    unchanged."""
    run = await caller.service.cancel(run_id_in_path(findall_id))
    respond_once(request)
    if not run.status.is_terminal:
        run = _as_it_will_stand(run)
    return await _reading(caller).view(run)


@router.post("/runs/{findall_id}/extend", status_code=202, dependencies=[ONCE], responses=_CHANGES)
async def extend(
    caller: CurrentCaller,
    request: Request,
    findall_id: str,
    asked: FindAllExtendRequest | None = None,
) -> FindAllRunView:
    """Find more entities for a completed run and append them."""
    run, reading = await _completed(caller, findall_id), _reading(caller)
    limit = (asked or FindAllExtendRequest()).limit
    found = (await reading.view(run)).count
    run = await caller.service.extend(
        run.id,
        limit,
        allowed=_unchanged_since(run),
        judge_all=True,
        beyond=found,
        caps=caller.api.settings.budget,
    )
    respond_once(request)
    return await reading.view(run)


@router.post("/runs/{findall_id}/enrich", status_code=202, dependencies=[ONCE], responses=_CHANGES)
async def enrich(
    caller: CurrentCaller, request: Request, findall_id: str, asked: FindAllEnrichRequest
) -> FindAllRunView:
    """Fill further columns of a completed run's entities."""
    run = await _completed(caller, findall_id)
    new = enrichments_of(asked, run)

    check = _unchanged_since(run)

    def note(now: Run) -> dict[str, str]:
        check(now)
        return metadata_with(now, asked, new).packed()

    run = await caller.service.enrich(run.id, new, note=note)
    respond_once(request)
    return await _reading(caller).view(run)


def _reading(caller: Caller) -> RunReader:
    return RunReader(caller.service, caller.api.webhooks)


def _hook(asked: FindAllRunRequest) -> WebhookRequest | None:
    if asked.webhook is None:
        return None
    return WebhookRequest(
        FACE, asked.webhook, EVENT_TYPES, asked.webhook_secret or "", field="webhook"
    )


async def _completed(caller: Caller, findall_id: str) -> Run:
    """The run, which may also be one whose extension was cancelled. Raises NotFound,
    RunNotCompleted."""
    run = await caller.service.queries.run(run_id_in_path(findall_id))
    stands = await _reading(caller).standing(run)
    if stands.status is not RunStatus.COMPLETED:
        raise RunNotCompleted(f"the run is {stands.status.value}, not completed")
    return run


def _unchanged_since(run: Run) -> Callable[[Run], None]:
    """Asked once more as the command is written down, since two may come at once."""

    def check(now: Run) -> None:
        if (now.status, now.generation) != (run.status, run.generation):
            raise RunNotCompleted(f"the run is {now.status.value} again")

    return check


def _as_it_will_stand(run: Run) -> Run:
    """A run that is asked to stop, as it is at its next checkpoint. One that only fills fields
    stays as it had ended."""
    fills = run.errand is GenerationKind.ENRICH and run.ended_as is not None
    if fills:
        return replace(run, status=run.ended_as or RunStatus.CANCELLED)
    return replace(run, status=RunStatus.CANCELLED, ended_at=run.updated_at)
