"""What is told in Parallel's format. Fields that were not set are left out of the JSON."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.responses import Response

from netnew.api.netnew_extension import NetnewResponse

Generator = Literal["base", "core", "pro", "preview"]
RunState = Literal[
    "queued", "action_required", "running", "completed", "failed", "cancelling", "cancelled"
]
Reason = Literal[
    "low_match_rate",
    "match_limit_met",
    "candidates_exhausted",
    "user_cancelled",
    "error_occurred",
    "timeout",
    "insufficient_funds",
]
MatchState = Literal["generated", "matched", "unmatched", "discarded"]
Plain = str | int | float | bool


class Wire(BaseModel):
    """Fields beyond those that are declared are let pass, as the vendor does."""

    def response(self) -> Response:
        """As an answer."""
        return Response(self.text(), media_type="application/json")

    def text(self) -> str:
        """JSON on one line."""
        return self.model_dump_json(exclude_unset=True)


class Metrics(Wire):
    generated_candidates_count: int = Field(default=0, description="candidates found so far")
    matched_candidates_count: int = 0


class RunStatusView(Wire):
    status: RunState
    is_active: bool
    metrics: Metrics
    termination_reason: Reason | None = Field(
        default=None, description="absent while the run is active"
    )


class FindAllRun(Wire):
    findall_id: str = Field(description="`findall_` and 32 hex digits")
    status: RunStatusView
    generator: Generator
    metadata: dict[str, Plain] | None = None
    created_at: str | None = None
    modified_at: str | None = None
    netnew: NetnewResponse | None = Field(
        default=None, description="netnew's additions to the format"
    )

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "findall_id": "findall_5f0c2d6e0a4b4c52a3a2cf5a1f9d7c11",
                    "status": {
                        "status": "running",
                        "is_active": True,
                        "metrics": {
                            "generated_candidates_count": 14,
                            "matched_candidates_count": 3,
                        },
                    },
                    "generator": "core",
                    "metadata": {"team": "research"},
                    "created_at": "2026-03-02T09:15:04.120331Z",
                    "modified_at": "2026-03-02T09:15:31.008812Z",
                }
            ]
        }
    )


class FindAllRuns(Wire):
    """An extension: newest runs first."""

    runs: list[FindAllRun]


class Citation(Wire):
    url: str
    title: str | None = None
    excerpts: list[str] | None = Field(default=None, description="verbatim text of the page")


class FieldBasis(Wire):
    field: str = Field(description="a key of `output`")
    reasoning: str
    citations: list[Citation] = Field(default_factory=list)
    confidence: Literal["low", "medium", "high"] | None = None


class FindAllCandidate(Wire):
    candidate_id: str
    name: str
    url: str = Field(description="its own site, otherwise the best page about it; never empty")
    description: str | None = None
    match_status: MatchState
    output: dict[str, JsonValue] | None = Field(
        default=None,
        description="by name of a condition: `{value, type: match_condition, is_matched}`; by name"
        " of a field: `{value, type: enrichment}`",
    )
    basis: list[FieldBasis] | None = None


class CandidateOfRun(FindAllCandidate):
    """A candidate as webhooks send it."""

    findall_id: str


class FindAllRunResult(Wire):
    """`findall_id` and `status` repeat those of `run`."""

    run: FindAllRun
    candidates: list[FindAllCandidate]
    last_event_id: str | None = None
    findall_id: str
    status: RunStatusView


class Condition(Wire):
    name: str
    description: str


class OutputSchema(Wire):
    type: Literal["json"] = "json"
    json_schema: dict[str, Any]


class McpServer(Wire):
    """Without its headers."""

    type: Literal["url"] = "url"
    url: str
    name: str
    allowed_tools: list[str] | None = None


class Enrichment(Wire):
    processor: str = "core"
    output_schema: OutputSchema
    mcp_servers: list[McpServer] | None = None


class FindAllSchema(Wire):
    objective: str
    entity_type: str
    match_conditions: list[Condition]
    enrichments: list[Enrichment] | None = None
    generator: Generator = "core"
    match_limit: int | None = Field(
        default=None, description="the current limit, with all extensions"
    )


class Entity(Wire):
    name: str
    url: str
    description: str


class EntitySearchResponse(Wire):
    entity_set_id: str
    entities: list[Entity]


class CandidatesResponse(Wire):
    """The older name of the same."""

    candidate_set_id: str
    candidates: list[Entity]


class WebhookEvent(Wire):
    """The body of a delivery."""

    type: str
    timestamp: str
    data: FindAllRun | CandidateOfRun


class StreamEvent(Wire):
    """An event of the stream; `data` is a run, a candidate or a schema, as `type` says."""

    type: Literal[
        "findall.status",
        "findall.candidate.generated",
        "findall.candidate.matched",
        "findall.candidate.unmatched",
        "findall.candidate.discarded",
        "findall.candidate.enriched",
        "findall.schema.updated",
    ]
    timestamp: str
    event_id: str = Field(description="13 hex digits; sorts in the order of the events")
    data: FindAllRun | FindAllCandidate | FindAllSchema
