"""What can be asked of a run after it was begun."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from netnew.api.auth import CurrentCaller
from netnew.api.authenticated_route import AuthenticatedRoute
from netnew.api.dialects.netnew.errors import refusals
from netnew.api.dialects.netnew.responses import RunView, run_view
from netnew.api.netnew_extension import BudgetRequest
from netnew.api.path_ids import run_id_in_path
from netnew.domain.budget import Budget
from netnew.domain.run import MAX_MATCH_LIMIT

router = APIRouter(route_class=AuthenticatedRoute)

Many = Annotated[int, Field(ge=1, le=MAX_MATCH_LIMIT)]


class ResumeAsked(BaseModel):
    """`budget`: replaces the run's budget; otherwise the run's own budget starts again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    budget: BudgetRequest | None = None


class RefreshAsked(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"match_limit": 50, "rechecks": True}]}
    )

    match_limit: Many | None = Field(None, description="by default the run's")
    rechecks: bool = Field(
        False, description="check the matches again and report which changed or are gone"
    )


class ExtendAsked(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"additional": 25}]})

    additional: Many = Field(description="number of further matches")


@router.post("/runs/{run_id}/pause", responses=refusals(404, 409, 413))
async def pause(caller: CurrentCaller, run_id: str) -> RunView:
    """Pause at the next checkpoint."""
    return run_view(await caller.service.pause(run_id_in_path(run_id)))


@router.post("/runs/{run_id}/continue", responses=refusals(404, 409, 413))
async def unpause(caller: CurrentCaller, run_id: str) -> RunView:
    """Continue a paused run with what is left of its budget."""
    return run_view(await caller.service.unpause(run_id_in_path(run_id)))


@router.post("/runs/{run_id}/resume", responses=refusals(404, 409, 413))
async def resume(caller: CurrentCaller, run_id: str, asked: ResumeAsked | None = None) -> RunView:
    """Resume a run that failed, was cancelled or reached a cap, or whose worker is gone."""
    given = asked.budget if asked else None
    caps = caller.api.settings.budget
    budget = Budget(**given.model_dump()) if given else None
    return run_view(await caller.service.resume(run_id_in_path(run_id), budget, caps=caps))


@router.post("/runs/{run_id}/cancel", responses=refusals(404, 409, 413))
async def cancel(caller: CurrentCaller, run_id: str) -> RunView:
    """Cancel at the next checkpoint; the rows are kept."""
    return run_view(await caller.service.cancel(run_id_in_path(run_id)))


@router.post("/runs/{run_id}/keep", responses=refusals(404, 409, 413))
async def keep(caller: CurrentCaller, run_id: str) -> RunView:
    """Complete the run at the next checkpoint with what it has."""
    return run_view(await caller.service.keep(run_id_in_path(run_id)))


@router.post("/runs/{run_id}/extend", responses=refusals(404, 409, 413))
async def extend(caller: CurrentCaller, run_id: str, asked: ExtendAsked) -> RunView:
    """Find more matches; a running run continues beyond its limit."""
    caps = caller.api.settings.budget
    return run_view(
        await caller.service.extend(run_id_in_path(run_id), asked.additional, caps=caps)
    )


@router.post("/runs/{run_id}/refresh", status_code=201, responses=refusals(404, 409, 413))
async def refresh(caller: CurrentCaller, run_id: str, asked: RefreshAsked | None = None) -> RunView:
    """Create a run with the same question that excludes what this one found."""
    asked = asked or RefreshAsked(match_limit=None, rechecks=False)
    caller.api.begun.take(caller.key_id)
    named, caps = run_id_in_path(run_id), caller.api.settings.budget
    return run_view(
        await caller.service.refresh(named, asked.rechecks, asked.match_limit, caps=caps)
    )
