"""Talking to the server in Scout's words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.support.server_process import OBJECTIVE

RUNS = "/v1/findall/runs"
FIELDS = ["name", "website", "country"]
ASKED: dict[str, Any] = {"query": OBJECTIVE, "fields": FIELDS, "limit": 5}

AWAY = "web:searxng=http://nowhere.example"
"""A source that never answers, which the slow server offers."""

# The keys of FindAllRunView, as the vendor documents them.
RUN_VIEW = {
    "findall_id",
    "status",
    "query",
    "fields",
    "output_schema",
    "entities",
    "candidates",
    "metadata",
    "findall_schema",
    "count",
    "error",
    "createdAt",
    "completedAt",
    "credits",
}
OURS = {"webhook_attempts", "last_webhook_status", "last_webhook_error", "netnew"}


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a stream."""

    event: str
    id: int
    data: dict[str, Any]


def begun(client: httpx2.Client, **changes: Any) -> dict[str, Any]:
    answer = client.post(RUNS, json=ASKED | changes)
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


def read(client: httpx2.Client, run_id: str) -> dict[str, Any]:
    answer = client.get(f"{RUNS}/{run_id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def told(client: httpx2.Client, run_id: str, after: int | None = None) -> Iterator[Told]:
    """The events of a run as they come, to the end of the stream."""
    headers = {"accept": "text/event-stream"}
    if after is not None:
        headers["last-event-id"] = str(after)
    with client.stream("GET", f"{RUNS}/{run_id}/events", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield from records(answer.iter_lines())


def records(lines: Iterator[str]) -> Iterator[Told]:
    """Whole records only: one that is cut off is none."""
    record: dict[str, str] = {}
    for line in lines:
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            record[name] = value
        elif record:
            yield Told(record["event"], int(record["id"]), json.loads(record["data"]))
            record = {}


def ended(client: httpx2.Client, run_id: str) -> dict[str, Any]:
    """The run, once it has ended."""
    last = [*told(client, run_id)][-1]
    assert last.event in ("run.completed", "run.failed", "run.cancelled")
    return read(client, run_id)


def until(client: httpx2.Client, run_id: str, event: str, number: int = 1) -> list[Told]:
    """The events up to the `number`th of a kind."""
    seen: list[Told] = []
    stream = told(client, run_id)
    for one in stream:
        seen.append(one)
        number -= one.event == event
        if not number:
            stream.close()  # type: ignore[attr-defined]
            return seen
    raise AssertionError(f"no {event} in {[x.event for x in seen]}")
