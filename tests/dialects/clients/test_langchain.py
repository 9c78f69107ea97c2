"""`langchain-parallel` 0.5.0 with the SDK it pins."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.clients import python_script
from tests.support.promises import promises
from tests.support.receiver import Call, receiving
from tests.support.server_process import CONDITIONS, OBJECTIVE, ServerProcess

_SECRET = "whsec_" + b64encode(b"a secret of twenty-four ").decode()


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


def as_given(call: Call, body: bytes) -> dict[str, Any]:
    return {"headers": call.headers, "body": b64encode(body).decode()}


@promises("client-langchain-webhook", "parallel-webhook-signatures")
def test_its_verifier_accepts_our_deliveries_and_no_others(
    start_server: Callable[..., ServerProcess], tmp_path: Path
) -> None:
    server = start_server(webhook_private_addresses=True, webhook_secret=_SECRET)
    with receiving() as receiver, server.client() as client:
        asked = {
            "objective": OBJECTIVE,
            "entity_type": "observatory",
            "match_conditions": list(CONDITIONS),
            "generator": "base",
            "match_limit": 5,
            "webhook": {
                "url": receiver.url,
                "event_types": ["findall.candidate.matched", "findall.run.completed"],
            },
        }
        client.post("/v1beta/findall/runs", json=asked).raise_for_status()
        calls = receiver.wait_for(6)
    assert [x.json["type"] for x in calls].count("findall.run.completed") == 1
    given = [as_given(x, x.body) for x in calls]
    forged = [as_given(calls[0], calls[1].body)]
    said = python_script(
        "parallel-langchain",
        "langchain_webhook.py",
        server.url,
        tmp_path,
        SECRET=_SECRET,
        DELIVERIES=json.dumps(given + forged),
    )
    assert said == [True] * 6 + [False]
