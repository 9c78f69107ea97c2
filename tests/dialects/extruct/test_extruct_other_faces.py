"""Runs that were made elsewhere, read as tasks; and a task, read elsewhere."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.dialects.extruct.requests import (
    CRITERIA,
    TASK_FIELDS,
    TASKS,
    create,
    ended,
    get,
    results,
)
from tests.support.promises import promises
from tests.support.server_process import CONDITIONS, OBJECTIVE, ServerProcess

_FOUR = (
    *(f"{c['name']}: {c['description']}" for c in CONDITIONS),
    "Still works!: The observatory is operating.",
    "2 kinds: The observatory has an infrared telescope.",
)


@pytest.fixture(scope="module")
def found(server: ServerProcess) -> dict[str, Any]:
    """By the command line: four conditions, of which all must hold."""
    where = [x for condition in _FOUR for x in ("--where", condition)]
    printed = server.command("find", OBJECTIVE, *where, "--limit", "50", "--json")
    told: dict[str, Any] = json.loads(printed)
    return told


@promises("extruct-75-percent", "extruct-counters")
def test_a_run_of_the_command_line_goes_by_three_in_four_here(
    client: httpx2.Client, found: dict[str, Any]
) -> None:
    task = get(client, found["run"]["id"])
    assert set(task) == TASK_FIELDS | {"netnew"}
    assert (task["status"], task["query"]) == ("done", OBJECTIVE)
    assert task["desired_num_results"] == 50
    keys = [x["key"] for x in task["criteria"]]
    assert keys == ["domes", "tours", "still_works", "criterion_2_kinds"]
    rows = results(client, task["id"], view="evaluated")
    qualified = results(client, task["id"])
    assert {x["id"] for x in qualified} == {
        x["id"] for x in rows if sum(y["grade"] >= 4 for y in x["scores"].values()) >= 3
    }
    matched = {x["id"] for x in rows if x["netnew"]["match_status"] == "matched"}
    assert matched < {x["id"] for x in qualified}
    assert task["num_results"] == len(qualified)
    assert task["num_results_evaluated"] == len(rows)
    for row in rows:
        assert list(row["scores"]) == keys
        assert row["founding_year"] is row["company_profile_id"] is row["hq_country"] is None


def test_a_run_of_another_wire_format_is_read_resumed_and_left_out_here(
    client: httpx2.Client,
) -> None:
    body = {
        "objective": OBJECTIVE,
        "entity_type": "observatory",
        "match_conditions": list(CONDITIONS),
        "generator": "base",
        "match_limit": 5,
    }
    answer = client.post("/v1beta/findall/runs", json=body)
    assert answer.status_code == 200, answer.text
    task = ended(client, answer.json()["findall_id"])
    assert (task["desired_num_results"], task["num_results"]) == (5, 5)
    assert task["criteria"] == CRITERIA
    task_id = task["id"]
    assert client.get(TASKS).json()[0]["id"] == task_id
    resumed = client.post(f"{TASKS}/{task_id}/resume", json={"desired_new_results": 1}).json()
    assert resumed["desired_num_results"] == 6
    ended(client, task_id)
    own = [x["company_website"] for x in results(client, task_id)]
    other = create(client, exclude_task_ids=[task_id], desired_num_results=1)
    assert other["exclude_domains"] == sorted(x for x in own if "/" not in x)


def test_a_task_is_a_run_of_another_wire_format(client: httpx2.Client) -> None:
    task = ended(client, create(client, criteria=CRITERIA, desired_num_results=2)["id"])
    findall_id = f"findall_{UUID(task['id']).hex}"
    answer = client.get(f"/v1beta/findall/runs/{findall_id}/result")
    assert answer.status_code == 200, answer.text
    candidates = answer.json()["candidates"]
    matched = [x for x in candidates if x["match_status"] == "matched"]
    assert len(matched) == task["num_results"] == 2
