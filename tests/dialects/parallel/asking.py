"""Asking the suite's question in Parallel's format."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx2

from tests.support.served import CONDITIONS, OBJECTIVE

RUNS = "/v1beta/findall/runs"
TERMINAL = ("completed", "failed", "cancelled")
_WITHIN_S = 60.0


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


def polled(client: httpx2.Client, findall_id: str) -> dict[str, Any]:
    """As clients without streams wait for the end."""
    until = time.monotonic() + _WITHIN_S
    while time.monotonic() < until:
        run: dict[str, Any] = client.get(f"{RUNS}/{findall_id}").json()
        if not run["status"]["is_active"]:
            return run
        time.sleep(0.1)
    raise AssertionError(f"{findall_id} has not ended")
