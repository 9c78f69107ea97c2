"""Creating a task: what may be asked, what is answered, what is refused."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.dialects.extruct import requests as asking
from tests.dialects.extruct.requests import CRITERIA, TASK_FIELDS, TASKS, Task, get, wrong_fields
from tests.support.promises import promises
from tests.support.server_process import OBJECTIVE

_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def create(client: httpx2.Client, **asked: Any) -> Task:
    """One that is soon over: nothing of what it finds is looked at."""
    return asking.create(client, **{"netnew": {"budget": {"searches": 1}}, **asked})


@promises("extruct-create", "extruct-task-shape", "extruct-ids-times", "extruct-exclude-none")
def test_a_task_is_answered_at_once_with_every_field(client: httpx2.Client) -> None:
    task = create(client, desired_num_results=3)
    assert set(task) == TASK_FIELDS | {"netnew"}
    assert str(UUID(task["id"])) == task["id"]
    assert _UTC.fullmatch(task["created_at"])
    assert task["status"] == "created"
    assert (task["query"], task["desired_num_results"]) == (OBJECTIVE, 3)
    assert (task["table_id"], task["exclude_domains"]) == (None, None)
    assert (task["auto_data_sources"], task["is_exhausted"]) == (True, False)
    counters = [x for name, x in task.items() if name.startswith("num_results")]
    assert counters == [0, 0, 0, 0]
    assert task["netnew"]["run_id"] == f"run_{UUID(task['id']).hex}"
    assert task["netnew"]["error"] is None


@promises("extruct-create-limits")
def test_a_hundred_results_are_wanted_where_nothing_is_said(client: httpx2.Client) -> None:
    assert create(client)["desired_num_results"] == 100
    for most in (1, 250):
        assert create(client, desired_num_results=most)["desired_num_results"] == most
    for wrong in (0, 251, "many", None):
        answer = client.post(TASKS, json={"query": OBJECTIVE, "desired_num_results": wrong})
        assert wrong_fields(answer) == [["body", "desired_num_results"]]


@promises("extruct-query")
def test_a_query_is_trimmed_and_neither_empty_nor_endless(client: httpx2.Client) -> None:
    assert create(client, query=f"  {OBJECTIVE}\n")["query"] == OBJECTIVE
    for wrong in ("", " \n\t ", "\x1c", "x" * 10_001, None, 7):
        answer = client.post(TASKS, json={"query": wrong})
        assert wrong_fields(answer) == [["body", "query"]]
    assert wrong_fields(client.post(TASKS, json={})) == [["body", "query"]]


@promises("extruct-criteria")
def test_criteria_are_used_as_they_are_given(client: httpx2.Client) -> None:
    task = create(client, criteria=CRITERIA)
    assert task["criteria"] == CRITERIA
    assert get(client, task["id"])["criteria"] == CRITERIA


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("key", "2_domes"),
        ("key", "two-domes"),
        ("key", ""),
        ("name", ""),
        ("name", "n" * 101),
        ("criterion", "too short"),
        ("criterion", "c" * 501),
        ("criterion", None),
    ],
)
@promises("extruct-criteria")
def test_a_criterion_that_cannot_be_is_refused(
    client: httpx2.Client, field: str, wrong: object
) -> None:
    answer = client.post(
        TASKS, json={"query": OBJECTIVE, "criteria": [{**CRITERIA[0], field: wrong}]}
    )
    assert wrong_fields(answer) == [["body", "criteria", 0, field]]


@promises("extruct-criteria-unique")
def test_keys_of_criteria_are_unique_and_no_more_than_twenty(client: httpx2.Client) -> None:
    twice = client.post(TASKS, json={"query": OBJECTIVE, "criteria": [CRITERIA[0], CRITERIA[0]]})
    assert wrong_fields(twice) == [["body", "criteria", 1, "key"]]
    many = [{**CRITERIA[0], "key": f"key_{i}"} for i in range(21)]
    answer = client.post(TASKS, json={"query": OBJECTIVE, "criteria": many})
    assert wrong_fields(answer) == [["body", "criteria"]]
    assert len(create(client, criteria=many[:20])["criteria"]) == 20


@promises("extruct-criteria-unique", "extruct-criteria-made")
def test_without_criteria_they_are_read_in_the_query(client: httpx2.Client) -> None:
    for none in ([], None):
        made = create(client, criteria=none)["criteria"]
        assert [x["criterion"] for x in made] == [
            "The observatory has more than two domes.",
            "The observatory offers public tours.",
        ]
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", x["key"]) for x in made)


@promises("extruct-criteria-made")
def test_a_query_that_asks_for_much_has_five_criteria_and_one_for_little_has_one(
    client: httpx2.Client,
) -> None:
    much = (
        "Robotics startups in Germany founded after 2015 with fewer than 20 people, "
        "not acquired, backed by Y Combinator, that are hiring, which use Rust"
    )
    made = create(client, query=much)["criteria"]
    assert len(made) == 5
    assert made[-1]["criterion"].startswith("All of these hold: ")
    (only,) = create(client, query="Find observatories")["criteria"]
    assert only["key"] == "matches_objective"


@pytest.mark.parametrize(
    "field", ["exclude_domains", "exclude_task_ids", "criteria", "data_sources"]
)
def test_of_a_list_without_end_no_entry_is_looked_at(client: httpx2.Client, field: str) -> None:
    answer = client.post(TASKS, json={"query": OBJECTIVE, field: [0] * 10_000})
    assert wrong_fields(answer) == [["body", field]]


def test_a_domain_that_comes_a_thousand_times_counts_once(client: httpx2.Client) -> None:
    many = [f"https://www.example.com/{i}" for i in range(2_000)]
    assert create(client, exclude_domains=many)["exclude_domains"] == ["example.com"]
    others = [f"example{i}.com" for i in range(1_001)]
    answer = client.post(TASKS, json={"query": OBJECTIVE, "exclude_domains": others})
    assert wrong_fields(answer) == [["body", "exclude_domains"]]
    assert "at most 1,000" in answer.text


@promises("extruct-table")
def test_a_table_is_refused_rather_than_ignored(client: httpx2.Client) -> None:
    table = {"id": "5f0c7a9e-3d5b-4b70-8c5c-1f3f64a7b001", "auto_import": True}
    answer = client.post(TASKS, json={"query": OBJECTIVE, "table": table})
    assert wrong_fields(answer) == [["body", "table"]]
    assert "tables not supported" in answer.text
    assert create(client, table=None)["table_id"] is None


@promises("extruct-unknown-fields")
def test_keys_that_nobody_knows_are_ignored(client: httpx2.Client) -> None:
    task = create(client, notify=True, webhook={"url": 7}, criteria=[{**CRITERIA[0], "weight": 3}])
    assert task["criteria"] == [CRITERIA[0]]


@promises("extruct-sources", "extruct-sources-told")
def test_data_sources_are_the_servers_unless_it_is_told_otherwise(client: httpx2.Client) -> None:
    chosen = create(client, data_sources=["maps"])
    assert (chosen["auto_data_sources"], chosen["data_sources"]) == (True, ["web_search"])
    asked = create(client, auto_data_sources=False, data_sources=["web_search", "web_search"])
    assert (asked["auto_data_sources"], asked["data_sources"]) == (False, ["web_search"])
    assert get(client, asked["id"])["auto_data_sources"] is False
    for none in (None, []):
        answer = client.post(
            TASKS, json={"query": OBJECTIVE, "auto_data_sources": False, "data_sources": none}
        )
        assert wrong_fields(answer) == [["body", "data_sources"]]


@promises("extruct-sources-not-served")
@pytest.mark.parametrize("source", ["linkedin", "maps"])
def test_what_the_server_has_no_source_for_is_refused(client: httpx2.Client, source: str) -> None:
    asked: dict[str, Any] = {"auto_data_sources": False, "data_sources": ["web_search", source]}
    answer = client.post(TASKS, json={"query": OBJECTIVE, **asked})
    assert wrong_fields(answer) == [["body", "data_sources", 1]]
    assert source in answer.text


@promises("extruct-sources-told")
def test_the_index_of_its_own_is_taken_and_never_told(client: httpx2.Client) -> None:
    asked = {"auto_data_sources": False, "data_sources": ["extruct_db", "web_search"]}
    assert create(client, **asked)["data_sources"] == ["web_search"]
    answer = client.post(TASKS, json={"query": OBJECTIVE, "data_sources": ["crunchbase"]})
    assert wrong_fields(answer) == [["body", "data_sources", 0]]


def test_what_netnew_adds_is_asked_in_one_object(client: httpx2.Client) -> None:
    task = create(client, netnew={"budget": {"searches": 7}})
    assert task["netnew"]["budget"]["searches"] == 7
    answer = client.post(TASKS, json={"query": OBJECTIVE, "netnew": {"sources": ["csv:/etc/x"]}})
    assert wrong_fields(answer) == [["body", "netnew", "sources"]]
    answer = client.post(TASKS, json={"query": OBJECTIVE, "netnew": {"colour": "red"}})
    assert wrong_fields(answer) == [["body", "netnew", "colour"]]
