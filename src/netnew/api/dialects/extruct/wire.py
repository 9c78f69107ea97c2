"""The shapes of Extruct's Deep Search, as they go over the wire."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from netnew.api.extension import Extras, Told
from netnew.domain.run import MAX_OBJECTIVE_CHARS

MOST_RESULTS = 250
MOST_CRITERIA = 20
MOST_EXCLUDED = 1_000
MOST_EXCLUDED_TASKS = 100

# What a list may have as it comes, before what is in it twice is counted once: an error is made of
# each wrong item, so that one without an end would take half a minute.
_MOST_ENTRIES = 5_000
_MOST_CRITERIA_GIVEN = 100
_MOST_URL_CHARS = 2_048
_MOST_KEY_CHARS = 500

DomainText = Annotated[str, StringConstraints(max_length=_MOST_URL_CHARS)]
TaskIdText = Annotated[str, StringConstraints(max_length=200)]


class Status(StrEnum):
    CREATED = "created"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    FAILED = "failed"


class DiscoveryDataSource(StrEnum):
    WEB_SEARCH = "web_search"
    LINKEDIN = "linkedin"
    MAPS = "maps"


class DataSourceAsked(StrEnum):
    """`extruct_db` is what this server has of its own: its corpora and lists."""

    WEB_SEARCH = "web_search"
    LINKEDIN = "linkedin"
    MAPS = "maps"
    EXTRUCT_DB = "extruct_db"


class CriterionDefinition(BaseModel):
    key: Annotated[
        str,
        Field(
            pattern=r"^[a-zA-Z][a-zA-Z0-9_]*$",
            max_length=_MOST_KEY_CHARS,
            description="Identifies the criterion; its scores stand under it.",
        ),
    ]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    criterion: Annotated[
        str, Field(min_length=10, max_length=500, description="What a company is judged by.")
    ]


class DiscoveryTaskInput(BaseModel):
    """Keys that are not listed here are ignored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "query": "Robotics startups in Denmark with fewer than 50 people",
                    "desired_num_results": 40,
                    "criteria": [
                        {
                            "key": "is_small",
                            "name": "Small team",
                            "criterion": "The company has fewer than 50 people.",
                        }
                    ],
                    "exclude_domains": ["https://www.example.com/about"],
                }
            ]
        }
    )

    query: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_OBJECTIVE_CHARS),
        Field(description="The question in plain words."),
    ]
    desired_num_results: Annotated[int, Field(ge=1, le=MOST_RESULTS)] = 100
    auto_data_sources: bool = True
    data_sources: Annotated[
        list[DataSourceAsked] | None,
        Field(
            max_length=100,
            description="Ignored while `auto_data_sources` is true, needed when it is false.",
        ),
    ] = None
    criteria: Annotated[
        list[CriterionDefinition] | None,
        Field(
            max_length=_MOST_CRITERIA_GIVEN,
            description=f"At most {MOST_CRITERIA}, each with a key of its own. Without any, they"
            " are read in the query.",
        ),
    ] = None
    exclude_domains: Annotated[
        list[DomainText] | None,
        Field(
            max_length=_MOST_ENTRIES,
            description="Domains or addresses; each counts as its registered domain.",
        ),
    ] = None
    exclude_task_ids: Annotated[
        list[TaskIdText] | None,
        Field(
            max_length=_MOST_ENTRIES,
            description=f"Tasks that are done, at most {MOST_EXCLUDED_TASKS}: the domains of their"
            f" results are left out. With `exclude_domains` at most {MOST_EXCLUDED:,} domains.",
        ),
    ] = None
    table: Annotated[
        dict[str, Any] | None,
        Field(max_length=100, description="Tables are not supported: any is refused (422)."),
    ] = None
    netnew: Extras | None = None


class ResumeDiscoveryTaskInput(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"desired_new_results": 25}]})

    desired_new_results: Annotated[
        int,
        Field(
            ge=0,
            le=MOST_RESULTS,
            description=f"So many more; the task has never more than {MOST_RESULTS} in all.",
        ),
    ] = 25


class TaskTold(Told):
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
    netnew: TaskTold


class Score(BaseModel):
    grade: Annotated[int, Field(ge=1, le=5, description="5 and 4: it holds. 3: not stated.")]
    explanation: str
    sources: Annotated[list[str], Field(description="The pages that are cited.")]


class ResultTold(BaseModel):
    """What netnew tells of a result besides."""

    candidate_id: str
    match_status: str
    is_qualified: bool
    url: Annotated[str, Field(description="Its own site, else the best page about it.")]


class Result(BaseModel):
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
    netnew: ResultTold


class DiscoveryTaskResults(DiscoveryTaskOutput):
    results: list[Result]
