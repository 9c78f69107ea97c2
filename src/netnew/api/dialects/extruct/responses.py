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
    """What netnew tells of a task besides."""

    error: str | None = Field(description="Why the task failed; null for every other.")


class DiscoveryTaskOutput(BaseModel):
    id: str
    created_at: datetime
    status: Status
    query: str
    desired_num_results: int
    is_exhausted: bool = False
    num_results_discovered: Annotated[
        int, Field(description="Candidates that the sources gave.")
    ] = 0
    num_results_enriched: Annotated[int, Field(description="Of them, those that were read.")] = 0
    num_results_evaluated: Annotated[int, Field(description="Of them, those that were judged.")] = 0
    num_results: Annotated[
        int, Field(description="Of them, those with grade 4 or 5 in 75 % of the criteria.")
    ] = 0
    table_id: str | None = None
    auto_data_sources: bool = True
    data_sources: list[DiscoveryDataSource] | None = None
    criteria: list[CriterionDefinition] | None = None
    exclude_domains: Annotated[
        list[str] | None,
        Field(
            description="The registered domains left out, sorted, as they were when the task was"
            " created: those asked for and those of the results of the tasks asked for."
        ),
    ] = None
    netnew: TaskView


class Score(BaseModel):
    grade: Annotated[int, Field(ge=1, le=5, description="5 and 4: it holds. 3: not stated.")]
    explanation: str
    sources: Annotated[list[str], Field(description="The pages that are cited.")]


class ResultView(BaseModel):
    """What netnew tells of a result besides."""

    candidate_id: str
    match_status: str
    is_qualified: bool
    url: Annotated[str, Field(description="Its own site, else the best page about it.")]


class DiscoveryTaskResult(BaseModel):
    """Of the fields of a company's profile those are null that its pages do not state."""

    id: str
    task_id: str
    company_name: str
    company_description: str
    company_website: Annotated[
        str, Field(description="The domain; the whole address of who has none of his own.")
    ]
    relevance: Annotated[int, Field(ge=0, le=100)]
    created_at: datetime
    company_profile_id: str | None = None
    source: DiscoveryDataSource | None = None
    scores: Annotated[dict[str, Score], Field(description="By the key of the criterion.")]
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
