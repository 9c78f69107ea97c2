"""The stream of events in Parallel's format: its bytes, and going on after a break."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.dialects.conftest import StartServer
from tests.dialects.parallel.requests import RUNS, TERMINAL, create, events, finished, paused
from tests.support.heartbeats import without_beats
from tests.support.promises import promises
from tests.support.server_process import ServerProcess

FRAME = re.compile(rb"event: ([a-z.]+)\nid: ([0-9a-f]{13})\ndata: (\{[^\n]*\})\n\n")
CANDIDATE = "findall.candidate."
FIELDS = [{"name": "founded", "description": "first light"}]


@pytest.fixture(scope="module")
def replayed(client: httpx2.Client) -> tuple[str, list[dict[str, Any]]]:
    """A finished run with a field, and all its events."""
    findall_id = create(client, enrichments=FIELDS)["findall_id"]
    finished(client, findall_id)
    return findall_id, list(events(client, findall_id))


def ids(told: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> list[str]:
    return [x["event_id"] for x in told]


@promises("parallel-sse-framing", "parallel-sse-nothing-else", "parallel-sse-terminal-closes")
def test_the_bytes_are_events_and_nothing_else(
    client: httpx2.Client, replayed: tuple[str, list[dict[str, Any]]]
) -> None:
    findall_id, told = replayed
    answer = client.get(f"{RUNS}/{findall_id}/events")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    frames = FRAME.findall(answer.content)
    assert b"".join(b"event: %b\nid: %b\ndata: %b\n\n" % x for x in frames) == answer.content
    for name, event_id, data in frames:
        event = json.loads(data)
        assert list(event) == ["type", "timestamp", "event_id", "data"]
        assert (event["type"], event["event_id"]) == (name.decode(), event_id.decode())
    assert len(frames) == len(told)


@promises("parallel-event-ids", "parallel-sse-types", "parallel-timestamps")
def test_ids_sort_in_the_order_of_the_events(
    replayed: tuple[str, list[dict[str, Any]]],
) -> None:
    told = replayed[1]
    assert ids(told) == sorted(set(ids(told)))
    times = [x["timestamp"] for x in told]
    assert times == sorted(times)
    types = {x["type"] for x in told}
    kinds = ("generated", "matched", "unmatched", "enriched")
    assert types == {"findall.status", *(CANDIDATE + x for x in kinds)}
    made = int(told[0]["event_id"], 16) / 1e6
    assert abs(int(told[-1]["event_id"], 16) / 1e6 - made) < 60


@promises("parallel-order", "parallel-sse-types")
def test_of_a_candidate_one_decision_is_told_between_its_find_and_its_fields(
    client: httpx2.Client, replayed: tuple[str, list[dict[str, Any]]]
) -> None:
    findall_id, told = replayed
    of: dict[str, list[str]] = {}
    for event in told:
        if event["type"].startswith(CANDIDATE):
            of.setdefault(event["data"]["candidate_id"], []).append(event["type"].split(".")[-1])
            state = event["type"].split(".")[-1].replace("enriched", "matched")
            assert event["data"]["match_status"] == state
    lives = {tuple(x) for x in of.values()}
    assert lives == {("generated", "unmatched"), ("generated", "matched", "enriched")}
    result = client.get(f"{RUNS}/{findall_id}/result").json()
    assert {x["candidate_id"]: x["match_status"] for x in result["candidates"]} == {
        key: life[1] for key, life in of.items()
    }
    matches = {x["candidate_id"]: x for x in result["candidates"] if x["match_status"] == "matched"}
    enriched = [x["data"] for x in told if x["type"] == f"{CANDIDATE}enriched"]
    assert {x["candidate_id"]: x["output"] for x in enriched} == {
        key: x["output"] for key, x in matches.items()
    }


@promises("parallel-order", "parallel-metrics-agree")
def test_each_status_has_the_counters_of_its_moment(
    client: httpx2.Client, replayed: tuple[str, list[dict[str, Any]]]
) -> None:
    findall_id, told = replayed
    statuses = [x for x in told if x["type"] == "findall.status"]
    assert [x["data"]["status"]["status"] for x in statuses] == ["queued", "running", "completed"]
    none = {"generated_candidates_count": 0, "matched_candidates_count": 0}
    assert [x["data"]["status"]["metrics"] for x in statuses[:2]] == [none, none]
    assert told[-1] is statuses[-1]
    run = client.get(f"{RUNS}/{findall_id}").json()
    assert told[-1]["data"]["status"] == run["status"]


@promises("parallel-sse-resume")
def test_a_stream_goes_on_after_any_of_its_events(
    client: httpx2.Client, replayed: tuple[str, list[dict[str, Any]]]
) -> None:
    findall_id, told = replayed
    for at in (*range(0, len(told), 9), *range(len(told) - 6, len(told))):
        rest = list(events(client, findall_id, last_event_id=told[at]["event_id"]))
        assert rest == told[at + 1 :]


@promises("parallel-sse-resume-header")
def test_the_header_of_browsers_resumes_too(
    client: httpx2.Client, replayed: tuple[str, list[dict[str, Any]]]
) -> None:
    findall_id, told = replayed
    headers = {"Last-Event-ID": told[-3]["event_id"]}
    answer = client.get(f"{RUNS}/{findall_id}/events", headers=headers)
    assert [x[1].decode() for x in FRAME.findall(answer.content)] == ids(told[-2:])


@promises("parallel-sse-result-cursor")
def test_the_cursor_of_a_result_is_the_last_event_that_is_stored(
    client: httpx2.Client, replayed: tuple[str, list[dict[str, Any]]]
) -> None:
    findall_id, told = replayed
    cursor = client.get(f"{RUNS}/{findall_id}/result").json()["last_event_id"]
    assert cursor == told[-1]["event_id"]
    assert list(events(client, findall_id, last_event_id=cursor)) == []


@promises("parallel-sse-resume", "parallel-sse-bad-cursor")
def test_an_id_of_elsewhere_has_its_place_and_one_of_no_form_is_refused(
    client: httpx2.Client, replayed: tuple[str, list[dict[str, Any]]]
) -> None:
    findall_id, told = replayed
    assert list(events(client, findall_id, last_event_id="0000000000000")) == told
    assert list(events(client, findall_id, last_event_id="fffffffffffff")) == []
    for wrong in ("12", "z" * 13, "0" * 14):
        answer = client.get(f"{RUNS}/{findall_id}/events", params={"last_event_id": wrong})
        assert answer.status_code == 422
        assert "last_event_id" in answer.json()["error"]["message"]


@promises("parallel-sse-timeout")
def test_the_timeout_has_its_bounds(
    client: httpx2.Client, replayed: tuple[str, list[dict[str, Any]]]
) -> None:
    findall_id, told = replayed
    assert list(events(client, findall_id, timeout=0)) == told
    for wrong in (-1, 6_001, "soon"):
        answer = client.get(f"{RUNS}/{findall_id}/events", params={"timeout": wrong})
        assert answer.status_code == 422


@pytest.fixture(scope="module")
def idle_server(start_server: StartServer) -> ServerProcess:
    """Slow enough that a run is under way for long; two streams a key."""
    return start_server(search_rate_per_s=8, serve_streams_per_key=2)


@promises("parallel-sse-heartbeat", "parallel-sse-resume-heartbeat", "parallel-sse-timeout")
def test_a_run_at_rest_tells_its_status_and_closes_in_time(idle_server: ServerProcess) -> None:
    with idle_server.client() as client:
        findall_id = create(client)["findall_id"]
        run = paused(client, findall_id)
        cursor = client.get(f"{RUNS}/{findall_id}/result").json()["last_event_id"]
        [beat] = events(client, findall_id, last_event_id=cursor, timeout=13)
        assert (beat["type"], beat["event_id"]) == ("findall.status", cursor)
        assert beat["data"]["status"]["is_active"] is True
        assert beat["data"]["status"]["metrics"] == run["status"]["metrics"]
        backlog = list(events(client, findall_id, timeout=0))
        client.post(f"{RUNS}/{findall_id}/cancel")
        rest = list(events(client, findall_id, last_event_id=beat["event_id"]))
        assert rest[-1]["data"]["status"]["status"] == "cancelled"
        assert ids(backlog) + ids(rest) == ids(events(client, findall_id))


def test_more_streams_than_a_key_may_have_are_a_plain_refusal(idle_server: ServerProcess) -> None:
    with idle_server.client() as client:
        findall_id = create(client)["findall_id"]
        open_streams = [events(client, findall_id) for _ in range(2)]
        for stream in open_streams:
            next(stream)
        refused = client.get(f"{RUNS}/{findall_id}/events")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        assert refused.json()["type"] == "error"
        for stream in open_streams:
            stream.close()
        client.post(f"{RUNS}/{findall_id}/cancel")
        assert finished(client, findall_id)["status"]["status"] in TERMINAL


@promises("parallel-sse-kill", "parallel-sse-resume")
def test_a_stream_goes_on_after_kill_9_without_gap_or_repeat(start_server: StartServer) -> None:
    server = start_server(search_rate_per_s=40)
    with server.client() as client:
        capped = {"budget": {"searches": 60}}  # all that it could find would take a while
        findall_id = create(client, enrichments=FIELDS, netnew=capped)["findall_id"]
        seen = list(itertools.islice(events(client, findall_id), 20))
        server.kill()
        server.start()
        seen += list(events(client, findall_id, last_event_id=seen[-1]["event_id"]))
        whole = list(events(client, findall_id))
        seen = without_beats(seen)
        assert ids(seen) == ids(whole)
        assert [x["type"] for x in seen] == [x["type"] for x in whole]
        assert whole[-1]["data"]["status"]["status"] == "completed"


def with_fields(told: list[dict[str, Any]], kind: str) -> list[set[str]]:
    """The fields that each event of a kind has."""
    outputs = [x["data"]["output"] for x in told if x["type"] == CANDIDATE + kind]
    return [{k for k, x in each.items() if x["type"] == "enrichment"} for each in outputs]


def test_a_replay_is_what_was_told_live(start_server: StartServer) -> None:
    server = start_server(search_rate_per_s=40)
    with server.client() as client:
        capped = {"budget": {"searches": 60}}
        findall_id = create(client, enrichments=FIELDS, netnew=capped)["findall_id"]
        live = list(events(client, findall_id))
        server.kill()  # what it had told is not remembered
        server.start()
        assert list(events(client, findall_id)) == without_beats(live)
    assert not any(with_fields(live, "matched"))
    filled = with_fields(live, "enriched")
    assert filled
    assert all(x == {"founded"} for x in filled)


@promises("parallel-sse-heartbeat", "parallel-sse-resume")
def test_every_id_of_a_live_stream_is_one_of_its_replay(start_server: StartServer) -> None:
    """Over a whole life: extended, given fields, paused, continued, cancelled; with heartbeats."""
    server = start_server(search_rate_per_s=4)
    schema = {"json_schema": {"properties": {"run_by": {"type": "string"}}}}
    with server.client() as client:
        findall_id = create(client, enrichments=FIELDS, match_limit=5)["findall_id"]
        address = f"{RUNS}/{findall_id}"
        live = list(events(client, findall_id))
        assert client.post(f"{address}/extend", json={"additional_match_limit": 45}).is_success
        for event in events(client, findall_id, last_event_id=live[-1]["event_id"]):
            live.append(event)
            if event["type"] == f"{CANDIDATE}generated":
                break
        assert client.post(f"/netnew/runs/{findall_id}/pause").is_success
        assert client.post(f"{address}/enrich", json={"output_schema": schema}).is_success
        assert client.post(f"/netnew/runs/{findall_id}/continue").is_success
        live += events(client, findall_id, last_event_id=live[-1]["event_id"], timeout=13)
        rest = events(client, findall_id, last_event_id=live[-1]["event_id"])
        assert client.post(f"{address}/cancel").is_success
        live += rest
        server.kill()  # what it had told is not remembered
        server.start()
        assert list(events(client, findall_id)) == without_beats(live)
    assert len(live) > len(without_beats(live))


def test_fields_that_are_added_are_told_by_streams_that_were_open(
    start_server: StartServer,
) -> None:
    server = start_server(search_rate_per_s=8)
    schema = {"json_schema": {"properties": {"run_by": {"type": "string"}}}}
    with server.client() as client:
        capped = {"budget": {"searches": 60}}
        findall_id = create(client, enrichments=FIELDS, netnew=capped)["findall_id"]
        stream = events(client, findall_id)
        live = []
        for event in stream:
            live.append(event)
            if event["type"] == f"{CANDIDATE}enriched":
                break
        address = f"{RUNS}/{findall_id}/enrich"
        assert client.post(address, json={"output_schema": schema}).status_code == 200
        live += stream
        assert list(events(client, findall_id)) == without_beats(live)
    filled = with_fields(live, "enriched")
    assert filled[0] == {"founded"}
    assert filled[-1] == {"founded", "run_by"}


def test_streams_end_cleanly_where_the_server_stops(start_server: StartServer) -> None:
    server = start_server(search_rate_per_s=8)
    with server.client() as client:
        findall_id = create(client)["findall_id"]
        stream = events(client, findall_id)
        seen = [next(stream)]
        assert server.stop() == 0
        seen += stream
        assert seen[-1]["data"].get("status", {}).get("is_active") is not False
        server.start()
        client.post(f"{RUNS}/{findall_id}/cancel")
        rest = list(events(client, findall_id, last_event_id=seen[-1]["event_id"]))
        assert ids(without_beats([*seen, *rest])) == ids(events(client, findall_id))
