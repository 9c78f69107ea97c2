"""When a run ends, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netnew.domain.budget import Cap
from netnew.domain.run import Counts, RunSpec, TerminationReason
from netnew.engine.run.stopping import StopProgress, stop_for

SPEC = RunSpec("all kettles", match_limit=10)
GOING_ON = StopProgress(Counts(50, 5, 45), idle_leads=0, open_leads=7, cap=None)


def test_a_run_with_leads_and_room_goes_on() -> None:
    assert stop_for(GOING_ON, SPEC, 3) is None


@pytest.mark.parametrize(
    ("progress", "reason"),
    [
        (StopProgress(Counts(50, 10, 40), 0, 7, None), TerminationReason.MATCH_LIMIT_MET),
        (StopProgress(Counts(50, 5, 45), 0, 0, None), TerminationReason.CANDIDATES_EXHAUSTED),
        (StopProgress(Counts(50, 5, 45), 3, 7, None), TerminationReason.CANDIDATES_EXHAUSTED),
        (StopProgress(Counts(900, 1, 899), 3, 7, None), TerminationReason.LOW_MATCH_RATE),
        (StopProgress(Counts(50, 5, 45), 0, 7, Cap.PAGES), TerminationReason.BUDGET_EXHAUSTED),
    ],
)
def test_each_reason_to_stop(progress: StopProgress, reason: TerminationReason) -> None:
    stop = stop_for(progress, SPEC, 3)
    assert stop is not None
    assert stop.reason is reason
    assert stop.detail


SURE = StopProgress(Counts(50, 9, 41), 2, 7, None, upper_end=11)


def test_a_run_stops_early_when_the_estimate_says_that_nothing_more_is_there() -> None:
    stop = stop_for(SURE, SPEC, 4)
    assert stop is not None
    assert stop.reason is TerminationReason.CANDIDATES_EXHAUSTED
    assert "at most 11 are expected" in stop.detail


@pytest.mark.parametrize(
    "progress",
    [
        replace(SURE, upper_end=12),  # three more may be there
        replace(SURE, idle_leads=1),  # matches came lately
        replace(SURE, counts=Counts(50, 0, 50), upper_end=2),  # nothing was found: no estimate
    ],
)
def test_a_run_goes_on_while_more_may_be_there(progress: StopProgress) -> None:
    assert stop_for(progress, SPEC, 4) is None


def test_a_run_stops_when_a_further_match_costs_more_than_its_patience() -> None:
    stop = stop_for(replace(GOING_ON, leads_per_match=101), SPEC, 100)
    assert stop is not None
    assert stop.reason is TerminationReason.CANDIDATES_EXHAUSTED
    assert "some 101 queries" in stop.detail
    assert stop_for(replace(GOING_ON, leads_per_match=100), SPEC, 100) is None


def test_a_preview_stops_at_its_evaluate_limit() -> None:
    stop = stop_for(GOING_ON, replace(SPEC, evaluate_limit=50), 3)
    assert stop is not None
    assert stop.reason is TerminationReason.EVALUATE_LIMIT_MET
