"""What Parallel's format promises of webhooks, where the vendor's own clients do not look."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from netnew.api.dialects.parallel.webhooks import ParallelWebhookFormat
from tests.support.promises import promises
from tests.support.receiver import Call, receiving
from tests.support.server_process import CONDITIONS, OBJECTIVE, ServerProcess

RUNS = "/v1beta/findall/runs"
KINDS = {"generated", "matched", "unmatched"}


@pytest.fixture(scope="module")
def calls(start_server: Callable[..., ServerProcess]) -> list[Call]:
    """All that a run told, which named no types; a run before it had asked for none."""
    server = start_server(webhook_private_addresses=True)
    with receiving() as receiver, server.client() as client:
        for webhook in ({"url": receiver.url, "event_types": []}, {"url": receiver.url}):
            asked = {
                "objective": OBJECTIVE,
                "entity_type": "observatory",
                "match_conditions": list(CONDITIONS),
                "generator": "base",
                "match_limit": 5,
                "webhook": webhook,
            }
            answer = client.post(RUNS, json=asked).raise_for_status()
            run_id = answer.json()["findall_id"]
            events = client.get(f"{RUNS}/{run_id}/events").raise_for_status()
        told = events.text.count("event: findall.candidate.")
        # The stream tells at the end who stayed unclear; webhooks do not.
        unclear = client.get(f"{RUNS}/{run_id}").json()["netnew"]["counts"]["unclear"]
        return receiver.wait_for(told - unclear + 1)


@promises("parallel-webhook-types")
def test_without_types_everything_is_told_and_with_none_nothing(calls: list[Call]) -> None:
    kinds = {x.json["type"] for x in calls}
    assert {"findall.candidate.matched", "findall.run.completed"} <= kinds
    assert kinds <= {*(f"findall.candidate.{x}" for x in KINDS), "findall.run.completed"}
    of = {x.json["data"]["findall_id"] for x in calls}
    assert len(of) == 1


@promises("parallel-webhook-body")
def test_a_body_has_a_type_a_time_and_a_run_or_a_candidate_of_it(calls: list[Call]) -> None:
    for call in calls:
        told = call.json
        assert set(told) == {"type", "timestamp", "data"}
        assert told["timestamp"].endswith("Z")
        if told["type"] == "findall.run.completed":
            assert told["data"]["status"]["status"] == "completed"
        else:
            kind = told["type"].removeprefix("findall.candidate.")
            assert told["data"]["match_status"] == kind
            assert told["data"]["candidate_id"].startswith("candidate_")


@promises("parallel-webhook-headers")
def test_a_delivery_has_the_headers_of_the_standard(calls: list[Call]) -> None:
    for call in calls:
        assert call.headers["content-type"].startswith("application/json")
        assert call.headers["webhook-timestamp"].isdecimal()
        assert [x[:3] for x in call.headers["webhook-signature"].split()] == ["v1,", "v1,"]
    assert len({x.id for x in calls}) == len(calls)


@promises("parallel-webhook-retries")
def test_it_is_tried_again_after_5_s_doubling_for_two_days() -> None:
    shape, age_s = ParallelWebhookFormat(), 0.0
    waits = []
    for tries in itertools.count(1):
        wait_s = shape.wait_s(tries, age_s)
        if wait_s is None:
            break
        waits.append(wait_s)
        age_s += wait_s
    assert waits[:4] == [5, 10, 20, 40]
    assert 24 * 3600 < age_s <= 48 * 3600
    assert waits == sorted(waits)
