"""A task's life after its creation: more results, pauses, failures, what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.dialects.extruct.requests import (
    CRITERIA,
    DEAD_SOURCE,
    TASKS,
    Task,
    create,
    done,
    ended,
    get,
    results,
    resume,
    wrong_fields,
)
from tests.support.promises import promises
from tests.support.server_process import OBJECTIVE


@pytest.fixture(scope="module")
def satisfied(client: httpx2.Client) -> Task:
    """A task that has found the three that it was asked for."""
    return done(client, criteria=CRITERIA, desired_num_results=3)


@pytest.fixture
def paused(client: httpx2.Client) -> Iterator[Task]:
    """A task that goes on only when it is told to."""
    task = create(client, criteria=CRITERIA, desired_num_results=5)
    answer = client.post(f"{TASKS}/{task['id']}/pause")
    assert answer.status_code == 200, answer.text
    yield answer.json()
    resume(client, task["id"], desired_new_results=0)
    ended(client, task["id"])


def domains(client: httpx2.Client, task: Task) -> list[str]:
    return [x["company_website"] for x in results(client, task["id"], view="evaluated")]


@promises("extruct-resume", "extruct-resume-keeps", "extruct-resume-exhausted", "extruct-states")
def test_a_task_is_created_polled_resumed_left_out_and_exhausted(client: httpx2.Client) -> None:
    task = done(client, criteria=CRITERIA, desired_num_results=3)
    assert (task["num_results"], task["is_exhausted"]) == (3, False)
    first = results(client, task["id"])
    assert len(first) == 3

    more = resume(client, task["id"], desired_new_results=4)
    assert (more["desired_num_results"], more["status"]) == (7, "in_progress")
    more = ended(client, task["id"])
    assert (more["status"], more["num_results"], more["is_exhausted"]) == ("done", 7, False)
    assert more["criteria"] == task["criteria"]
    second = results(client, task["id"])
    assert {x["id"]: x for x in first}.items() <= {x["id"]: x for x in second}.items()

    others = done(client, exclude_task_ids=[task["id"]], criteria=CRITERIA, desired_num_results=250)
    assert others["is_exhausted"]
    assert not {x["company_website"] for x in second} & set(domains(client, others))

    last = resume(client, task["id"], desired_new_results=250)
    assert last["desired_num_results"] == 250
    last = ended(client, task["id"])
    assert (last["status"], last["is_exhausted"]) == ("done", True)
    whole = results(client, task["id"])
    assert {x["id"] for x in second} <= {x["id"] for x in whole}
    assert len({x["company_website"] for x in whole}) == len(whole) == last["num_results"]
    assert len(whole) == len(second) + others["num_results"]

    answer = client.post(f"{TASKS}/{task['id']}/resume", json={"desired_new_results": 25})
    assert answer.status_code == 400
    assert list(answer.json()) == ["detail"]
    assert "exhausted" in answer.json()["detail"]
    assert get(client, task["id"]) == last


@promises("extruct-resume")
def test_twenty_five_more_are_wanted_where_nothing_is_said(client: httpx2.Client) -> None:
    task = done(client, criteria=CRITERIA, desired_num_results=1)
    assert resume(client, task["id"])["desired_num_results"] == 26


@promises("extruct-resume")
def test_nothing_more_of_a_task_that_has_what_it_wants_changes_nothing(
    client: httpx2.Client, satisfied: Task
) -> None:
    assert resume(client, satisfied["id"], desired_new_results=0) == satisfied


@promises("extruct-resume", "extruct-pause")
def test_a_task_in_progress_wants_more_at_once_and_never_more_than_250(
    client: httpx2.Client, paused: Task
) -> None:
    assert paused["status"] in ("created", "in_progress")
    raised = resume(client, paused["id"], desired_new_results=10)
    assert raised["desired_num_results"] == 15
    for _ in range(2):
        raised = resume(client, paused["id"], desired_new_results=240)
        assert raised["desired_num_results"] == 250


@promises("extruct-pause")
def test_a_paused_task_is_in_progress_and_goes_on_when_it_is_resumed(
    client: httpx2.Client, paused: Task
) -> None:
    resume(client, paused["id"], desired_new_results=0)
    task = ended(client, paused["id"])
    assert (task["status"], task["num_results"]) == ("done", 5)
    answer = client.post(f"{TASKS}/{paused['id']}/pause")
    assert answer.status_code == 400
    assert client.post(f"{TASKS}/none/pause").status_code == 404


@promises("extruct-resume-body", "extruct-resume")
def test_a_resume_has_a_body_with_a_number_from_0_to_250(
    client: httpx2.Client, satisfied: Task
) -> None:
    path = f"{TASKS}/{satisfied['id']}/resume"
    assert wrong_fields(client.post(path)) == [["body"]]
    broken = client.post(path, content=b"{", headers={"content-type": "application/json"})
    assert wrong_fields(broken) == [["body"]]
    for wrong in (-1, 251, "x", None, 2.5):
        answer = client.post(path, json={"desired_new_results": wrong})
        assert wrong_fields(answer) == [["body", "desired_new_results"]]
    assert get(client, satisfied["id"]) == satisfied


def test_a_task_that_met_a_cap_is_done_and_goes_on_with_nothing_more(
    client: httpx2.Client,
) -> None:
    capped = {"budget": {"searches": 2}}
    task = done(client, criteria=CRITERIA, netnew=capped)
    assert task["netnew"]["stop_reason"] == "budget_exhausted"
    assert task["is_exhausted"] is False
    again = resume(client, task["id"], desired_new_results=0)
    assert (again["status"], again["desired_num_results"]) == ("in_progress", 100)
    again = ended(client, task["id"])
    assert again["netnew"]["generation"] == 2
    assert again["num_results_discovered"] >= task["num_results_discovered"]


@promises("extruct-states")
def test_a_task_that_failed_says_why_and_is_opened_again(client: httpx2.Client) -> None:
    task = create(client, criteria=CRITERIA, netnew={"sources": [DEAD_SOURCE]})
    failed = ended(client, task["id"])
    assert (failed["status"], failed["is_exhausted"]) == ("failed", False)
    assert "dead.example" in failed["netnew"]["error"]
    again = resume(client, task["id"], desired_new_results=0)
    assert (again["status"], again["desired_num_results"]) == ("in_progress", 100)
    assert again["netnew"]["error"] is None
    assert ended(client, task["id"])["netnew"]["generation"] == 2


@promises("extruct-exclude-domains", "extruct-exclude-kept")
def test_domains_are_reduced_joined_sorted_and_never_found_again(client: httpx2.Client) -> None:
    asked = [
        "https://www.Kuroyama-Observatory.example/about?x=1",
        "kuroyama-observatory.example",
        "blog.cerro-lumbrera-observatory.example",
        "Acme.co.uk",
        "register.skywatch.test",
    ]
    left_out = [
        "acme.co.uk",
        "cerro-lumbrera-observatory.example",
        "kuroyama-observatory.example",
        "skywatch.test",
    ]
    task = done(client, exclude_domains=asked, criteria=CRITERIA, desired_num_results=2)
    assert task["exclude_domains"] == left_out
    resume(client, task["id"], desired_new_results=248)
    task = ended(client, task["id"])
    assert task["is_exhausted"]
    assert task["exclude_domains"] == left_out
    found = domains(client, task)
    assert len(found) > 20
    assert not [x for x in found if x.split("/")[0].endswith(tuple(left_out))]


@promises("extruct-exclude-tasks")
def test_the_results_of_tasks_are_left_out_as_they_were(
    client: httpx2.Client, satisfied: Task
) -> None:
    found = results(client, satisfied["id"])
    own = [x["company_website"] for x in found if "/" not in x["company_website"]]
    twice = [satisfied["id"], satisfied["id"].upper(), satisfied["netnew"]["run_id"]]
    task = create(client, exclude_task_ids=twice, exclude_domains=["acme.com"], criteria=CRITERIA)
    assert task["exclude_domains"] == sorted({"acme.com", *own})
    ended(client, task["id"])
    unqualified = {x["id"] for x in results(client, satisfied["id"], view="evaluated")}
    assert len(unqualified) >= len(found)
    assert not {x["netnew"]["url"] for x in found} & {
        x["netnew"]["url"] for x in results(client, task["id"], view="evaluated")
    }


@promises("extruct-exclude-errors")
@pytest.mark.parametrize("wrong", ["com", "co.uk", "127.0.0.1", "[::1]", "acme", "", "a b.com"])
def test_what_has_no_registered_domain_is_refused(client: httpx2.Client, wrong: str) -> None:
    answer = client.post(TASKS, json={"query": OBJECTIVE, "exclude_domains": ["acme.com", wrong]})
    assert wrong_fields(answer) == [["body", "exclude_domains", 1]]


@promises("extruct-exclude-errors")
def test_no_more_than_a_thousand_domains_are_left_out(
    client: httpx2.Client, satisfied: Task
) -> None:
    many = [f"firm-{i}.com" for i in range(1_000)]
    task = create(client, exclude_domains=[*many, "www.firm-7.com"], desired_num_results=1)
    assert task["exclude_domains"] == sorted(many)
    asked = {"exclude_domains": many, "exclude_task_ids": [satisfied["id"]]}
    answer = client.post(TASKS, json={"query": OBJECTIVE, **asked})
    assert wrong_fields(answer) == [["body", "exclude_domains"]]


@promises("extruct-exclude-errors", "extruct-exclude-unknown-task")
def test_tasks_to_leave_out_are_there_and_done(client: httpx2.Client, paused: Task) -> None:
    def refused(*ids: str) -> httpx2.Response:
        return client.post(TASKS, json={"query": OBJECTIVE, "exclude_task_ids": ids})

    before = client.get(TASKS, params={"limit": 1}).json()[0]["id"]
    assert wrong_fields(refused(paused["id"])) == [["body", "exclude_task_ids", 0]]
    assert wrong_fields(refused("none")) == [["body", "exclude_task_ids", 0]]
    many = [f"00000000-0000-4000-8000-{i:012}" for i in range(101)]
    assert wrong_fields(refused(*many)) == [["body", "exclude_task_ids"]]
    unknown = refused(many[0])
    assert unknown.status_code == 404
    assert many[0] in unknown.json()["detail"]
    assert client.get(TASKS, params={"limit": 1}).json()[0]["id"] == before
