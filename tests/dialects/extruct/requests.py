"""Asking the suite's question in Extruct's format."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx2

from tests.support.server_process import CONDITIONS, OBJECTIVE

TASKS = "/v1/discovery_tasks"
DEAD_SOURCE = "web:searxng=https://dead.example"
_WITHIN_S = 60.0

CRITERIA = [
    {"key": c["name"], "name": c["name"].capitalize(), "criterion": c["description"]}
    for c in CONDITIONS
]
TASK_FIELDS = {
    "id",
    "created_at",
    "status",
    "query",
    "desired_num_results",
    "is_exhausted",
    "num_results_discovered",
    "num_results_enriched",
    "num_results_evaluated",
    "num_results",
    "table_id",
    "auto_data_sources",
    "data_sources",
    "criteria",
    "exclude_domains",
}
RESULT_FIELDS = {
    "id",
    "task_id",
    "company_name",
    "company_description",
    "company_website",
    "relevance",
    "created_at",
    "company_profile_id",
    "source",
    "scores",
    "founding_year",
    "employee_count",
    "hq_country",
    "hq_state_province",
    "hq_city",
    "company_full_description",
}

Task = dict[str, Any]


def create(client: httpx2.Client, **asked: Any) -> Task:
    answer = client.post(TASKS, json={"query": OBJECTIVE, **asked})
    assert answer.status_code == 200, answer.text
    task: Task = answer.json()
    return task


def get(client: httpx2.Client, task_id: str) -> Task:
    answer = client.get(f"{TASKS}/{task_id}")
    assert answer.status_code == 200, answer.text
    task: Task = answer.json()
    return task


def polled(client: httpx2.Client, task_id: str) -> Iterator[Task]:
    """The task as it is seen by who asks again and again, until it has ended."""
    until = time.monotonic() + _WITHIN_S
    while time.monotonic() < until:
        task = get(client, task_id)
        yield task
        if task["status"] in ("done", "failed"):
            return
        time.sleep(0.02)
    raise AssertionError(f"{task_id} has not ended")


def ended(client: httpx2.Client, task_id: str) -> Task:
    return list(polled(client, task_id))[-1]


def done(client: httpx2.Client, **asked: Any) -> Task:
    """A task that was worked on to its end."""
    task = ended(client, create(client, **asked)["id"])
    assert task["status"] == "done", task
    return task


def results(client: httpx2.Client, task_id: str, **params: Any) -> list[dict[str, Any]]:
    answer = client.get(f"{TASKS}/{task_id}/results", params=params)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def resume(client: httpx2.Client, task_id: str, **asked: Any) -> Task:
    answer = client.post(f"{TASKS}/{task_id}/resume", json=asked)
    assert answer.status_code == 200, answer.text
    task: Task = answer.json()
    return task


def wrong_fields(answer: httpx2.Response) -> list[list[str | int]]:
    """Where a body is wrong, as a refusal with 422 tells it."""
    assert answer.status_code == 422, answer.text
    told = answer.json()
    assert set(told) == {"detail"}
    assert all(set(x) == {"loc", "msg", "type"} for x in told["detail"])
    return [x["loc"] for x in told["detail"]]
