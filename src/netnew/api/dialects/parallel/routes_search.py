"""What begins no run: reading an objective, and looking for entities without judging them."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from netnew.api.auth import Caller, CurrentCaller
from netnew.api.authenticated_route import AuthenticatedRoute
from netnew.api.dialects.parallel import responses
from netnew.api.dialects.parallel.errors import documented
from netnew.api.dialects.parallel.output_schemas import schemas_in_response
from netnew.api.dialects.parallel.requests import (
    CandidatesRequest,
    EntitySearchRequest,
    IngestInput,
)
from netnew.domain.condition import MatchCondition
from netnew.domain.run import RunSpec

router = APIRouter(route_class=AuthenticatedRoute)


@router.post(
    "/v1beta/findall/ingest", response_model=responses.FindAllSchema, responses=documented(413)
)
async def ingest(caller: CurrentCaller, asked: IngestInput) -> Response:
    """How a run would read this objective: entity type, conditions and requested fields."""
    api = caller.api
    spec = RunSpec(
        objective=asked.objective, sources=api.settings.sources, judge=api.settings.judge
    )
    api.begun.take(caller.key_id)
    planned = await caller.service.read_objective(replace(spec, budget=api.settings.budget))
    read = planned.spec
    # A create needs a condition: what names none is asked for as it stands.
    conditions = read.conditions or (MatchCondition("matches_objective", asked.objective),)
    view = responses.FindAllSchema(
        objective=read.objective,
        entity_type=read.entity_type or "entities",
        match_conditions=[
            responses.Condition(name=x.name, description=x.description) for x in conditions
        ],
        generator="core",
        match_limit=None,
    )
    if read.enrichments:
        view.enrichments = schemas_in_response(read.enrichments)
    return view.response()


@router.post(
    "/v1beta/findall/entity-search",
    response_model=responses.EntitySearchResponse,
    responses=documented(413),
)
async def entity_search(caller: CurrentCaller, asked: EntitySearchRequest) -> Response:
    """Entities that may be meant, most likely first: within seconds and without proof."""
    found = await _entities(caller, asked.entity_type, asked.objective, asked.match_limit)
    set_id = f"entity_set_{caller.api.ids.uuid().hex}"
    return responses.EntitySearchResponse(entity_set_id=set_id, entities=found).response()


@router.post(
    "/v1beta/findall/candidates",
    response_model=responses.CandidatesResponse,
    responses=documented(413),
)
async def candidates(caller: CurrentCaller, asked: CandidatesRequest) -> Response:
    """The older name of entity search."""
    kind = "companies" if asked.entity_type == "company" else asked.entity_type
    found = await _entities(caller, kind, asked.objective, asked.match_limit)
    set_id = f"candidate_set_{caller.api.ids.uuid().hex}"
    return responses.CandidatesResponse(candidate_set_id=set_id, candidates=found).response()


async def _entities(
    caller: Caller, entity_type: str, objective: str, limit: int
) -> list[responses.Entity]:
    found = await caller.service.find_entities(entity_type, objective, limit)
    return [responses.Entity(name=x.name, url=x.url, description=x.description) for x in found]
