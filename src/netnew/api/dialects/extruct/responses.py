"""The shapes of Extruct's Deep Search, as they go over the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from netnew.api.dialects.extruct.requests import (
    CriterionDefinition,
    DiscoveryDataSource,
    Status,
)
from netnew.api.netnew_extension import NetnewResponse


class TaskView(NetnewResponse):
    """What netnew adds to a task."""

    error: str | None = Field(description="Why the task failed; null otherwise.")


class DiscoveryTaskOutput(BaseModel):
    id: str
    created_at: datetime
    status: Status
    query: str
    desired_num_results: int
    is_exhausted: bool = False
    num_results_discovered: Annotated[int, Field(description="Candidates found.")] = 0
    num_results_enriched: Annotated[int, Field(description="Of these, how many were read.")] = 0
    num_results_evaluated: Annotated[int, Field(description="Of these, how many were judged.")] = 0
    num_results: Annotated[
        int, Field(description="Of these, how many have grade 4 or 5 in 75 % of the criteria.")
    ] = 0
    table_id: str | None = None
    auto_data_sources: bool = True
    data_sources: list[DiscoveryDataSource] | None = None
    criteria: list[CriterionDefinition] | None = None
    exclude_domains: Annotated[
        list[str] | None,
        Field(
            description="The excluded registered domains, sorted, fixed at creation: those "
            "given and those of the given tasks' results."
        ),
    ] = None
    netnew: TaskView


class Score(BaseModel):
    grade: Annotated[int, Field(ge=1, le=5, description="5 and 4: satisfied. 3: not stated.")]
    explanation: str
    sources: Annotated[list[str], Field(description="The cited pages.")]


class ResultView(BaseModel):
    """What netnew adds to a result."""

    candidate_id: str
    match_status: str
    is_qualified: bool
    url: Annotated[str, Field(description="Its own site, otherwise the best page about it.")]


class DiscoveryTaskResult(BaseModel):
    """Profile fields that the pages do not state are null."""

    id: str
    task_id: str
    company_name: str
    company_description: str
    company_website: Annotated[
        str, Field(description="The domain, or the full address of an entity without one.")
    ]
    relevance: Annotated[int, Field(ge=0, le=100)]
    created_at: datetime
    company_profile_id: str | None = None
    source: DiscoveryDataSource | None = None
    scores: Annotated[dict[str, Score], Field(description="By criterion key.")]
    founding_year: int | None = None
    employee_count: Annotated[
        str | None, Field(description="'1-10', '11-50' … '5001-10000', '10001+'")
    ] = None
    hq_country: str | None = None
    hq_state_province: str | None = None
    hq_city: str | None = None
    company_full_description: str | None = None
    netnew: ResultView


class DiscoveryTaskResults(DiscoveryTaskOutput):
    results: list[DiscoveryTaskResult]
