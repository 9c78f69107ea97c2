"""Extend, enrich and cancel in Parallel's format, in every state of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.dialects.conftest import StartServer
from tests.dialects.parallel.requests import RUNS, create, events, finished, paused
from tests.support.promises import promises
from tests.support.server_process import ServerProcess

FOUNDED = {
    "processor": "lite",
    "output_schema": {
        "type": "json",
        "json_schema": {
            "type": "object",
            "properties": {"founded": {"type": "string", "description": "first light"}},
        },
    },
}
RUN_BY = {"output_schema": {"json_schema": {"properties": {"run_by": {"type": "string"}}}}}


@pytest.fixture(scope="module")
def slow_server(start_server: StartServer) -> ServerProcess:
    """Its runs take a while: few searches a second."""
    return start_server(search_rate_per_s=8)


@pytest.fixture(scope="module")
def slow(slow_server: ServerProcess) -> Iterator[httpx2.Client]:
    with slow_server.client() as client:
        yield client


def enriched_names(client: httpx2.Client, findall_id: str) -> list[set[str]]:
    """The fields that each match has."""
    found = client.get(f"{RUNS}/{findall_id}/result", params={"match_status": "matched"}).json()
    return [
        {k for k, x in match["output"].items() if x["type"] == "enrichment"}
        for match in found["candidates"]
    ]


def until_a_match(client: httpx2.Client, findall_id: str) -> dict[str, Any]:
    """Waits, on the stream, until there is one."""
    seen = (x for x in events(client, findall_id) if x["type"] == "findall.candidate.matched")
    return next(seen)


@promises("parallel-extend", "parallel-schema-limit-grows", "parallel-lifecycle")
def test_a_run_that_met_its_limit_is_extended(client: httpx2.Client) -> None:
    findall_id = create(client, match_limit=5)["findall_id"]
    finished(client, findall_id)
    before = client.get(f"{RUNS}/{findall_id}/result").json()
    answer = client.post(f"{RUNS}/{findall_id}/extend", json={"additional_match_limit": 3})
    assert answer.status_code == 200
    assert answer.json()["match_limit"] == 8
    assert client.get(f"{RUNS}/{findall_id}/schema").json() == answer.json()
    done = finished(client, findall_id)
    assert done["status"]["metrics"]["matched_candidates_count"] == 8
    after = client.get(f"{RUNS}/{findall_id}/result", params={"match_status": "matched"}).json()
    kept = {x["candidate_id"] for x in before["candidates"] if x["match_status"] == "matched"}
    assert kept < {x["candidate_id"] for x in after["candidates"]}
    told = [x["data"] for x in events(client, findall_id)]
    statuses = [x["status"]["status"] for x in told if "status" in x]
    assert statuses == ["queued", "running", "completed", "queued", "running", "completed"]
    limits = [x["match_limit"] for x in told if "match_limit" in x]
    assert limits == [8]


@promises("parallel-extend-refused", "parallel-extend-positive")
@pytest.mark.parametrize(
    ("more", "says"),
    [(0, "greater than 0"), (-1, "greater than 0"), ("5", "integer"), (951, "between 5 and 1000")],
)
def test_an_extension_beyond_the_limits_is_refused(
    client: httpx2.Client, done: dict[str, Any], more: object, says: str
) -> None:
    address = f"{RUNS}/{done['findall_id']}/extend"
    answer = client.post(address, json={"additional_match_limit": more})
    assert answer.status_code == 422
    assert says in answer.json()["error"]["message"]


@promises("parallel-extend-refused")
def test_a_run_that_ended_otherwise_is_not_extended(
    client: httpx2.Client, done: dict[str, Any]
) -> None:
    preview = finished(client, create(client, generator="preview", match_limit=5)["findall_id"])
    cancelled = create(client)
    client.post(f"{RUNS}/{cancelled['findall_id']}/cancel")
    for run in (done, preview, cancelled):
        address = f"{RUNS}/{run['findall_id']}"
        before = client.get(f"{address}/schema").json()
        answer = client.post(f"{address}/extend", json={"additional_match_limit": 1})
        assert answer.status_code == 422
        assert answer.json()["type"] == "error"
        assert client.get(f"{address}/schema").json() == before


@promises("parallel-enrich", "parallel-enrich-any-state", "parallel-schema-reusable")
def test_fields_are_filled_of_a_run_that_has_ended(
    client: httpx2.Client, done: dict[str, Any]
) -> None:
    findall_id = done["findall_id"]
    answer = client.post(f"{RUNS}/{findall_id}/enrich", json=FOUNDED)
    assert answer.status_code == 200
    assert answer.json()["enrichments"] == [FOUNDED]
    again = client.post(f"{RUNS}/{findall_id}/enrich", json=RUN_BY)
    assert len(again.json()["enrichments"]) == 2
    ended = finished(client, findall_id)
    assert ended["status"] == done["status"]
    assert ended["modified_at"] > done["modified_at"]
    names = enriched_names(client, findall_id)
    assert len(names) == done["status"]["metrics"]["matched_candidates_count"]
    assert all(x == {"founded", "run_by"} for x in names)
    told = list(events(client, findall_id))
    enriched = [x for x in told if x["type"] == "findall.candidate.enriched"]
    assert {"domes", "tours", "founded", "run_by"} == set(enriched[-1]["data"]["output"])
    assert enriched[-1]["data"]["match_status"] == "matched"
    schemas = [x["data"] for x in told if x["type"] == "findall.schema.updated"]
    assert len(schemas) == 2
    assert schemas[-1] == client.get(f"{RUNS}/{findall_id}/schema").json()


@promises("parallel-enrich-processors", "parallel-enrich-limits", "parallel-conditions")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"processor": "huge"}, "processor"),
        ({"output_schema": {"json_schema": {"type": "object"}}}, "output_schema.json_schema"),
        (
            {"output_schema": {"json_schema": {"properties": {"domes": {"type": "string"}}}}},
            "output_schema.json_schema",
        ),
        (
            {"output_schema": {"json_schema": {"properties": {"x": {"type": "array"}}}}},
            "output_schema.json_schema.x",
        ),
        (
            {"output_schema": {"json_schema": {"title": "x" * 25_000, "properties": {}}}},
            "output_schema.json_schema",
        ),
        ({"output_schema": {"type": "text", "json_schema": {}}}, "output_schema.type"),
        ({"mcp_servers": [{"url": "https://x.com"}]}, "mcp_servers.0.name"),
    ],
)
def test_fields_that_cannot_be_read_are_refused_by_their_path(
    client: httpx2.Client, done: dict[str, Any], changes: dict[str, Any], field: str
) -> None:
    address = f"{RUNS}/{done['findall_id']}"
    before = client.get(f"{address}/schema").json()
    asked = {"output_schema": {"json_schema": {"properties": {"y": {"type": "string"}}}}}
    answer = client.post(f"{address}/enrich", json=asked | changes)
    assert answer.status_code == 422
    [wrong] = answer.json()["detail"]
    assert ".".join(map(str, wrong["loc"])) == f"body.{field}"
    assert client.get(f"{address}/schema").json() == before


@promises("parallel-enrich-secrets", "parallel-enrich-processors")
def test_headers_of_servers_are_never_told_again(client: httpx2.Client) -> None:
    findall_id = create(client, generator="preview", match_limit=5)["findall_id"]
    server = {"url": "https://tools.example/mcp", "name": "tools", "headers": {"k": "s3cret"}}
    asked = RUN_BY | {"processor": "ultra8x-fast", "mcp_servers": [server]}
    answer = client.post(f"{RUNS}/{findall_id}/enrich", json=asked)
    assert answer.status_code == 200
    [told] = answer.json()["enrichments"]
    assert told["mcp_servers"][0]["name"] == "tools"
    schema = client.get(f"{RUNS}/{findall_id}/schema")
    assert "s3cret" not in answer.text + schema.text
    finished(client, findall_id)


@promises("parallel-extend-running", "parallel-enrich-later-matches", "parallel-result-any-state")
def test_a_run_under_way_takes_more_matches_and_fields(slow: httpx2.Client) -> None:
    # Capped, since all that it could find would take a while.
    findall_id = create(slow, netnew={"budget": {"searches": 60}})["findall_id"]
    until_a_match(slow, findall_id)
    assert slow.get(f"{RUNS}/{findall_id}").json()["status"]["status"] == "running"
    partial = slow.get(f"{RUNS}/{findall_id}/result").json()
    assert partial["status"]["metrics"]["matched_candidates_count"] >= 1
    assert partial["status"]["is_active"] is True
    more = slow.post(f"{RUNS}/{findall_id}/extend", json={"additional_match_limit": 9})
    assert more.json()["match_limit"] == 59
    assert slow.post(f"{RUNS}/{findall_id}/enrich", json=FOUNDED).status_code == 200
    done = finished(slow, findall_id)
    names = enriched_names(slow, findall_id)
    assert len(names) == done["status"]["metrics"]["matched_candidates_count"]
    assert len(names) > partial["status"]["metrics"]["matched_candidates_count"]
    assert all(x == {"founded"} for x in names)


@promises(
    "parallel-cancel", "parallel-cancel-ended", "parallel-cancel-keeps", "parallel-enrich-any-state"
)
def test_a_cancelled_run_keeps_its_matches_and_can_be_enriched(slow: httpx2.Client) -> None:
    findall_id = create(slow)["findall_id"]
    match = until_a_match(slow, findall_id)["data"]
    answer = slow.post(f"{RUNS}/{findall_id}/cancel")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
    at_once = slow.get(f"{RUNS}/{findall_id}").json()["status"]
    assert (at_once["status"], at_once["is_active"]) == ("cancelled", False)
    assert at_once["termination_reason"] == "user_cancelled"
    second = slow.post(f"{RUNS}/{findall_id}/cancel")
    assert second.status_code == 409
    assert second.headers["x-should-retry"] == "false"
    assert second.json()["error"]["message"] == "Cannot cancel a terminated FindAll run"
    assert slow.post(f"{RUNS}/{findall_id}/enrich", json=FOUNDED).status_code == 200
    done = finished(slow, findall_id)
    assert (done["status"]["status"], done["status"]["termination_reason"]) == (
        "cancelled",
        "user_cancelled",
    )
    found = slow.get(f"{RUNS}/{findall_id}/result", params={"match_status": "matched"}).json()
    assert match["candidate_id"] in [x["candidate_id"] for x in found["candidates"]]
    assert all(x == {"founded"} for x in enriched_names(slow, findall_id))


@promises("parallel-cancel-ended")
def test_a_run_that_has_ended_cannot_be_cancelled(
    client: httpx2.Client, done: dict[str, Any]
) -> None:
    answer = client.post(f"{RUNS}/{done['findall_id']}/cancel")
    assert answer.status_code == 409
    assert client.get(f"{RUNS}/{done['findall_id']}").json()["status"] == done["status"]


@promises("parallel-unknown-run")
@pytest.mark.parametrize("command", ["cancel", "extend", "enrich"])
def test_commands_to_an_unknown_run_are_not_found(client: httpx2.Client, command: str) -> None:
    asked = {"extend": {"additional_match_limit": 1}, "enrich": FOUNDED}.get(command)
    answer = client.post(f"{RUNS}/findall_{'0' * 32}/{command}", json=asked)
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "FindAll run not found"


def test_a_paused_run_reads_as_running(slow: httpx2.Client) -> None:
    findall_id = create(slow)["findall_id"]
    status = paused(slow, findall_id)["status"]
    assert (status["status"], status["is_active"]) == ("running", True)
    assert slow.post(f"{RUNS}/{findall_id}/cancel").status_code == 204
    assert finished(slow, findall_id)["status"]["status"] == "cancelled"
