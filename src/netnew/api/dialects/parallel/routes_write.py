"""Beginning runs, and changing them."""

from __future__ import annotations

from contextlib import aclosing

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from netnew.api.auth import Caller, CurrentCaller
from netnew.api.authenticated_route import AuthenticatedRoute, takes_list
from netnew.api.dialects.parallel import responses
from netnew.api.dialects.parallel.convert import is_being_cancelled, run_view, schema_view, spec_of
from netnew.api.dialects.parallel.errors import documented
from netnew.api.dialects.parallel.output_schemas import metadata_with, requested_fields
from netnew.api.dialects.parallel.requests import (
    MAX_MATCHES,
    FindAllEnrichInput,
    FindAllExtendInput,
    FindAllRunInput,
)
from netnew.api.dialects.parallel.retry_dedup import create_once
from netnew.api.dialects.parallel.routes_read import metrics
from netnew.api.dialects.parallel.webhooks import webhook_request
from netnew.api.event_stream import follow
from netnew.api.path_ids import run_id_in_path
from netnew.domain.errors import Conflict, InvalidInput
from netnew.domain.ids import RunId
from netnew.domain.run import Run, TerminationReason

router = APIRouter(route_class=AuthenticatedRoute)

_FIELDS = "output_schema.json_schema"
_ENDS_WITHIN_S = 15.0
_MAX_READ_AT_ONCE = 500  # of an exclude list; a longer one is read off the event loop


@router.post("/v1beta/findall/runs", response_model=responses.FindAllRun, responses=documented(413))
@takes_list
async def create_run(caller: CurrentCaller, request: Request, asked: FindAllRunInput) -> Response:
    """Create a run. It is queued immediately; nothing is searched before the response."""
    hook = webhook_request(asked.webhook)
    if len(asked.exclude_list or ()) > _MAX_READ_AT_ONCE:
        spec = await caller.api.off_loop.run(spec_of, asked, caller.api.settings)
    else:
        spec = spec_of(asked, caller.api.settings)
    run = await create_once(caller, request, await request.body(), spec, hook)
    return run_view(run, await metrics(caller, run)).response()


@router.post(
    "/v1beta/findall/runs/{findall_id}/extend",
    response_model=responses.FindAllSchema,
    responses=documented(404, 413),
)
async def extend_run(caller: CurrentCaller, findall_id: str, asked: FindAllExtendInput) -> Response:
    """Find more matches, while the run is active or after it has reached its limit. Decisions
    stay."""
    more, run_id = asked.additional_match_limit, run_id_in_path(findall_id)
    caps = caller.api.settings.budget
    run = await caller.service.extend(
        run_id, more, allowed=lambda run: _may_extend(run, more), caps=caps
    )
    return schema_view(run).response()


@router.post(
    "/v1beta/findall/runs/{findall_id}/enrich",
    response_model=responses.FindAllSchema,
    responses=documented(404, 413),
)
async def enrich_run(caller: CurrentCaller, findall_id: str, asked: FindAllEnrichInput) -> Response:
    """Fill further fields for all matches, present and future. A finished run is queued for this
    and returns to its previous final state."""
    fields, told = requested_fields(asked)
    run_id = run_id_in_path(findall_id)
    await _ended_if_cancelled(caller, run_id)
    try:
        run = await caller.service.enrich(run_id, fields, note=lambda run: metadata_with(run, told))
    except InvalidInput as error:
        if error.field == "enrichments":
            raise InvalidInput(_FIELDS, error.problem, error.allowed) from None
        raise
    return schema_view(run).response()


@router.post(
    "/v1beta/findall/runs/{findall_id}/cancel",
    status_code=204,
    response_class=Response,
    responses=documented(404, 409, 413),
)
async def cancel_run(caller: CurrentCaller, findall_id: str) -> Response:
    """Start no further work; everything found is kept."""
    run = await caller.service.queries.run(run_id_in_path(findall_id))
    if run.status.is_terminal or is_being_cancelled(run):
        raise Conflict("Cannot cancel a terminated FindAll run")
    await caller.service.cancel(run.id)
    return Response(status_code=204)


def _may_extend(run: Run, more: int) -> None:
    """Raises InvalidInput where the format does not allow it, though the engine could."""
    name, limit = "additional_match_limit", run.spec.match_limit
    if run.spec.generator == "preview":
        raise InvalidInput(name, "a preview cannot be extended", "another generator")
    if limit + more > MAX_MATCHES:
        left = MAX_MATCHES - limit
        allowed = f"1 to {left}" if left > 0 else "none: the run has the highest limit there is"
        raise InvalidInput(name, f"the total must be between 5 and {MAX_MATCHES}", allowed)
    if is_being_cancelled(run):
        raise InvalidInput(name, "the run is cancelled", "a run that has met its limit")
    met = run.termination_reason is TerminationReason.MATCH_LIMIT_MET
    if run.status.is_terminal and not met:
        problem = f"the run is {run.status} ({run.termination_reason})"
        raise InvalidInput(name, problem, "a run under way, or one that has met its match limit")


async def _ended_if_cancelled(caller: Caller, run_id: RunId) -> None:
    """A run that was cancelled a moment ago fills nothing more before it has ended."""
    run = await caller.service.queries.run(run_id)
    if not is_being_cancelled(run):
        return
    async with aclosing(follow(caller, run_id, run.last_seq, 1.0, _ENDS_WITHIN_S)) as events:
        async for _ in events:
            pass
