"""A task that has ended: its counters, its results, their grades."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.dialects.extruct.requests import (
    CRITERIA,
    RESULT_FIELDS,
    TASK_FIELDS,
    TASKS,
    Task,
    create,
    get,
    polled,
    results,
    wrong_fields,
)
from tests.support.promises import promises

_COUNTERS = (
    "num_results_discovered",
    "num_results_enriched",
    "num_results_evaluated",
    "num_results",
)
KEYS = [x["key"] for x in CRITERIA]


def counters_of(task: Task) -> list[int]:
    return [task[name] for name in _COUNTERS]


@promises("extruct-states", "extruct-counters", "extruct-exhausted", "extruct-get")
def test_a_task_goes_from_created_to_done_and_its_counters_go_up(client: httpx2.Client) -> None:
    task = create(client, criteria=CRITERIA, desired_num_results=250)
    seen = [task, *polled(client, task["id"])]
    order = ["created", "in_progress", "done"]
    places = [order.index(x["status"]) for x in seen]
    assert places == sorted(places)
    assert places[-1] == 2
    for before, after in pairwise(seen):
        assert all(x <= y for x, y in zip(counters_of(before), counters_of(after), strict=True))
    for each in seen:
        assert counters_of(each) == sorted(counters_of(each), reverse=True)
        assert each["is_exhausted"] is (each["status"] == "done")
        assert each["criteria"] == CRITERIA


@promises("extruct-results")
def test_results_are_the_task_with_what_is_qualified(
    client: httpx2.Client, exhausted: Task
) -> None:
    told = client.get(f"{TASKS}/{exhausted['id']}/results").json()
    assert set(told) == TASK_FIELDS | {"netnew", "results"}
    assert {k: v for k, v in told.items() if k != "results"} == get(client, exhausted["id"])
    assert len(told["results"]) == told["num_results"] >= 10


@promises("extruct-result-shape", "extruct-ids-times")
def test_a_result_has_every_field(client: httpx2.Client, exhausted: Task) -> None:
    rows = results(client, exhausted["id"])
    for row in rows:
        assert set(row) == RESULT_FIELDS | {"netnew"}
        assert row["task_id"] == exhausted["id"]
        assert str(UUID(row["id"])) == row["id"]
        assert row["created_at"].endswith("Z")
        assert row["company_name"]
        assert isinstance(row["company_description"], str)
        assert "://" not in row["company_website"]
        assert row["source"] == "web_search"
        assert row["netnew"]["is_qualified"] is True
    sites = {row["company_name"]: row["company_website"] for row in rows}
    assert sites["Kuroyama Observatory"] == "kuroyama-observatory.example"
    # It has no site of its own: the domain would be the register's.
    assert (
        sites["Sierra Morena Sky House"] == "register.skywatch.test/entry/sierra-morena-sky-house"
    )


@promises("extruct-profile")
def test_the_profile_says_what_the_pages_state_and_null_elsewhere(
    client: httpx2.Client, exhausted: Task
) -> None:
    rows = {x["company_name"]: x for x in results(client, exhausted["id"])}
    row = rows["Kuroyama Observatory"]
    assert row["hq_country"] == "Japan"
    assert row["company_profile_id"] is not None
    assert row["company_full_description"] == "An observatory, its people and their nights."
    for field in ("founding_year", "employee_count", "hq_state_province"):
        assert {x[field] for x in rows.values()} == {None}


@promises("extruct-scores", "extruct-75-percent")
def test_every_result_is_graded_with_explanation_and_sources(
    client: httpx2.Client, exhausted: Task
) -> None:
    for row in results(client, exhausted["id"]):
        assert list(row["scores"]) == KEYS
        for score in row["scores"].values():
            assert set(score) == {"grade", "explanation", "sources"}
            assert score["grade"] in (4, 5)
            assert score["explanation"]
            assert score["sources"]
            assert all(x.startswith("http") for x in score["sources"])


@promises("extruct-scores")
def test_results_are_graded_where_no_criteria_were_sent(client: httpx2.Client) -> None:
    task = create(client, desired_num_results=2)
    task = list(polled(client, task["id"]))[-1]
    keys = [x["key"] for x in task["criteria"]]
    assert [list(x["scores"]) for x in results(client, task["id"])] == [keys, keys]


@promises("extruct-relevance")
def test_relevance_is_the_mean_of_the_grades(client: httpx2.Client, exhausted: Task) -> None:
    rows = results(client, exhausted["id"], view="evaluated")
    for row in rows:
        grades = [x["grade"] for x in row["scores"].values()]
        assert row["relevance"] == round(sum(25 * (x - 1) for x in grades) / len(grades))
    places = [(-x["relevance"], x["created_at"], x["id"]) for x in rows]
    assert places == sorted(places)
    assert {x["relevance"] for x in rows} >= {0, 75, 100}


@promises("extruct-results-evaluated")
def test_everything_that_was_judged_is_shown_to_who_asks(
    client: httpx2.Client, exhausted: Task
) -> None:
    rows = results(client, exhausted["id"], view="evaluated")
    assert len(rows) == exhausted["num_results_evaluated"]
    qualified = [x for x in rows if x["netnew"]["is_qualified"]]
    assert qualified == results(client, exhausted["id"], view="qualified")
    assert {y["grade"] for x in rows for y in x["scores"].values()} >= {1, 3, 5}
    answer = client.get(f"{TASKS}/{exhausted['id']}/results", params={"view": "all"})
    assert wrong_fields(answer) == [["query", "view"]]


@promises("extruct-results-paging")
def test_pages_follow_one_another_without_gap_or_repeat(
    client: httpx2.Client, exhausted: Task
) -> None:
    whole = results(client, exhausted["id"])
    pages: list[dict[str, Any]] = []
    while page := results(client, exhausted["id"], offset=len(pages), limit=4):
        pages += page
    assert pages == whole
    assert results(client, exhausted["id"], limit=1000) == whole
    assert results(client, exhausted["id"], offset=2**62) == []


@promises("extruct-results-paging")
@pytest.mark.parametrize(
    ("name", "wrong"), [("limit", 0), ("limit", 1001), ("limit", "x"), ("offset", -1)]
)
def test_a_page_that_cannot_be_is_refused(
    client: httpx2.Client, exhausted: Task, name: str, wrong: object
) -> None:
    for path in (TASKS, f"{TASKS}/{exhausted['id']}/results"):
        answer = client.get(path, params={name: str(wrong)})
        assert wrong_fields(answer) == [["query", name]]


@promises("extruct-list")
def test_tasks_are_listed_as_a_bare_array_the_newest_first(
    client: httpx2.Client, exhausted: Task
) -> None:
    latest = create(client, desired_num_results=1)
    assert len(client.get(TASKS).json()) <= 50
    listed = client.get(TASKS, params={"limit": 1000}).json()
    assert isinstance(listed, list)
    assert listed[0]["id"] == latest["id"]
    times = [x["created_at"] for x in listed]
    assert times == sorted(times, reverse=True)
    assert next(x for x in listed if x["id"] == exhausted["id"]) == exhausted
    second = client.get(TASKS, params={"offset": 1, "limit": 1}).json()
    assert [x["id"] for x in second] == [listed[1]["id"]]


@promises("extruct-no-402", "extruct-user", "extruct-billing")
def test_a_plan_is_told_that_every_client_goes_on_with(client: httpx2.Client) -> None:
    user = client.get("/v1/user").json()
    assert set(user) == {
        "user_id",
        "email",
        "available_credits",
        "organization_id",
        "organization_name",
        "organization_slug",
        "organization_is_active",
    }
    assert user["available_credits"] > 1_000_000
    assert user["organization_name"] == "local"
    billing = client.get("/v1/billing").json()
    assert billing == {
        "user": user,
        "subscription": {"requires_subscription": False, "plan_tier": "pro"},
    }
