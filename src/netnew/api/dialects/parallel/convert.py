"""Runs in Parallel's format: what is asked, both ways, and how far it has come."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from netnew.api.dialects.parallel import responses
from netnew.api.dialects.parallel.output_schemas import (
    FACE,
    metadata_of,
    requested_fields,
    response_schemas,
)
from netnew.api.dialects.parallel.requests import ExcludedRequest, FindAllRunInput
from netnew.api.netnew_extension import netnew_response, with_netnew_request
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.condition import ConditionOutcome, MatchCondition, Verdict
from netnew.domain.errors import InvalidInput
from netnew.domain.run import (
    Counts,
    ExcludedEntity,
    ExcludeList,
    Run,
    RunSpec,
    RunStatus,
    StopRequest,
    TerminationReason,
)
from netnew.settings import Settings

_STATES: dict[RunStatus, responses.RunState] = {
    RunStatus.QUEUED: "queued",
    RunStatus.RUNNING: "running",
    RunStatus.PAUSED: "running",
    RunStatus.COMPLETED: "completed",
    RunStatus.FAILED: "failed",
    RunStatus.CANCELLED: "cancelled",
}
_REASONS: dict[TerminationReason, responses.Reason] = {
    TerminationReason.MATCH_LIMIT_MET: "match_limit_met",
    TerminationReason.EVALUATE_LIMIT_MET: "candidates_exhausted",
    TerminationReason.CANDIDATES_EXHAUSTED: "candidates_exhausted",
    TerminationReason.LOW_MATCH_RATE: "low_match_rate",
    TerminationReason.BUDGET_EXHAUSTED: "insufficient_funds",
    TerminationReason.USER_CANCELLED: "user_cancelled",
    TerminationReason.ERROR_OCCURRED: "error_occurred",
    TerminationReason.MODEL_UNUSABLE: "error_occurred",
    TerminationReason.MODEL_UNAVAILABLE: "error_occurred",
    TerminationReason.TIMEOUT: "timeout",
}
_GENERATORS: dict[str, responses.Generator] = {
    "preview": "preview",
    "base": "base",
    "core": "core",
    "pro": "pro",
}


# ------------------------------------------------------------------------------------------- asked


def spec_of(asked: FindAllRunInput, settings: Settings) -> RunSpec:
    """Raises InvalidInput for a schema that cannot be read, and for what may not be asked here."""
    read = [requested_fields(x, f"enrichments.{i}") for i, x in enumerate(asked.enrichments or ())]
    spec = RunSpec(
        objective=asked.objective,
        entity_type=asked.entity_type,
        conditions=tuple(MatchCondition(x.name, x.description) for x in asked.match_conditions),
        enrichments=tuple(field for fields, _ in read for field in fields),
        match_limit=asked.match_limit,
        evaluate_limit=asked.match_limit if asked.generator == "preview" else None,
        generator=asked.generator,
        exclude=excluded(asked.exclude_list or ()),
        sources=settings.sources,
        judge=settings.judge,
        budget=settings.budget,
        metadata=asked.metadata or {},
        notes={FACE: metadata_of([told for _, told in read], asked.memory_scope_key)},
    )
    return with_netnew_request(spec, asked.netnew, settings)


def excluded(entries: Iterable[ExcludedRequest]) -> ExcludeList:
    """Raises InvalidInput for an entry that says nothing."""
    entities: dict[ExcludedEntity, None] = {}
    for number, entry in enumerate(entries):
        entity = ExcludedEntity(entry.name.strip(), entry.url.strip())
        if not entity.name and not entity.url:
            problem = "it has neither a name nor an address"
            raise InvalidInput(f"exclude_list.{number}", problem, "at least one of the two")
        entities[entity] = None
    return ExcludeList(entities=tuple(entities))


# -------------------------------------------------------------------------------------------- told


def findall_id(run_id: str) -> str:
    return f"findall_{run_id.removeprefix('run_')}"


def timestamp_or_none(at: datetime) -> str:
    """RFC 3339 in UTC, with microseconds and `Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def run_view(run: Run, metrics: responses.Metrics) -> responses.FindAllRun:
    """A run as it stands. One that was asked to stop counts as cancelled at once."""
    status, reason = run.status, run.termination_reason
    if is_being_cancelled(run):
        status = run.ended_as or RunStatus.CANCELLED
        reason = reason if run.ended_as else TerminationReason.USER_CANCELLED
    told = status_view(status, reason, metrics)
    view = run_with(run, told, run.updated_at)
    view.netnew = netnew_response(run)
    return view


def run_with(
    run: Run, status: responses.RunStatusView, modified_at: datetime
) -> responses.FindAllRun:
    """A run that stands, or stood, so."""
    return responses.FindAllRun(
        findall_id=findall_id(run.id),
        status=status,
        generator=_GENERATORS.get(run.spec.generator, "core"),
        metadata=dict(run.spec.metadata),
        created_at=timestamp_or_none(run.created_at),
        modified_at=timestamp_or_none(modified_at),
    )


def status_view(
    status: RunStatus, reason: TerminationReason | None, metrics: responses.Metrics
) -> responses.RunStatusView:
    view = responses.RunStatusView(
        status=_STATES[status], is_active=not status.is_terminal, metrics=metrics
    )
    if status.is_terminal and reason is not None:
        view.termination_reason = _REASONS[reason]
    return view


def is_being_cancelled(run: Run) -> bool:
    """Whether it was cancelled, and its worker has not come to know of it yet."""
    return not run.status.is_terminal and run.stop_requested is StopRequest.CANCEL


def metrics_of(generated: int, matched: int) -> responses.Metrics:
    return responses.Metrics(generated_candidates_count=generated, matched_candidates_count=matched)


def counted(counts: Counts) -> responses.Metrics:
    """The counters of a run all of whose conditions must hold (`counts_say_it`)."""
    return metrics_of(counts.generated, counts.matched)


def counts_say_it(run: Run) -> bool:
    """Whether a match of the run is a match here: all conditions must hold."""
    return run.spec.match_rule.share == 1


def schema_view(run: Run, without: Collection[str] = ()) -> responses.FindAllSchema:
    """What the run asks now, but for the fields `without`; without fields to fill it has no
    `enrichments`."""
    spec = run.spec
    return responses.FindAllSchema(
        objective=spec.objective,
        entity_type=spec.entity_type,
        match_conditions=[
            responses.Condition(name=x.name, description=x.description) for x in spec.conditions
        ],
        enrichments=response_schemas(run, without) or None,
        generator=_GENERATORS.get(spec.generator, "core"),
        match_limit=spec.match_limit,
    )


def match_state(
    status: MatchStatus, verdicts: Iterable[Verdict], conditions: Iterable[MatchCondition]
) -> responses.MatchState:
    """Matched is where every condition holds, whatever share of them the run asks for; what is
    unclear is no match."""
    match status:
        case MatchStatus.GENERATED:
            return "generated"
        case MatchStatus.DISCARDED:
            return "discarded"
        case MatchStatus.MATCHED:
            held = {x.condition for x in verdicts if x.outcome is ConditionOutcome.MATCHED}
            return "matched" if all(x.name in held for x in conditions) else "unmatched"
        case MatchStatus.UNMATCHED | MatchStatus.UNCLEAR:
            return "unmatched"


def state_of(candidate: Candidate, run: Run) -> responses.MatchState:
    return match_state(candidate.status, candidate.verdicts, run.spec.conditions)
