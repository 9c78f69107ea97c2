"""Runs and what they found, as our own endpoints tell them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from netnew.api.netnew_extension import NetnewResponse, netnew_response
from netnew.domain.candidate import MatchStatus, Merge, RecheckOutcome
from netnew.domain.condition import ConditionOutcome
from netnew.domain.enrichment import Format
from netnew.domain.evidence import Confidence
from netnew.domain.run import Run, RunStatus, StopRequest
from netnew.exports.json_document import asked_document


class ConditionView(BaseModel):
    name: str
    description: str


class FieldView(BaseModel):
    """A field requested for each match. `fields`: those of an object; `options`: allowed values."""

    name: str
    description: str
    format: Format
    fields: list[FieldView] = []
    options: list[str] = []


class RunView(NetnewResponse):
    """A run: the question and its progress. Times are in UTC."""

    status: RunStatus
    objective: str
    conditions: list[ConditionView]
    enrichments: list[FieldView]
    metadata: dict[str, str | int | float | bool] = Field(description="the caller's own data")
    refreshes: str | None = Field(description="the run that this one refreshes")
    rechecks: bool
    stop_requested: StopRequest
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class RunPage(BaseModel):
    """Newest first. `next_offset`: start of the next page; null on the last."""

    runs: list[RunView]
    total: int
    next_offset: int | None


class CitationView(BaseModel):
    """`excerpt` is exactly characters `start` to `end` of segment `segment` of the snapshot."""

    snapshot_id: str
    url: str
    segment: int
    start: int
    end: int
    excerpt: str


class VerdictView(BaseModel):
    condition: str
    outcome: ConditionOutcome
    value: str | None
    reasoning: str
    confidence: Confidence
    citations: list[CitationView]


class BasisView(BaseModel):
    """Why a field has its value; `field` is its path."""

    field: str
    value: str | int | float | bool | list[str] | None
    reasoning: str
    confidence: Confidence
    citations: list[CitationView]


class CandidateView(BaseModel):
    """An entity that may match, with everything known about it."""

    candidate_id: str
    name: str
    url: str
    alternate_urls: list[str]
    pages: list[str] = Field(description="addresses of the pages that are evidence")
    description: str
    match_status: MatchStatus
    recheck: RecheckOutcome | None = Field(
        None, description="of a refresh: what became of a match of the previous run"
    )
    verdicts: list[VerdictView]
    enrichments: dict[str, Any] = Field(description="the values in the requested shape")
    basis: list[BasisView]


class CandidatePage(BaseModel):
    """In the order they were found. `next_offset`: start of the next page; null on the last."""

    candidates: list[CandidateView]
    next_offset: int | None


class MergeView(BaseModel):
    """Two candidates that were merged; `number` is the argument of `runs merges --undo`."""

    number: int
    kept: str
    lost: str
    lost_name: str
    lost_url: str
    reason: str
    merged_at: datetime
    undone: bool


class MergeLog(BaseModel):
    """Oldest first."""

    merges: list[MergeView]


Limit = Annotated[int, Field(ge=1, le=1_000, description="how many at most")]
Offset = Annotated[int, Field(ge=0, le=1_000_000, description="how many to skip")]


def run_view(run: Run) -> RunView:
    spec = run.spec
    return RunView.model_validate(
        {
            **netnew_response(run).model_dump(),
            "objective": spec.objective,
            "conditions": [{"name": x.name, "description": x.description} for x in spec.conditions],
            "enrichments": [asked_document(x) for x in spec.enrichments],
            "metadata": dict(spec.metadata),
            "refreshes": spec.refreshes,
            "rechecks": spec.rechecks,
            "stop_requested": run.stop_requested,
            "created_at": run.created_at,
            "updated_at": run.updated_at,
            "started_at": run.started_at,
            "ended_at": run.ended_at,
        }
    )


def merge_view(number: int, merge: Merge) -> MergeView:
    return MergeView(
        number=number,
        kept=merge.kept,
        lost=merge.lost,
        lost_name=merge.lost_candidate.name,
        lost_url=merge.lost_candidate.url,
        reason=merge.reason,
        merged_at=merge.merged_at,
        undone=merge.undone,
    )
