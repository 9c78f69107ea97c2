"""The life of a run through our own endpoints."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.dialects.conftest import StartServer
from tests.support.dialect_cases import begun, found
from tests.support.server_process import ServerProcess


@pytest.fixture(scope="module")
def client(server: ServerProcess) -> Iterator[httpx2.Client]:
    with server.client() as client:
        yield client


def ended(client: httpx2.Client, run: str) -> dict[str, object]:
    """The run, once its stream of events has ended."""
    client.get(f"/netnew/runs/{run}/events").raise_for_status()
    told: dict[str, object] = client.get(f"/netnew/runs/{run}").json()
    return told


def test_a_run_is_extended_refreshed_and_deleted(client: httpx2.Client) -> None:
    first = found(client, limit=5)
    extended = client.post(f"/netnew/runs/{first}/extend", json={"additional": 2}).json()
    assert (extended["match_limit"], extended["generation"]) == (7, 2)
    assert ended(client, first)["stop_reason"] == "match_limit_met"

    asked = {"match_limit": 2, "rechecks": True}
    answer = client.post(f"/netnew/runs/{first}/refresh", json=asked)
    assert answer.status_code == 201
    second = answer.json()["run_id"]
    told = ended(client, second)
    assert (told["refreshes"], told["rechecks"], told["match_limit"]) == (first, True, 2)
    assert not names(client, first) & names(client, second)

    assert client.delete(f"/netnew/runs/{first}").status_code == 204
    assert client.get(f"/netnew/runs/{first}").status_code == 404
    assert client.delete(f"/netnew/runs/{first}").status_code == 404


def names(client: httpx2.Client, run: str) -> set[str]:
    page = client.get(f"/netnew/runs/{run}/candidates", params={"match_status": "matched"}).json()
    return {x["name"] for x in page["candidates"]}


def test_a_waiting_run_is_paused_continued_kept_cancelled_and_resumed(
    start_server: StartServer,
) -> None:
    with start_server(options=["--api-only"]).client() as client:
        run = begun(client)

        def told(command: str, body: object = None) -> tuple[str, object]:
            answer = client.post(f"/netnew/runs/{run}/{command}", json=body).json()
            return answer["status"], answer["stop_reason"]

        assert told("pause") == ("paused", None)
        assert told("continue")[0] == "queued"
        assert told("cancel") == ("cancelled", "user_cancelled")
        assert told("resume", {"budget": {"searches": 7}})[0] == "queued"
        assert client.get(f"/netnew/runs/{run}").json()["budget"]["searches"] == 7
        assert told("keep")[0] == "completed"
