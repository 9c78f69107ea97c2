"""What is asked in Parallel's format. Fields it does not know are ignored."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from netnew.api.dialects.parallel.responses import Generator, Plain
from netnew.api.netnew_extension import NetnewRequest
from netnew.domain.enrichment import MAX_LEAVES
from netnew.domain.run import MAX_CONDITIONS, MAX_OBJECTIVE_CHARS

MAX_MATCHES = 1_000
MIN_MATCHES = 5
MAX_PREVIEWED = 10
MAX_EXCLUDED = 10_000
_MAX_KEYS = 1_000
_MAX_METADATA_BYTES = 64 * 1024

EventType = Literal[
    "findall.candidate.generated",
    "findall.candidate.matched",
    "findall.candidate.unmatched",
    "findall.candidate.enriched",
    "findall.candidate.cancelled",
    "findall.run.completed",
    "findall.run.cancelled",
    "findall.run.failed",
]


def _whole(given: object) -> object:
    """JSON has one kind of number: 10.0 is 10."""
    return int(given) if isinstance(given, float) and given.is_integer() else given


def _not_too_many(given: object) -> object:
    """Counted before the values are looked at: each wrong one would be an error of its own."""
    if isinstance(given, dict) and len(given) > _MAX_KEYS:
        raise ValueError(f"has {len(given):,} keys; at most {_MAX_KEYS:,}")
    return given


# The bounds stand next to the type: only there do they get into the document.
MatchLimit = Annotated[
    int, Field(strict=True, ge=MIN_MATCHES, le=MAX_MATCHES), BeforeValidator(_whole)
]
Positive = Annotated[int, Field(strict=True, gt=0), BeforeValidator(_whole)]
Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Objective = Annotated[Text, Field(max_length=MAX_OBJECTIVE_CHARS)]
Name = Annotated[str, Field(max_length=500)]
Description = Annotated[str, Field(max_length=10_000)]
Url = Annotated[str, Field(max_length=2_000)]
Bounded = (Field(max_length=_MAX_KEYS), BeforeValidator(_not_too_many))


class IngestInput(BaseModel):
    objective: Objective

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"objective": "Find all museums in Norway that show ships"}]
        }
    )


class ConditionRequest(BaseModel):
    name: Annotated[Text, Field(max_length=500)]
    description: Annotated[Text, Field(max_length=10_000)]


class ExcludedRequest(BaseModel):
    name: Name
    url: Url


class WebhookBody(BaseModel):
    """Without `event_types`: all events; with an empty list: none."""

    url: Url = Field(pattern=r"^[hH][tT][tT][pP][sS]?://")
    event_types: Annotated[list[EventType], Field(max_length=100, fail_fast=True)] | None = None


class OutputSchemaRequest(BaseModel):
    type: Literal["json"] = "json"
    json_schema: dict[str, Any] = Field(description="at most 25,000 characters")


class McpServerRequest(BaseModel):
    type: Literal["url"] = "url"
    url: Url
    name: Name
    headers: Annotated[dict[str, str], *Bounded] | None = Field(
        default=None, description="not stored"
    )
    allowed_tools: Annotated[list[Name], Field(max_length=1_000, fail_fast=True)] | None = None


class FindAllEnrichInput(BaseModel):
    output_schema: OutputSchemaRequest
    processor: Name = "core"
    mcp_servers: Annotated[list[McpServerRequest], Field(max_length=20, fail_fast=True)] | None = (
        Field(default=None, description="stored and returned without headers; no server is called")
    )

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "processor": "core",
                    "output_schema": {
                        "type": "json",
                        "json_schema": {
                            "type": "object",
                            "properties": {
                                "founded": {"type": "string", "description": "Year it opened"}
                            },
                        },
                    },
                }
            ]
        }
    )


class FieldRequest(BaseModel):
    """A text field by name: the short form that a create also accepts."""

    name: Annotated[Text, Field(max_length=500)]
    description: Description = ""


class FindAllRunInput(BaseModel):
    objective: Objective
    entity_type: Annotated[Text, Field(max_length=500)]
    match_conditions: list[ConditionRequest] = Field(min_length=1, max_length=MAX_CONDITIONS)
    generator: Generator
    match_limit: MatchLimit
    exclude_list: (
        Annotated[list[ExcludedRequest], Field(max_length=MAX_EXCLUDED, fail_fast=True)] | None
    ) = None
    metadata: Annotated[dict[str, Plain], *Bounded] | None = Field(
        default=None, description="at most 64 KiB as JSON"
    )
    webhook: WebhookBody | None = None
    memory_scope_key: str | None = Field(default=None, pattern=r"^[a-zA-Z0-9_-]{1,128}$")
    enrichments: (
        Annotated[
            list[FindAllEnrichInput | FieldRequest], Field(max_length=MAX_LEAVES, fail_fast=True)
        ]
        | None
    ) = None
    netnew: NetnewRequest | None = Field(default=None, description="netnew's additional options")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "objective": "Find all museums in Norway that show ships",
                    "entity_type": "museums",
                    "match_conditions": [
                        {"name": "country", "description": "The museum is located in Norway."},
                        {"name": "ships", "description": "The museum shows ships."},
                    ],
                    "generator": "core",
                    "match_limit": 50,
                }
            ]
        }
    )

    @field_validator("metadata")
    @classmethod
    def _small(cls, metadata: dict[str, Plain] | None) -> dict[str, Plain] | None:
        if len(json.dumps(metadata, ensure_ascii=False).encode()) > _MAX_METADATA_BYTES:
            raise ValueError("is longer than 64 KiB as JSON")
        return metadata

    @field_validator("match_conditions")
    @classmethod
    def _names_once(cls, conditions: list[ConditionRequest]) -> list[ConditionRequest]:
        names = [x.name for x in conditions]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{name!r} is there twice; each condition needs a name of its own")
        return conditions

    @model_validator(mode="after")
    def _small_preview(self) -> Self:
        if self.generator == "preview" and self.match_limit > MAX_PREVIEWED:
            problem = f"must be between {MIN_MATCHES} and {MAX_PREVIEWED} for a preview"
            raise ValueError(f"match_limit {problem}")
        return self


class FindAllExtendInput(BaseModel):
    additional_match_limit: Positive = Field(description="how many more; at most 1000 in total")

    model_config = ConfigDict(json_schema_extra={"examples": [{"additional_match_limit": 40}]})


class EntitySearchRequest(BaseModel):
    entity_type: Literal["people", "companies"]
    objective: Objective
    match_limit: MatchLimit = 100


class CandidatesRequest(BaseModel):
    entity_type: Literal["people", "company"]
    objective: Objective
    match_limit: MatchLimit = 100
