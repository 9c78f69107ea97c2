"""More is wanted of a run, as much as it may have at most."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from netnew.domain.errors import Conflict
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
from netnew.engine.run.transitions import widened
from netnew.ports.store import Changes

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPEC = RunSpec("red kettles", "maker", match_limit=10)
RUNNING = Run(run_id(UUID(int=1)), LOCAL_WORKSPACE, SPEC, RunStatus.RUNNING, NOW, NOW)
PAUSED = replace(RUNNING, status=RunStatus.PAUSED)
MOST = 25


def ended(reason: TerminationReason) -> Run:
    is_failed = reason in (TerminationReason.ERROR_OCCURRED, TerminationReason.TIMEOUT)
    status = RunStatus.FAILED if is_failed else RunStatus.COMPLETED
    return replace(RUNNING, status=status, termination_reason=reason)


def changed(changes: Changes | None) -> Run:
    assert changes is not None
    assert changes.run is not None
    return changes.run


@pytest.mark.parametrize(("additional", "limit"), [(5, 15), (15, 25), (16, 25), (250, 25)])
def test_the_limit_is_raised_up_to_the_most(additional: int, limit: int) -> None:
    for run in (RUNNING, PAUSED, ended(TerminationReason.MATCH_LIMIT_MET)):
        assert changed(widened(run, additional, MOST, NOW)).spec.match_limit == limit


def test_a_run_that_ended_begins_again_and_one_under_way_goes_on() -> None:
    again = changed(widened(ended(TerminationReason.MATCH_LIMIT_MET), 5, MOST, NOW))
    assert (again.status, again.generation) == (RunStatus.QUEUED, 2)
    on = changed(widened(RUNNING, 5, MOST, NOW))
    assert (on.status, on.generation) == (RunStatus.RUNNING, 1)


@pytest.mark.parametrize("additional", [0, 7])
def test_what_has_all_that_it_may_have_stays_as_it_is(additional: int) -> None:
    full = replace(SPEC, match_limit=MOST if additional else 10)
    for run in (RUNNING, ended(TerminationReason.MATCH_LIMIT_MET)):
        assert widened(replace(run, spec=full), additional, MOST, NOW) is None


def test_a_limit_beyond_the_most_is_never_lowered() -> None:
    run = replace(ended(TerminationReason.MATCH_LIMIT_MET), spec=replace(SPEC, match_limit=900))
    assert widened(run, 5, MOST, NOW) is None


@pytest.mark.parametrize(
    "reason",
    [
        TerminationReason.ERROR_OCCURRED,
        TerminationReason.BUDGET_EXHAUSTED,
        TerminationReason.USER_CANCELLED,
        TerminationReason.LOW_MATCH_RATE,
    ],
)
def test_what_ended_short_of_its_limit_goes_on_without_more(reason: TerminationReason) -> None:
    again = changed(widened(ended(reason), 0, MOST, NOW))
    assert (again.status, again.spec.match_limit) == (RunStatus.QUEUED, 10)


def test_a_paused_run_is_continued_and_told_of_both() -> None:
    changes = widened(PAUSED, 5, MOST, NOW)
    assert changed(changes).status is RunStatus.QUEUED
    assert changes is not None
    assert changes.events == (RunChanged(15, limit_before=10), RunStatusChanged(RunStatus.QUEUED))
    pausing = replace(RUNNING, stop_requested=StopRequest.PAUSE)
    assert changed(widened(pausing, 0, MOST, NOW)).stop_requested is StopRequest.NONE


def test_an_exhausted_run_is_refused_while_its_fields_are_filled_too() -> None:
    run = ended(TerminationReason.CANDIDATES_EXHAUSTED)
    filling = replace(
        run, status=RunStatus.RUNNING, errand=GenerationKind.ENRICH, ended_as=RunStatus.COMPLETED
    )
    for each in (run, filling):
        with pytest.raises(Conflict, match="exhausted"):
            widened(each, 5, MOST, NOW)
