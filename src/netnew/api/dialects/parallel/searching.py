"""What begins no run: reading an objective, and looking for entities without judging them."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from netnew.api.caller import TheCaller
from netnew.api.dialects.parallel import wire
from netnew.api.dialects.parallel.bodies import (
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
    read = (await caller.service.plan(replace(spec, budget=house.settings.budget))).spec
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
