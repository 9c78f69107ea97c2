"""The shapes of Extruct's Deep Search, as they go over the wire."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from netnew.api.netnew_extension import NetnewRequest
from netnew.domain.run import MAX_OBJECTIVE_CHARS

MAX_RESULTS = 250
MAX_CRITERIA = 20
MAX_EXCLUDED = 1_000
MAX_EXCLUDED_TASKS = 100

# What a list may have as it comes, before what is in it twice is counted once: an error is made of
# each wrong item, so that one without an end would take half a minute.
_MAX_ENTRIES = 5_000
_MAX_CRITERIA_GIVEN = 100
_MAX_URL_CHARS = 2_048
_MAX_KEY_CHARS = 500

DomainText = Annotated[str, StringConstraints(max_length=_MAX_URL_CHARS)]
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


class DataSourceRequest(StrEnum):
    """`extruct_db` means this server's own corpora and lists."""

    WEB_SEARCH = "web_search"
    LINKEDIN = "linkedin"
    MAPS = "maps"
    EXTRUCT_DB = "extruct_db"


class CriterionDefinition(BaseModel):
    key: Annotated[
        str,
        Field(
            pattern=r"^[a-zA-Z][a-zA-Z0-9_]*$",
            max_length=_MAX_KEY_CHARS,
            description="Identifies the criterion in `scores`.",
        ),
    ]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    criterion: Annotated[str, Field(min_length=10, max_length=500, description="What is judged.")]


class DiscoveryTaskInput(BaseModel):
    """Unknown keys are ignored."""

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
    desired_num_results: Annotated[int, Field(ge=1, le=MAX_RESULTS)] = 100
    auto_data_sources: bool = True
    data_sources: Annotated[
        list[DataSourceRequest] | None,
        Field(
            max_length=100,
            description="Ignored if `auto_data_sources` is true, required if it is false.",
        ),
    ] = None
    criteria: Annotated[
        list[CriterionDefinition] | None,
        Field(
            max_length=_MAX_CRITERIA_GIVEN,
            description=f"At most {MAX_CRITERIA}, with distinct keys. Without any, they"
            " are read from the query.",
        ),
    ] = None
    exclude_domains: Annotated[
        list[DomainText] | None,
        Field(
            max_length=_MAX_ENTRIES,
            description="Domains or addresses; each counts as its registered domain.",
        ),
    ] = None
    exclude_task_ids: Annotated[
        list[TaskIdText] | None,
        Field(
            max_length=_MAX_ENTRIES,
            description=f"Finished tasks, at most {MAX_EXCLUDED_TASKS}, whose results' domains are"
            f" excluded. Together with `exclude_domains` at most {MAX_EXCLUDED:,} domains.",
        ),
    ] = None
    table: Annotated[
        dict[str, Any] | None,
        Field(max_length=100, description="Not supported: any value is refused (422)."),
    ] = None
    netnew: NetnewRequest | None = None


class ResumeDiscoveryTaskInput(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"desired_new_results": 25}]})

    desired_new_results: Annotated[
        int,
        Field(
            ge=0,
            le=MAX_RESULTS,
            description=f"How many more; at most {MAX_RESULTS} in total.",
        ),
    ] = 25
