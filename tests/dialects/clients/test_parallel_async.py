"""Parallel's asynchronous Python SDK, newest and 0.5.1."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.clients import python_script
from tests.support.heartbeats import without_beats
from tests.support.promises import promises
from tests.support.server_process import OBJECTIVE, ServerProcess


@promises("client-python-async")
@pytest.mark.parametrize("environment", ["parallel-newest", "parallel-langchain"])
def test_two_runs_at_once_one_of_them_cancelled(
    server: ServerProcess, tmp_path: Path, environment: str
) -> None:
    seen = python_script(
        environment, "parallel_async.py", server.url, tmp_path, OBJECTIVE=OBJECTIVE
    )
    assert seen["conflict"] == 409
    assert seen["unknown"] == 404
    assert seen["ids"][0] != seen["ids"][1]
    told = [x["event_id"] for x in without_beats(seen["events"])]
    at = told.index(seen["half"])
    assert [x["event_id"] for x in without_beats(seen["rest"])] == told[at + 1 :]
    result = seen["result"]
    assert result["run"]["status"]["status"] == "completed"
    assert result["run"]["status"]["metrics"]["matched_candidates_count"] == 5
