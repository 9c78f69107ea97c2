"""Asking the suite's question in Parallel's format."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2

from tests.support.server_process import CONDITIONS, OBJECTIVE

RUNS = "/v1beta/findall/runs"
TERMINAL = ("completed", "failed", "cancelled")


def body(**changes: Any) -> dict[str, Any]:
    asked: dict[str, Any] = {
        "objective": OBJECTIVE,
        "entity_type": "observatory",
        "match_conditions": list(CONDITIONS),
        "generator": "core",
        "match_limit": 50,
    }
    return asked | changes


def create(client: httpx2.Client, **changes: Any) -> dict[str, Any]:
    answer = client.post(RUNS, json=body(**changes))
    assert answer.status_code == 200, answer.text
    run: dict[str, Any] = answer.json()
    return run


def finished(client: httpx2.Client, findall_id: str) -> dict[str, Any]:
    """The run once it has ended: its stream says when."""
    last = list(events(client, findall_id))[-1]
    assert last["data"]["status"]["status"] in TERMINAL, last
    run: dict[str, Any] = client.get(f"{RUNS}/{findall_id}").json()
    return run


def events(client: httpx2.Client, findall_id: str, **params: Any) -> Iterator[dict[str, Any]]:
    """The events of the stream until it is closed, or is left."""
    with client.stream("GET", f"{RUNS}/{findall_id}/events", params=params) as stream:
        assert stream.status_code == 200, stream.read()
        for line in stream.iter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


def paused(client: httpx2.Client, findall_id: str) -> dict[str, Any]:
    """The run once it is paused, which the format has no word for."""
    asked = False
    for event in events(client, findall_id):
        if event["type"] != "findall.status" or event["data"]["status"]["status"] != "running":
            continue
        if not asked:
            asked = client.post(f"/netnew/runs/{findall_id}/pause").status_code == 200
            assert asked
        run: dict[str, Any] = client.get(f"{RUNS}/{findall_id}").json()
        if run["netnew"]["status"] == "paused":
            return run
    raise AssertionError("it has ended")
