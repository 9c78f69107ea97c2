"""What netnew adds to every wire format: one object `netnew` in requests and responses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from netnew.domain.budget import Budget
from netnew.domain.errors import InvalidInput
from netnew.domain.run import Run, RunSpec
from netnew.domain.source_spec import redacted
from netnew.exports.problems import model_documents, problems_of, unread_documents
from netnew.settings import Settings

_MAX_NAMES = 100


class _Known(BaseModel):
    """Only declared fields. Very many unknown names are refused with one error."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _not_too_many(cls, given: object) -> object:
        if isinstance(given, dict) and len(given) > _MAX_NAMES:
            raise ValueError(f"has {len(given):,} names; known are {', '.join(cls.model_fields)}")
        return given


class BudgetRequest(_Known):
    """Caps on the run; at a cap no new work starts and all rows are kept. Null: no cap."""

    cost: Annotated[float, Field(ge=0, description="US dollars")] | None = None
    tokens: Annotated[int, Field(ge=0)] | None = None
    searches: Annotated[int, Field(ge=0, description="result pages, stored ones too")] | None = None
    pages: Annotated[int, Field(ge=0, description="pages read, stored ones too")] | None = None
    seconds: Annotated[float, Field(ge=0)] | None = None


class NetnewRequest(_Known):
    """Options of netnew beyond the wire format."""

    budget: BudgetRequest | None = None
    sources: list[str] | None = Field(None, min_length=1, max_length=20)
    judge: str | None = Field(None, min_length=1, max_length=200)
    queries: list[str] | None = Field(None, max_length=100, description="additional search queries")


class UnreadView(BaseModel):
    """Pages that could not be read for the same reason; `example`: one of their addresses."""

    reason: str
    pages: int
    example: str


class ModelCallsView(BaseModel):
    """Outcomes of the calls to one model."""

    model: str
    answers: int = Field(description="replies received")
    unusable: int = Field(description="replies that could not be used")
    example: str | None = Field(description="the problem of one of them")
    failures: dict[str, int] = Field(description="requests that failed, by status or reason")


class NetnewResponse(BaseModel):
    """What netnew reports about a run beyond the wire format. `links` are our own endpoints."""

    run_id: str
    status: str
    unread: bool = Field(False, description="whether a model has yet to read the objective")
    stop_reason: str | None
    stop_detail: str
    generation: int
    is_exhausted: bool
    entity_type: str
    generator: str
    match_limit: int
    judge: str
    sources: list[str]
    counts: dict[str, int]
    estimate: dict[str, object] | None = Field(
        description="how many matches probably exist, with the nominal 80 % interval"
    )
    budget: dict[str, float | int | None]
    spend: dict[str, float | int] = Field(
        description="what was used: cost in US dollars; ledger_hits are verdicts that were "
        "not paid for again"
    )
    problems: list[str] = Field(
        [], description="what kept the run from deciding more, one sentence each, for people"
    )
    unread_pages: list[UnreadView] = []
    model_calls: list[ModelCallsView] = []
    links: dict[str, str]


def with_netnew_request(spec: RunSpec, extras: NetnewRequest | None, settings: Settings) -> RunSpec:
    """The spec with the options of `extras`, within the caps of the settings. Raises
    InvalidInput for a source or judge that callers may not choose, because both can read files
    and reach addresses of this machine."""
    if extras is None:
        return replace(spec, budget=spec.budget.capped_by(settings.budget))
    for source in extras.sources or ():
        if source not in (*settings.sources, *settings.serve_sources):
            allowed = ", ".join(map(redacted, (*settings.sources, *settings.serve_sources)))
            raise InvalidInput("netnew.sources", f"{source!r} is not offered here", allowed)
    judges = ("auto", "rules", *settings.serve_judges)
    if extras.judge is not None and extras.judge not in judges:
        problem = f"{extras.judge!r} is not offered here"
        raise InvalidInput("netnew.judge", problem, ", ".join(judges))
    caps = Budget() if extras.budget is None else Budget(**extras.budget.model_dump())
    return replace(
        spec,
        budget=spec.budget.with_caps_of(caps).capped_by(settings.budget),
        sources=tuple(extras.sources or spec.sources),
        judge=extras.judge or spec.judge,
        queries=tuple(extras.queries or spec.queries),
    )


def netnew_response(run: Run) -> NetnewResponse:
    spec, home = run.spec, f"/netnew/runs/{run.id}"
    return NetnewResponse(
        run_id=run.id,
        status=run.status,
        unread=spec.unread,
        stop_reason=run.termination_reason,
        stop_detail=run.termination_detail,
        generation=run.generation,
        is_exhausted=run.is_exhausted,
        entity_type=spec.entity_type,
        generator=spec.generator,
        match_limit=spec.match_limit,
        judge=run.judge_profile,
        sources=[redacted(x) for x in spec.sources],
        counts=asdict(run.counts),
        estimate=_finite(asdict(run.estimate)) if run.estimate else None,
        budget=asdict(spec.budget),
        spend=run.spend.numbers(),
        problems=problems_of(run),
        unread_pages=[UnreadView.model_validate(x) for x in unread_documents(run)],
        model_calls=[ModelCallsView.model_validate(x) for x in model_documents(run)],
        links={
            "self": home,
            "events": f"{home}/events",
            "export": f"{home}/export?format=csv",
            "webhooks": f"{home}/deliveries",
        },
    )


def _finite(estimate: Mapping[str, object]) -> dict[str, object]:
    """JSON has no infinity: an open end is null."""
    plain: dict[str, object] = {}
    for name, value in estimate.items():
        if isinstance(value, dict):
            plain[name] = _finite(value)
        else:
            plain[name] = None if value == float("inf") else value
    return plain
