"""Webhooks of each dialect from a real server to a real receiver, and what its log shows."""

from __future__ import annotations

import hmac
import threading
import time
from collections import Counter
from hashlib import sha256
from typing import Any

import httpx2
import pytest
from standardwebhooks import Webhook

from tests.dialects.conftest import StartServer
from tests.support.receiver import OK, Call, Receiver, Reply, receiving
from tests.support.server_process import CONDITIONS, OBJECTIVE, ServerProcess

ENDED = "findall.run.completed"


@pytest.fixture(scope="module")
def server(start_server: StartServer) -> ServerProcess:
    """It may send to this machine."""
    return start_server(webhook_private_addresses=True)


def ask_parallel(client: httpx2.Client, url: str, *types: str) -> httpx2.Response:
    """A run is asked for in Parallel's format; all types where none is named."""
    webhook: dict[str, Any] = {"url": url} | ({"event_types": types} if types else {})
    asked = {
        "objective": OBJECTIVE,
        "entity_type": "observatory",
        "match_conditions": list(CONDITIONS),
        "generator": "core",
        "match_limit": 50,
        "webhook": webhook,
    }
    return client.post("/v1beta/findall/runs", json=asked)


def begin_parallel(client: httpx2.Client, url: str, *types: str) -> str:
    answer = ask_parallel(client, url, *types)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["findall_id"])


def until_ended(receiver: Receiver, ended: str) -> list[Call]:
    """All calls, once that type has come."""
    calls: list[Call] = []
    while not any(call.json["type"] == ended for call in calls):
        calls = receiver.wait_for(len(calls) + 1)
    return calls


def logged(client: httpx2.Client, run_id: str) -> set[str]:
    """The ids of a run's deliveries in the log."""
    ids: set[str] = set()
    offset: int | None = 0
    while offset is not None:
        page = client.get(f"/netnew/runs/{run_id}/deliveries", params={"offset": offset}).json()
        ids |= {str(x["id"]) for x in page["deliveries"]}
        offset = page["next_offset"]
    return ids


def shown(client: httpx2.Client, delivery_id: str) -> dict[str, Any]:
    """A delivery as the log shows it."""
    document: dict[str, Any] = client.get(f"/netnew/deliveries/{delivery_id}").json()
    return document


def test_a_run_of_parallel_tells_what_it_finds_and_the_log_shows_it(
    server: ServerProcess,
) -> None:
    with receiving() as receiver, server.client() as client:
        run_id = begin_parallel(client, receiver.url)
        until_ended(receiver, ENDED)
        told = logged(client, run_id)
        calls = receiver.wait_for(len(told))
        assert sorted(receiver.ids) == sorted(told)
        assert shown(client, calls[0].id)["body"] == calls[0].json
        secret = client.get("/netnew/webhook-secret").json()["secret"]
        for call in calls:
            Webhook(secret).verify(call.body, call.headers)
        metrics = client.get(f"/v1beta/findall/runs/{run_id}").json()["status"]["metrics"]
        kinds = Counter(call.json["type"].rpartition(".")[2] for call in calls)
        assert kinds["generated"] == metrics["generated_candidates_count"]
        assert kinds["matched"] == metrics["matched_candidates_count"] > 0
        assert kinds["completed"] == 1


def test_a_run_of_scout_tells_its_end_signed_by_its_own_secret(server: ServerProcess) -> None:
    with receiving() as receiver, server.client() as client:
        asked = {
            "query": OBJECTIVE,
            "limit": 5,
            "webhook": receiver.url,
            "webhook_secret": "pass",
        }
        answer = client.post("/v1/findall/runs", json=asked)
        assert answer.is_success, answer.text
        (call,) = receiver.wait_for(1)
        assert call.headers["x-scout-event"] == "findall.completed"
        expected = hmac.new(b"pass", call.body, sha256).hexdigest()
        assert call.headers["x-scout-signature"] == f"sha256={expected}"
        assert call.json["findall_id"] == answer.json()["findall_id"]
        assert call.json["delivery_id"].startswith("whevent_")


def test_what_a_receiver_did_not_take_is_sent_again_after_a_kill_when_asked(
    server: ServerProcess,
) -> None:
    taken = threading.Event()

    def answer(call: Call) -> Reply:
        return OK if taken.is_set() else Reply(302, (("Location", "http://10.0.0.7/"),))

    with receiving(answer) as receiver:
        with server.client() as client:
            begin_parallel(client, receiver.url, ENDED)
            first = until_ended(receiver, ENDED)[0]
            while not shown(client, first.id)["attempts"]:
                time.sleep(0.05)
        server.kill()
        server.start()
        with server.client() as client:
            taken.set()
            again = client.post(f"/netnew/deliveries/{first.id}/resend")
            assert again.is_success, again.text
            assert again.json()["body"] == first.json
            while (delivery := shown(client, first.id))["state"] == "pending":
                time.sleep(0.05)
        assert {call.id for call in receiver.calls} == {first.id}
        assert {call.body for call in receiver.calls} == {first.body}
        assert delivery["state"] == "delivered"
        assert delivery["attempts"][-1]["status"] == 204


def test_a_worker_tells_what_it_has_done_before_it_leaves(server: ServerProcess) -> None:
    with receiving() as receiver:
        with server.client() as client:
            run_id = begin_parallel(client, receiver.url, ENDED)
        server.kill()
        server.command("worker", "--until-idle")
        assert [call.json["data"]["findall_id"] for call in receiver.calls] == [run_id]
        server.start()


def test_an_address_of_this_machine_is_refused_where_it_was_not_allowed(
    start_server: StartServer,
) -> None:
    server = start_server()
    with receiving() as receiver, server.client() as client:
        answer = ask_parallel(client, receiver.url)
        assert answer.status_code == 422
        assert "not a public address" in answer.text
        assert receiver.calls == []
