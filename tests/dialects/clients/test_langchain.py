"""`langchain-parallel` 0.5.0 with the SDK it pins."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.clients import python_script
from tests.support.promises import promises
from tests.support.served import CONDITIONS, OBJECTIVE, ServerProcess


@pytest.fixture(scope="module")
def seen(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the tool gave back."""
    return dict(
        python_script(
            "parallel-langchain",
            "langchain_tool.py",
            server.url,
            tmp_path_factory.mktemp("client"),
            OBJECTIVE=OBJECTIVE,
            ENTITY_TYPE="observatory",
            CONDITIONS=json.dumps(CONDITIONS),
        )
    )


@promises("client-langchain-tool", "parallel-refresh")
def test_the_tool_finds_and_the_next_time_only_what_is_new(seen: dict[str, Any]) -> None:
    first = [x for x in seen["first"]["candidates"] if x["match_status"] == "matched"]
    second = [x for x in seen["second"]["candidates"] if x["match_status"] == "matched"]
    assert len(first) == 5
    assert len(second) == 9
    assert not {x["url"] for x in first} & {x["url"] for x in second}
    assert seen["first"]["run"]["status"]["termination_reason"] == "match_limit_met"
    assert seen["first"]["last_event_id"]
    assert set(first[0]["output"]) == {"domes", "tours"}


@promises("client-langchain-timeout")
def test_a_tool_without_patience_cancels_its_run(
    server: ServerProcess, seen: dict[str, Any]
) -> None:
    assert "did not complete within 0.0s" in seen["timeout"]
    with server.client() as client:
        runs = client.get("/v1beta/findall/runs").json()["runs"]
    [hurried] = [x for x in runs if x["metadata"] == {"by": "hurried"}]
    assert hurried["status"]["termination_reason"] == "user_cancelled"


@promises("client-langchain-errors")
def test_a_refusal_reaches_the_agent_in_our_words(seen: dict[str, Any]) -> None:
    assert "match_conditions" in seen["refused"]
    assert "domes" in seen["refused"]
