"""Which commands a run takes in which state, and what it is afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from netnew.domain.budget import Budget, Spend
from netnew.domain.condition import MatchCondition
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import Conflict, InvalidInput
from netnew.domain.event import RunChanged, RunStatusChanged
from netnew.domain.ids import LOCAL_WORKSPACE, run_id
from netnew.domain.run import (
    GenerationKind,
    Run,
    RunSpec,
    RunStatus,
    StopRequest,
    TerminationReason,
)
from netnew.engine.run import transitions
from netnew.ports.store import Changes

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPEC = RunSpec("red kettles", "maker", (MatchCondition("colour", "Colour: red"),), match_limit=10)
QUEUED = Run(run_id(UUID(int=1)), LOCAL_WORKSPACE, SPEC, RunStatus.QUEUED, NOW, NOW)
RUNNING = replace(QUEUED, status=RunStatus.RUNNING)
PAUSED = replace(QUEUED, status=RunStatus.PAUSED, rounds=3, spend=Spend(pages=7))
CITY = (Enrichment("City", "where"),)


def ended(reason: TerminationReason, status: RunStatus = RunStatus.COMPLETED) -> Run:
    return replace(
        QUEUED,
        status=status,
        termination_reason=reason,
        termination_detail="why",
        ended_at=NOW,
        rounds=5,
        spend=Spend(pages=9),
    )


MET = ended(TerminationReason.MATCH_LIMIT_MET)
EXHAUSTED = ended(TerminationReason.CANDIDATES_EXHAUSTED)
CANCELLED = ended(TerminationReason.USER_CANCELLED, RunStatus.CANCELLED)
FAILED = ended(TerminationReason.ERROR_OCCURRED, RunStatus.FAILED)


def after(changes: Changes | None) -> Run:
    assert changes is not None
    assert changes.run is not None
    return changes.run


@pytest.mark.parametrize("run", [MET, EXHAUSTED, CANCELLED, FAILED])
def test_any_run_that_has_ended_can_be_extended_into_a_new_generation(run: Run) -> None:
    changes = transitions.extended(run, 5, NOW)
    extended = after(changes)
    assert extended.spec.match_limit == 15
    assert (extended.status, extended.generation) == (RunStatus.QUEUED, 2)
    assert (extended.termination_reason, extended.ended_at) == (None, None)
    assert (extended.rounds_before, extended.spend_before) == (5, Spend(pages=9))
    assert changes.events == (RunChanged(15, limit_before=10), RunStatusChanged(RunStatus.QUEUED))


@pytest.mark.parametrize("run", [QUEUED, RUNNING, PAUSED])
def test_a_run_under_way_is_extended_where_it_is(run: Run) -> None:
    extended = after(transitions.extended(run, 5, NOW))
    assert extended.spec.match_limit == 15
    assert replace(extended, spec=run.spec) == run


def test_a_preview_that_met_its_limit_judges_more_when_extended() -> None:
    preview = replace(
        ended(TerminationReason.EVALUATE_LIMIT_MET), spec=replace(SPEC, evaluate_limit=10)
    )
    assert after(transitions.extended(preview, 5, NOW)).spec.evaluate_limit == 15


def test_a_preview_may_be_extended_to_judge_as_many_as_it_takes() -> None:
    preview = replace(
        ended(TerminationReason.EVALUATE_LIMIT_MET), spec=replace(SPEC, evaluate_limit=10)
    )
    assert after(transitions.extended(preview, 5, NOW, judge_all=True)).spec.evaluate_limit is None


@pytest.mark.parametrize(("additional", "allowed"), [(0, "1 or more"), (99_991, "1 to 99,990")])
def test_an_extension_stays_within_the_highest_limit(additional: int, allowed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        transitions.extended(MET, additional, NOW)
    assert (caught.value.field, caught.value.allowed) == ("additional_match_limit", allowed)


@pytest.mark.parametrize(
    "run",
    [
        CANCELLED,
        FAILED,
        ended(TerminationReason.BUDGET_EXHAUSTED),
        ended(TerminationReason.LOW_MATCH_RATE),
        ended(TerminationReason.TIMEOUT, RunStatus.FAILED),
    ],
)
def test_a_run_that_could_have_found_more_is_resumed_with_its_budget_anew(run: Run) -> None:
    resumed = after(transitions.resumed(run, NOW, Budget(pages=50)))
    assert (resumed.status, resumed.generation) == (RunStatus.QUEUED, 2)
    assert resumed.spend_before == Spend(pages=9)
    assert resumed.spec.budget == Budget(pages=50)


@pytest.mark.parametrize(
    ("run", "said"),
    [(EXHAUSTED, "exhausted"), (MET, "extend it"), (RUNNING, "needs no resuming")],
)
def test_what_there_is_nothing_to_resume_of_says_so(run: Run, said: str) -> None:
    with pytest.raises(Conflict, match=said):
        transitions.resumed(run, NOW)


def test_only_a_run_with_nothing_left_to_ask_is_exhausted() -> None:
    assert EXHAUSTED.is_exhausted
    assert not any(run.is_exhausted for run in (MET, CANCELLED, FAILED, RUNNING, PAUSED))


def test_fields_are_added_to_a_run_that_ended_without_changing_why() -> None:
    enriched = after(transitions.enriched(MET, CITY, NOW))
    assert (enriched.errand, enriched.generation) == (GenerationKind.ENRICH, 2)
    assert enriched.ended_as is RunStatus.COMPLETED
    assert enriched.termination_reason is TerminationReason.MATCH_LIMIT_MET
    assert enriched.spec.enrichments == CITY


@pytest.mark.parametrize(
    "fields", [(), (Enrichment("colour", "which"),), CITY * 2, (Enrichment(" ", "x"),)]
)
def test_fields_that_clash_or_are_none_are_refused(fields: tuple[Enrichment, ...]) -> None:
    with pytest.raises(InvalidInput):
        transitions.enriched(MET, fields, NOW)


Command = Callable[[Run, datetime], Changes | None]


@pytest.mark.parametrize(
    ("command", "request_", "status"),
    [
        (transitions.cancelled, StopRequest.CANCEL, RunStatus.CANCELLED),
        (transitions.kept, StopRequest.KEEP, RunStatus.COMPLETED),
        (transitions.paused, StopRequest.PAUSE, RunStatus.PAUSED),
    ],
)
def test_a_worker_is_asked_to_stop_and_what_nobody_works_on_stops_at_once(
    command: Command, request_: StopRequest, status: RunStatus
) -> None:
    asked = after(command(RUNNING, NOW))
    assert (asked.status, asked.stop_requested) == (RunStatus.RUNNING, request_)
    assert command(asked, NOW) is None
    at_once = after(command(QUEUED, NOW))
    assert at_once.status is status
    assert (at_once.ended_at is None) == (status is RunStatus.PAUSED)


def test_stopping_what_has_ended_changes_nothing_and_pausing_it_is_refused() -> None:
    assert transitions.cancelled(MET, NOW) is None
    assert transitions.kept(MET, NOW) is None
    with pytest.raises(Conflict):
        transitions.paused(MET, NOW)


def test_a_paused_run_goes_on_with_what_is_left_of_its_budget() -> None:
    again = after(transitions.continued(PAUSED, NOW))
    assert (again.status, again.generation) == (RunStatus.QUEUED, 2)
    assert (again.spend_before, again.rounds_before) == (Spend(), 0)
    with pytest.raises(Conflict):
        transitions.continued(RUNNING, NOW)
    asked = after(transitions.paused(RUNNING, NOW))
    assert after(transitions.continued(asked, NOW)).stop_requested is StopRequest.NONE


def test_a_refresh_asks_the_same_without_what_was_found() -> None:
    spec = transitions.refreshing(SPEC, MET, rechecks=True)
    assert spec.conditions == SPEC.conditions
    assert spec.exclude.run_ids == (MET.id,)
    assert (spec.refreshes, spec.rechecks) == (MET.id, True)


ERRAND = replace(
    MET, status=RunStatus.QUEUED, errand=GenerationKind.ENRICH, ended_as=RunStatus.COMPLETED
)


@pytest.mark.parametrize("command", [transitions.cancelled, transitions.kept])
def test_an_errand_that_is_given_up_leaves_the_run_as_it_had_ended(command: Command) -> None:
    given_up = after(command(ERRAND, NOW))
    assert given_up.status is RunStatus.COMPLETED
    assert given_up.termination_reason is TerminationReason.MATCH_LIMIT_MET
    assert after(transitions.failed(ERRAND, "no disk", NOW)).status is RunStatus.COMPLETED


def test_a_pause_does_not_take_a_cancel_back() -> None:
    asked = after(transitions.cancelled(RUNNING, NOW))
    assert transitions.paused(asked, NOW) is None
