"""The life of a run: which commands it takes in which state, and what it is afterwards.

Each function is shown a run and gives back what is to be written, or None where nothing is to
change. They do no I/O, so that a store can apply them within the transaction that reads the run.

    queued ──► running ──► completed | failed | cancelled
       │          │                    │ extend, resume, enrich: a new generation
       ▼          ▼                    ▼
     paused ◄── paused ──continue──► queued

A command to a run that is worked on is a request: its worker learns of it with its next commit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from netnew.domain.budget import Budget
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import Conflict, InvalidInput
from netnew.domain.event import EventBody, RunChanged, RunStatusChanged
from netnew.domain.run import (
    MAX_MATCH_LIMIT,
    GenerationKind,
    Run,
    RunSpec,
    RunStatus,
    StopRequest,
    TerminationReason,
)
from netnew.engine.planning.plan import check
from netnew.engine.round_totals import as_told, rest_of
from netnew.ports.store import Changes

# Ends after which there may be more to find with the same limits.
RESUMABLE = frozenset(
    {
        TerminationReason.USER_CANCELLED,
        TerminationReason.ERROR_OCCURRED,
        TerminationReason.MODEL_UNUSABLE,
        TerminationReason.MODEL_UNAVAILABLE,
        TerminationReason.BUDGET_EXHAUSTED,
        TerminationReason.TIMEOUT,
        TerminationReason.LOW_MATCH_RATE,
    }
)
STOPPED = "stopped on request; all rows are kept"


def extended(
    run: Run, additional: int, now: datetime, judge_all: bool = False, beyond: int | None = None
) -> Changes:
    """`additional` more matches are wanted; a run that has ended begins a new generation, and so
    does one that only fills fields just now. `judge_all`: a limit on how many candidates are judged
    holds no more; else it rises by as many. `beyond`: the number of matches to count from, instead
    of the match limit.

    Raises InvalidInput where there would be more than 100,000 in all.
    """
    if additional < 1:
        raise InvalidInput("additional_match_limit", f"{additional} is too small", "1 or more")
    before = run.spec.match_limit
    base = before if beyond is None else beyond
    limit = base + additional
    if limit > MAX_MATCH_LIMIT:
        most = MAX_MATCH_LIMIT - base
        raise InvalidInput(
            "additional_match_limit",
            f"{additional:,} more than {base:,} are too many",
            f"1 to {most:,}" if most > 0 else "none: the run has the highest limit there is",
        )
    spec = replace(run.spec, match_limit=limit)
    if judge_all:
        spec = replace(spec, evaluate_limit=None)
    elif (
        run.termination_reason is TerminationReason.EVALUATE_LIMIT_MET
        and spec.evaluate_limit is not None
    ):
        spec = replace(spec, evaluate_limit=spec.evaluate_limit + additional)
    changed = replace(run, spec=spec, updated_at=now)
    told = RunChanged(limit, limit_before=before)
    if not run.status.is_terminal and run.errand is GenerationKind.FIND:
        return Changes(run.id, (told,), changed)
    return _begun_again(_with_fresh_budget(changed), GenerationKind.FIND, told)


def enriched(run: Run, enrichments: tuple[Enrichment, ...], now: datetime) -> Changes:
    """Further fields for all matches, found and yet to be found.

    Raises InvalidInput where one has the name of a condition or of another field, or is too deep.
    """
    if not enrichments:
        raise InvalidInput("enrichments", "there are none", "at least one 'name: text'")
    spec = replace(run.spec, enrichments=run.spec.enrichments + enrichments)
    check(spec)
    changed = replace(run, spec=spec, updated_at=now)
    limit = spec.match_limit
    told = RunChanged(limit, tuple(e.name for e in enrichments), limit)
    if not run.status.is_terminal:
        return Changes(run.id, (told,), changed)
    return _begun_again(replace(changed, ended_as=run.status), GenerationKind.ENRICH, told)


def resumed(run: Run, now: datetime, budget: Budget | None = None) -> Changes:
    """A run that failed, was cancelled or met a cap goes on where it stopped, with its budget anew.

    `budget`: caps in the place of those it had. Raises Conflict where there is nothing to resume.
    """
    if run.status is RunStatus.PAUSED and budget is None:
        return continued(run, now)
    if not run.status.is_terminal and run.status is not RunStatus.PAUSED:
        raise Conflict(f"{run.id} is {run.status} and needs no resuming")
    if run.is_exhausted:
        raise Conflict(
            f"{run.id} is exhausted: nothing is left that promises more; refresh asks anew"
        )
    if run.status.is_terminal and run.termination_reason not in RESUMABLE:
        raise Conflict(f"{run.id} met its limit; extend it to find more")
    spec = run.spec if budget is None else replace(run.spec, budget=budget)
    check(spec)
    return _begun_again(
        _with_fresh_budget(replace(run, spec=spec, updated_at=now)), GenerationKind.FIND, None
    )


def paused(run: Run, now: datetime) -> Changes | None:
    """Pause at the next checkpoint. Raises Conflict where the run has ended."""
    if run.status.is_terminal:
        raise Conflict(f"{run.id} is {run.status} and cannot be paused")
    if run.status is RunStatus.RUNNING:
        return _asked_to_stop(run, StopRequest.PAUSE, now)
    if run.status is RunStatus.PAUSED:
        return None
    return _standing(run, RunStatus.PAUSED, None, "", now)


def continued(run: Run, now: datetime) -> Changes:
    """A paused run goes on, with what is left of its budget. Raises Conflict for any other."""
    if run.status is RunStatus.RUNNING and run.stop_requested is StopRequest.PAUSE:
        return Changes(run.id, run=replace(run, stop_requested=StopRequest.NONE, updated_at=now))
    if run.status is not RunStatus.PAUSED:
        raise Conflict(f"{run.id} is {run.status} and not paused")
    return _begun_again(replace(run, updated_at=now), run.errand, None)


def cancelled(run: Run, now: datetime) -> Changes | None:
    """Stop at the next checkpoint, as cancelled. One that has ended stays as it is."""
    return _ended_early(run, StopRequest.CANCEL, now)


def kept(run: Run, now: datetime) -> Changes | None:
    """End early with what there is; the run counts as completed."""
    return _ended_early(run, StopRequest.KEEP, now)


def failed(run: Run, detail: str, now: datetime) -> Changes | None:
    """An error, or that its workers do not survive it, ends a run as failed."""
    if run.status.is_terminal:
        return None
    return _standing(run, RunStatus.FAILED, TerminationReason.ERROR_OCCURRED, detail, now)


def stopped(run: Run, now: datetime) -> Changes | None:
    """What a run is asked to do, done at once: for those that nobody works on any more."""
    if run.status is not RunStatus.RUNNING or run.stop_requested is StopRequest.NONE:
        return None
    status = ended_as_asked(run.stop_requested)
    reason = None if status is RunStatus.PAUSED else TerminationReason.USER_CANCELLED
    return _standing(run, status, reason, STOPPED if reason else "", now)


def ended_as_asked(request: StopRequest) -> RunStatus:
    """How a run stands that stopped on request."""
    return {
        StopRequest.PAUSE: RunStatus.PAUSED,
        StopRequest.KEEP: RunStatus.COMPLETED,
    }.get(request, RunStatus.CANCELLED)


# ------------------------------------------------------------------------------------------ inside


def _ended_early(run: Run, request: StopRequest, now: datetime) -> Changes | None:
    if run.status.is_terminal:
        return None
    if run.status is RunStatus.RUNNING:
        return _asked_to_stop(run, request, now)
    status = ended_as_asked(request)
    return _standing(run, status, TerminationReason.USER_CANCELLED, STOPPED, now)


def _asked_to_stop(run: Run, request: StopRequest, now: datetime) -> Changes | None:
    if run.stop_requested is request:
        return None
    if run.stop_requested is not StopRequest.NONE and request is StopRequest.PAUSE:
        return None  # it is to end already
    return Changes(run.id, run=replace(run, stop_requested=request, updated_at=now))


def _standing(
    run: Run, status: RunStatus, reason: TerminationReason | None, detail: str, now: datetime
) -> Changes:
    """At once, as nobody works on it. An errand given up leaves the run as it had ended."""
    if status.is_terminal and run.errand is GenerationKind.ENRICH and run.ended_as is not None:
        ended = replace(run, status=run.ended_as, updated_at=now, stop_requested=StopRequest.NONE)
        over = RunStatusChanged(run.ended_as, run.termination_reason, detail)
        return Changes(run.id, (*rest_of(run), over), as_told(ended))
    standing = replace(
        run,
        status=status,
        termination_reason=reason,
        termination_detail=detail,
        ended_at=now if status.is_terminal else None,
        updated_at=now,
        stop_requested=StopRequest.NONE,
    )
    told: tuple[EventBody, ...] = (*rest_of(run), RunStatusChanged(status, reason, detail))
    return Changes(run.id, told, as_told(standing))


def _with_fresh_budget(run: Run) -> Run:
    return replace(run, spend_before=run.spend, rounds_before=run.rounds)


def _begun_again(run: Run, errand: GenerationKind, told: EventBody | None) -> Changes:
    """The next generation, queued. One that finds nothing keeps the reason the run ended for."""
    finds = errand is GenerationKind.FIND
    again = replace(
        run,
        generation=run.generation + 1,
        status=RunStatus.QUEUED,
        errand=errand,
        started_at=None,
        ended_at=None if finds else run.ended_at,
        ended_as=None if finds else run.ended_as,
        termination_reason=None if finds else run.termination_reason,
        termination_detail="" if finds else run.termination_detail,
        stop_requested=StopRequest.NONE,
        takeovers=0,
    )
    events = (RunStatusChanged(RunStatus.QUEUED),)
    return Changes(run.id, (told, *events) if told else events, again)


def refreshing(spec: RunSpec, run: Run, rechecks: bool) -> RunSpec:
    """The spec of a run that asks what `run` asked, without what it found."""
    exclude = replace(
        spec.exclude,
        run_ids=(*(x for x in spec.exclude.run_ids if x != run.id), run.id),
    )
    return replace(spec, exclude=exclude, refreshes=run.id, rechecks=rechecks)


def widened(run: Run, additional: int, most: int, now: datetime) -> Changes | None:
    """`additional` more matches are wanted, though no more than `most` in all. What ended short of
    its limit goes on, even where the limit stays; so does what is paused.

    None where all that is wanted is there. Raises Conflict where nothing is left to be found.
    """
    if is_asked_out(run):
        raise Conflict("it is exhausted: there are no more candidates to be found")
    room = max(0, min(additional, most - run.spec.match_limit))
    if not room:
        return _going_on(run, now)
    changes = extended(run, room, now)
    further = _unpaused(changes.run or run, now)
    if further is None:
        return changes
    return replace(further, events=(*changes.events, *further.events))


def is_asked_out(run: Run) -> bool:
    """Whether it ended since nothing more was to be found, whatever is done with it now besides."""
    asked_out = run.termination_reason is TerminationReason.CANDIDATES_EXHAUSTED
    return asked_out and (run.status.is_terminal or run.errand is GenerationKind.ENRICH)


def _going_on(run: Run, now: datetime) -> Changes | None:
    if run.status.is_terminal and run.termination_reason in RESUMABLE:
        return resumed(run, now)
    return _unpaused(run, now)


def _unpaused(run: Run, now: datetime) -> Changes | None:
    is_pausing = run.status is RunStatus.RUNNING and run.stop_requested is StopRequest.PAUSE
    return continued(run, now) if is_pausing or run.status is RunStatus.PAUSED else None
