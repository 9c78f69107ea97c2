"""The shapes of Scout's Find All group, as they go over the wire."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from netnew.api.dialects.scout.openapi_examples import PREVIEW, RUN
from netnew.api.netnew_extension import NetnewResponse

FieldName = Annotated[str, Field(min_length=1, max_length=200)]
Fields = Annotated[list[FieldName], Field(max_length=60)]
Limit = Annotated[int, Field(ge=1, le=100)]

_MAX_BYTES = 64 * 1024


def _not_too_long(document: dict[str, Any]) -> dict[str, Any]:
    if len(json.dumps(document, ensure_ascii=False).encode()) > _MAX_BYTES:
        raise ValueError(f"more than {_MAX_BYTES:,} bytes of JSON")
    return document


# It is kept with the run as it came, and told in every view of it.
Document = Annotated[dict[str, Any], Field(max_length=1_000), AfterValidator(_not_too_long)]


# ------------------------------------------------------------------------------------- what is told


class Metrics(BaseModel):
    generated_candidates_count: int
    matched_candidates_count: int


class FindAllStatus(BaseModel):
    """The status of a completed run; other states are a word."""

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
    """An examined entity, with the proof of each field."""

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
    """How the query was read."""

    objective: str
    entity_type: str
    match_conditions: list[Condition]
    generator: str
    match_limit: int


class FindAllRunView(BaseModel):
    """A run: its question, state and results so far."""

    model_config = ConfigDict(json_schema_extra={"examples": [RUN]})

    findall_id: str = Field(description="Opaque id of the run.")
    status: Literal["queued", "running", "completed", "failed", "cancelled"] | FindAllStatus = (
        Field(description="A word until the run has completed, then an object.")
    )
    query: str
    fields: list[str] | None = Field(description="The requested columns.")
    output_schema: dict[str, Any] | None
    entities: list[dict[str, Any]] = Field(description="Flat rows, all found so far.")
    candidates: list[FindAllCandidate] | None = Field(
        description="All examined candidates; null until the run has completed, and in lists."
    )
    metadata: dict[str, Any] | None = Field(description="`title`, `input`, and your own data.")
    findall_schema: FindAllSchema | None
    count: int = Field(description="Number of entities so far.")
    error: str | None = Field(description="Why it failed.")
    createdAt: str | None
    completedAt: str | None
    credits: int
    webhook_attempts: int = Field(description="Number of delivery attempts.")
    last_webhook_status: int | None = Field(description="The HTTP status of the last attempt.")
    last_webhook_error: str | None
    netnew: NetnewResponse = Field(description="netnew's additions to Scout's wire format.")


class FindAllResponse(BaseModel):
    """A preview: one round of searches, at most 25 seconds."""

    model_config = ConfigDict(json_schema_extra={"examples": [PREVIEW]})

    query: str
    entities: list[dict[str, Any]]
    count: int
    turns: int = Field(description="Rounds of searching.")
    credits: int
    findall_id: str | None = Field(description="The preview is stored as a run with this id.")
    metadata: dict[str, Any] | None
    status: FindAllStatus | None
    candidates: list[FindAllCandidate] | None
    findall_schema: FindAllSchema | None
    sources: list[str] = Field(description="Addresses of the pages that were read.")
    is_preview: bool
    netnew: NetnewResponse


class FindAllRunList(BaseModel):
    """Newest first. `next_cursor` leads to the next page, whatever is created meanwhile."""

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
    seq: int = Field(description="Increases within a run; numbers may be skipped.")
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
    next_cursor: str | None = Field(None, description="The `cursor` of the next page.")
