"""What begins no run: reading an objective, and looking for entities without judging them."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from netnew.api.caller import Caller, TheCaller
from netnew.api.dialects.parallel import wire
from netnew.api.dialects.parallel.bodies import (
    CandidatesRequest,
    EntitySearchRequest,
    IngestInput,
)
from netnew.api.dialects.parallel.errors import documented
from netnew.api.dialects.parallel.schemas import schemas_told
from netnew.api.guarded import GuardedRoute
from netnew.domain.condition import MatchCondition
from netnew.domain.run import RunSpec

router = APIRouter(route_class=GuardedRoute)


@router.post("/v1beta/findall/ingest", response_model=wire.FindAllSchema, responses=documented(413))
async def ingest(caller: TheCaller, asked: IngestInput) -> Response:
    """What a run of this objective would ask: its entity type, its conditions, and the fields that
    it wants to know besides."""
    house = caller.house
    spec = RunSpec(
        objective=asked.objective, sources=house.settings.sources, judge=house.settings.judge
    )
    house.begun.take(caller.key_id)
    planned = await caller.service.read_objective(replace(spec, budget=house.settings.budget))
    read = planned.spec
    # A create needs a condition: what names none is asked for as it stands.
    conditions = read.conditions or (MatchCondition("matches_objective", asked.objective),)
    view = wire.FindAllSchema(
        objective=read.objective,
        entity_type=read.entity_type or "entities",
        match_conditions=[
            wire.Condition(name=x.name, description=x.description) for x in conditions
        ],
        generator="core",
        match_limit=None,
    )
    if read.enrichments:
        view.enrichments = schemas_told(read.enrichments)
    return view.response()


@router.post(
    "/v1beta/findall/entity-search",
    response_model=wire.EntitySearchResponse,
    responses=documented(413),
)
async def entity_search(caller: TheCaller, asked: EntitySearchRequest) -> Response:
    """Who may be meant, the likeliest first: within seconds, and without proof."""
    found = await _entities(caller, asked.entity_type, asked.objective, asked.match_limit)
    set_id = f"entity_set_{caller.house.ids.uuid().hex}"
    return wire.EntitySearchResponse(entity_set_id=set_id, entities=found).response()


@router.post(
    "/v1beta/findall/candidates",
    response_model=wire.CandidatesResponse,
    responses=documented(413),
)
async def candidates(caller: TheCaller, asked: CandidatesRequest) -> Response:
    """The older name of entity search."""
    kind = "companies" if asked.entity_type == "company" else asked.entity_type
    found = await _entities(caller, kind, asked.objective, asked.match_limit)
    set_id = f"candidate_set_{caller.house.ids.uuid().hex}"
    return wire.CandidatesResponse(candidate_set_id=set_id, candidates=found).response()


async def _entities(
    caller: Caller, entity_type: str, objective: str, limit: int
) -> list[wire.Entity]:
    found = await caller.service.find_entities(entity_type, objective, limit)
    return [wire.Entity(name=x.name, url=x.url, description=x.description) for x in found]
