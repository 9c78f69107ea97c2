from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from netnew.cli.run_state import standing_document, state
from netnew.domain.run import RunStatus, StopRequest


@pytest.mark.parametrize(
    ("seconds", "ago"),
    [
        (-1, "0 s"),
        (59, "59 s"),
        (180, "3 min"),
        (7_200, "2 h"),
        (86_400, "1 day"),
        (1e6, "11 days"),
    ],
)
def test_a_run_that_is_not_over_says_when_it_last_changed(
    finished: Any, seconds: float, ago: str
) -> None:
    run = replace(finished.run, status=RunStatus.RUNNING, worker_id="lives")
    now = run.updated_at + timedelta(seconds=seconds)
    assert state(run, ["lives"], now) == f"running, last change {ago} ago"
    assert state(finished.run, [], now) == "completed"


def test_a_running_run_without_a_live_worker_is_interrupted(finished: Any) -> None:
    run = replace(finished.run, status=RunStatus.RUNNING, worker_id="gone")
    assert state(run, ["lives"], run.updated_at) == "interrupted, last change 0 s ago"
    assert standing_document(run, ["lives"])["is_interrupted"]
    assert not standing_document(run, ["gone"])["is_interrupted"]


def test_what_a_run_is_asked_stands_beside_its_status(finished: Any) -> None:
    run = replace(
        finished.run,
        status=RunStatus.RUNNING,
        worker_id="lives",
        stop_requested=StopRequest.PAUSE,
    )
    assert state(run, ["lives"], run.updated_at).startswith("running, asked to pause, last")
