"""A run of ours in Scout's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from netnew.api.cooperative import map_cooperatively
from netnew.api.dialects.scout import responses
from netnew.api.dialects.scout.candidates import candidate_view
from netnew.api.dialects.scout.flat_rows import columns_of, is_match, row_of
from netnew.api.dialects.scout.run_metadata import ScoutMetadata, metadata_of
from netnew.api.netnew_extension import netnew_response
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.run import Run, RunStatus, TerminationReason

CREDITS_PER_ROW = 2
PREVIEW = "preview"
_TITLE_CHARS = 80

_STATUSES: dict[RunStatus, Literal["queued", "running", "completed", "failed", "cancelled"]] = {
    RunStatus.QUEUED: "queued",
    RunStatus.RUNNING: "running",
    RunStatus.PAUSED: "running",
    RunStatus.COMPLETED: "completed",
    RunStatus.FAILED: "failed",
    RunStatus.CANCELLED: "cancelled",
}
_REASONS = {
    # Scout has no words of its own for these ends.
    TerminationReason.EVALUATE_LIMIT_MET: "candidates_exhausted",
    TerminationReason.BUDGET_EXHAUSTED: "insufficient_funds",
    TerminationReason.MODEL_UNUSABLE: "error_occurred",
    TerminationReason.MODEL_UNAVAILABLE: "error_occurred",
}


@dataclass(frozen=True, slots=True)
class Delivered:
    """How the webhook of a run fared: tries in all, and of the last one its HTTP status and what
    was wrong with it."""

    attempts: int = 0
    last_status: int | None = None
    last_error: str | None = None


def findall_id(run: Run) -> str:
    return f"fa-{run.id.removeprefix('run_')}"


async def run_view(
    run: Run,
    candidates: Sequence[Candidate],
    delivered: Delivered,
    *,
    is_row_of_list: bool = False,
) -> responses.FindAllRunView:
    """`candidates`: those that count, in the order they were found. It does no more than to make
    the answer; of a long one others have their turn meanwhile."""
    notes, matches = metadata_of(run.spec), _matches(run, candidates)
    is_completed = run.status is RunStatus.COMPLETED
    return responses.FindAllRunView(
        findall_id=findall_id(run),
        status=_status(run, len(matches)) if is_completed else _STATUSES[run.status],
        query=run.spec.objective,
        fields=None if notes.fields is None else list(notes.fields),
        output_schema=None if notes.output_schema is None else dict(notes.output_schema),
        entities=await rows(run, notes, matches),
        candidates=await _rich(run, candidates) if is_completed and not is_row_of_list else None,
        metadata=_metadata(run, notes),
        findall_schema=_schema(run),
        count=len(matches),
        error=_error(run),
        createdAt=timestamp(run.created_at),
        completedAt=timestamp(run.ended_at) if run.ended_at and run.status.is_terminal else None,
        credits=CREDITS_PER_ROW * len(matches),
        webhook_attempts=delivered.attempts,
        last_webhook_status=delivered.last_status,
        last_webhook_error=delivered.last_error,
        netnew=netnew_response(run),
    )


async def preview_view(run: Run, candidates: Sequence[Candidate]) -> responses.FindAllResponse:
    """A preview as it is answered at once."""
    notes, matches = metadata_of(run.spec), _matches(run, candidates)
    is_completed = run.status is RunStatus.COMPLETED
    return responses.FindAllResponse(
        query=run.spec.objective,
        entities=await rows(run, notes, matches),
        count=len(matches),
        turns=run.rounds,
        credits=CREDITS_PER_ROW * len(matches),
        findall_id=findall_id(run),
        metadata=_metadata(run, notes),
        status=_status(run, len(matches)) if is_completed else None,
        candidates=await _rich(run, candidates),
        findall_schema=_schema(run),
        sources=list(dict.fromkeys(page for x in candidates for page in x.pages)),
        is_preview=True,
        netnew=netnew_response(run),
    )


async def rows(
    run: Run, notes: ScoutMetadata, matches: Sequence[Candidate]
) -> list[dict[str, Any]]:
    columns = columns_of(run.spec, notes)
    return await map_cooperatively(matches, lambda x: row_of(x, run.spec, columns))


def timestamp(at: datetime) -> str:
    """ISO 8601 with its offset, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _matches(run: Run, candidates: Sequence[Candidate]) -> list[Candidate]:
    return [x for x in candidates if is_match(x, run.spec)]


async def _rich(run: Run, candidates: Sequence[Candidate]) -> list[responses.FindAllCandidate]:
    """Matches first."""
    own = [x for x in candidates if x.status is not MatchStatus.DISCARDED and x.recheck is None]
    told = await map_cooperatively(own, lambda x: candidate_view(x, run.spec))
    return sorted(told, key=lambda x: x.match_status != "matched")


def _status(run: Run, matched: int) -> responses.FindAllStatus:
    return responses.FindAllStatus(
        status="completed",
        is_active=False,
        metrics=responses.Metrics(
            generated_candidates_count=run.counts.generated, matched_candidates_count=matched
        ),
        termination_reason=_reason(run),
    )


def _reason(run: Run) -> str | None:
    reason = run.termination_reason
    if reason is TerminationReason.USER_CANCELLED and run.spec.generator == PREVIEW:
        return "timeout"  # nobody can have stopped it but its deadline
    return None if reason is None else _REASONS.get(reason, reason.value)


def _metadata(run: Run, notes: ScoutMetadata) -> dict[str, Any]:
    asked = " ".join(run.spec.objective.split())
    title = asked if len(asked) <= _TITLE_CHARS else f"{asked[: _TITLE_CHARS - 1].rstrip()}…"
    return {**notes.metadata, "title": title, "input": run.spec.objective}


def _schema(run: Run) -> responses.FindAllSchema:
    spec = run.spec
    return responses.FindAllSchema(
        objective=spec.objective,
        entity_type=spec.entity_type,
        match_conditions=[
            responses.Condition(name=x.name, description=x.description) for x in spec.conditions
        ],
        generator=spec.generator,
        match_limit=spec.match_limit,
    )


def _error(run: Run) -> str | None:
    if run.status is not RunStatus.FAILED:
        return None
    return run.termination_detail or str(run.termination_reason or "it failed")
