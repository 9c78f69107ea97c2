"""The shapes of Scout's Find All group, as they go over the wire."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from netnew.api.dialects.scout.examples import ASKED, PREVIEW, RUN
from netnew.api.extension import Extras, Told

FieldName = Annotated[str, Field(min_length=1, max_length=200)]
Fields = Annotated[list[FieldName], Field(max_length=60)]
Limit = Annotated[int, Field(ge=1, le=100)]

_MOST_BYTES = 64 * 1024


def _not_too_long(document: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(document, ensure_ascii=False).encode()) > _MOST_BYTES:
        raise ValueError(f"more than {_MOST_BYTES:,} bytes of JSON")
    return document


# It is kept with the run as it came, and told in every view of it.
Document = Annotated[dict[str, Any], Field(max_length=1_000), AfterValidator(_not_too_long)]


# ------------------------------------------------------------------------------------ what is asked


class FindAllRequest(BaseModel):
    """A question, and the columns that each row is to have."""

    model_config = ConfigDict(json_schema_extra={"examples": [ASKED]})

    query: str = Field(min_length=1, max_length=10_000, description="What to find all of.")
    fields: Fields | None = Field(None, description="Columns of the rows.")
    output_schema: Document | None = Field(
        None, description="JSON Schema of a row, an object with properties; it beats `fields`."
    )
    limit: Limit = Field(20, description="How many entities at most.")
    netnew: Extras | None = Field(None, description="Asked beyond the wire format of Scout.")


class FindAllRunRequest(FindAllRequest):
    """The same for a run in the background, which can tell a webhook of its end."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [ASKED, ASKED | {"webhook": "https://example.org/done"}]}
    )

    webhook: str | None = Field(
        None, min_length=1, max_length=2_048, description="An https address, told of the end."
    )
    webhook_secret: str | None = Field(
        None, max_length=512, description="Signs what is sent to the webhook."
    )
    metadata: Document | None = Field(
        None, description="Your own keys, given back; 64 KB of JSON at most."
    )


class FindAllExtendRequest(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"limit": 20}]})

    limit: Annotated[Limit, Field(description="How many more entities to find.")] = 20


class FindAllEnrichRequest(BaseModel):
    """Further columns, for the entities of a run and those it is yet to find."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"fields": ["director"]}]})

    fields: Fields | None = None
    output_schema: Document | None = None
    processor: str | None = Field(None, max_length=100, description="Taken, and of no effect.")

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.fields and self.output_schema is None:
            raise ValueError("fields or output_schema is needed")
        return self


# ------------------------------------------------------------------------------------- what is told


class Metrics(BaseModel):
    generated_candidates_count: int
    matched_candidates_count: int


class FindAllStatus(BaseModel):
    """How a completed run stands; every other is told in one word."""

    status: Literal["completed"]
    is_active: bool
    metrics: Metrics
    termination_reason: str | None


class Citation(BaseModel):
    url: str
    title: str | None
    excerpts: list[str]


class FieldBasis(BaseModel):
    """Why a field has its value."""

    field: str
    citations: list[Citation]
    reasoning: str
    confidence: Literal["low", "medium", "high"] | None


class ConditionOutput(BaseModel):
    type: Literal["match_condition"] = "match_condition"
    value: str | None
    is_matched: bool


class FieldOutput(BaseModel):
    type: Literal["enrichment"] = "enrichment"
    value: Any


class FindAllCandidate(BaseModel):
    """An entity that was looked at, with the proof of every field."""

    candidate_id: str
    name: str
    url: str
    description: str | None
    match_status: Literal["generated", "matched", "unmatched"]
    output: dict[str, ConditionOutput | FieldOutput]
    basis: list[FieldBasis]


class Condition(BaseModel):
    name: str
    description: str


class FindAllSchema(BaseModel):
    """What was read in the query."""

    objective: str
    entity_type: str
    match_conditions: list[Condition]
    generator: str
    match_limit: int


class FindAllRunView(BaseModel):
    """A run: what it was asked, how it stands, what it has found so far."""

    model_config = ConfigDict(json_schema_extra={"examples": [RUN]})

    findall_id: str = Field(description="Opaque id of the run.")
    status: Literal["queued", "running", "completed", "failed", "cancelled"] | FindAllStatus = (
        Field(description="One word until the run has completed, an object then.")
    )
    query: str
    fields: list[str] | None = Field(description="Columns that were asked for.")
    output_schema: dict[str, Any] | None
    entities: list[dict[str, Any]] = Field(description="Flat rows, as many as there are so far.")
    candidates: list[FindAllCandidate] | None = Field(
        description="All that were looked at; null until the run has completed, and in lists."
    )
    metadata: dict[str, Any] | None = Field(description="`title`, `input`, and your own keys.")
    findall_schema: FindAllSchema | None
    count: int = Field(description="How many entities there are so far.")
    error: str | None = Field(description="Why it failed.")
    createdAt: str | None
    completedAt: str | None
    credits: int
    webhook_attempts: int = Field(description="How often the webhook was tried.")
    last_webhook_status: int | None = Field(description="The HTTP status of the last try.")
    last_webhook_error: str | None
    netnew: Told = Field(description="Told beyond the wire format of Scout.")


class FindAllResponse(BaseModel):
    """A quick look: one pass of searches, at most 25 seconds."""

    model_config = ConfigDict(json_schema_extra={"examples": [PREVIEW]})

    query: str
    entities: list[dict[str, Any]]
    count: int
    turns: int = Field(description="Rounds of searching.")
    credits: int
    findall_id: str | None = Field(description="The preview is kept as a run of this id.")
    metadata: dict[str, Any] | None
    status: FindAllStatus | None
    candidates: list[FindAllCandidate] | None
    findall_schema: FindAllSchema | None
    sources: list[str] = Field(description="Addresses of the pages that were read.")
    is_preview: bool
    netnew: Told


class FindAllRunList(BaseModel):
    """The newest first. `next_cursor` leads on from here, whatever is begun meanwhile."""

    runs: list[FindAllRunView]
    total: int
    limit: int
    offset: int
    next_cursor: str | None


class RunEvent(BaseModel):
    """`type` says what else there is: `message` and `pct` of `run.progress`, `entity` of
    `run.entity`, `run` of `run.completed`, `run.failed` and `run.cancelled`; `message` also of the
    `run.completed` that ends a failed extension."""

    type: str
    findall_id: str
    seq: int = Field(description="Rises within a run; not every number is told.")
    ts: str
    message: str | None = None
    pct: Annotated[int, Field(ge=0, le=100)] | None = None
    entity: dict[str, Any] | None = None
    run: FindAllRunView | None = None

    def document(self) -> dict[str, Any]:
        """Without what an event of its type does not have."""
        return {k: v for k, v in self.model_dump(mode="json").items() if v is not None}


class RunEvents(BaseModel):
    events: list[RunEvent]
    next_cursor: str | None = Field(None, description="Goes on behind these, as `cursor`.")
