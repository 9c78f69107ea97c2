"""The events of a run: as a stream, as a page, over a WebSocket."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from netnew.db.tables import events
from tests.dialects.scout.requests import RUNS, Told, begun, ended, read, told, until
from tests.support.promises import promises
from tests.support.server_process import ServerProcess


@pytest.fixture(scope="module")
def all_told(scout: httpx2.Client, completed: dict[str, Any]) -> list[Told]:
    return list(told(scout, completed["findall_id"]))


@promises("scout-events-sse", "scout-events-no-done")
def test_the_events_of_a_run_from_its_beginning_to_its_end(
    completed: dict[str, Any], all_told: list[Told]
) -> None:
    kinds = [x.event for x in all_told]
    assert kinds[:2] == ["run.queued", "run.running"]
    assert kinds[-1] == "run.completed"
    assert set(kinds[2:-1]) == {"run.progress", "run.entity"}
    for one in all_told:
        assert one.data["type"] == one.event
        assert one.data["seq"] == one.id
        assert one.data["findall_id"] == completed["findall_id"]
        assert one.data["ts"].endswith("+00:00")
    assert [x.id for x in all_told] == sorted({x.id for x in all_told})
    assert all_told[-1].data["run"] == completed
    rows = [x.data["entity"] for x in all_told if x.event == "run.entity"]
    assert rows == completed["entities"]
    progress = [x.data for x in all_told if x.event == "run.progress"]
    assert all(x["message"] for x in progress)
    assert any(0 <= x.get("pct", -1) <= 100 for x in progress)


@promises("scout-events-resume")
@pytest.mark.parametrize("at", [0, 3, -2, -1])
def test_a_stream_goes_on_behind_the_last_event(
    scout: httpx2.Client, completed: dict[str, Any], all_told: list[Told], at: int
) -> None:
    last = all_told[at]
    rest = [x for x in all_told if x.id > last.id]
    assert list(told(scout, completed["findall_id"], last.id)) == rest


def test_what_is_no_event_id_is_as_good_as_none(
    scout: httpx2.Client, completed: dict[str, Any], all_told: list[Told]
) -> None:
    headers = {"accept": "text/event-stream", "last-event-id": "abc"}
    answer = scout.get(f"{RUNS}/{completed['findall_id']}/events", headers=headers)
    assert answer.text.count("\nid: ") == len(all_told)


@promises("scout-events-json")
def test_as_json_the_events_come_as_one_page(
    scout: httpx2.Client, completed: dict[str, Any], all_told: list[Told]
) -> None:
    headers = {"accept": "application/json"}
    page = scout.get(f"{RUNS}/{completed['findall_id']}/events", headers=headers)
    assert page.headers["content-type"] == "application/json"
    assert page.json() == {"events": [x.data for x in all_told], "next_cursor": None}
    stream = scout.get(f"{RUNS}/{completed['findall_id']}/events", headers={"accept": "*/*"})
    assert stream.headers["content-type"].startswith("text/event-stream")


def test_a_page_has_its_end_and_its_cursor_goes_on(
    server: ServerProcess, scout: httpx2.Client
) -> None:
    run = ended(scout, begun(scout, limit=1)["findall_id"])
    many_more(server, run["netnew"]["run_id"], 1_500)
    address, seen = f"{RUNS}/{run['findall_id']}/events", list[dict[str, Any]]()
    headers, cursor = {"accept": "application/json"}, "0"
    lengths = []
    while cursor:
        page = scout.get(address, params={"cursor": cursor}, headers=headers).json()
        lengths.append(len(page["events"]))
        seen += page["events"]
        behind = {**headers, "last-event-id": cursor}
        assert scout.get(address, headers=behind).json() == page
        cursor = page["next_cursor"]
    assert lengths[0] == 1_000
    assert len(lengths) == 2
    assert [x["seq"] for x in seen] == sorted({x["seq"] for x in seen})
    assert sum(x["type"] == "run.progress" for x in seen) >= 1_500
    refused = scout.get(address, params={"cursor": "x"}, headers=headers)
    assert refused.json()["detail"][0]["loc"] == ["query", "cursor"]


def many_more(server: ServerProcess, run_id: str, count: int) -> None:
    """So many rounds more stand in the database than the run had."""
    engine = sa.create_engine(f"sqlite:///{server.home / 'netnew.db'}")
    with engine.begin() as connection:
        of_run = sa.select(events).where(events.c.run_id == run_id).order_by(events.c.seq)
        rows = connection.execute(of_run).mappings().all()
        one = next(dict(x) for x in rows if x["kind"] == "run.round")
        last = rows[-1]["seq"]
        copies = [{**one, "seq": last + n} for n in range(1, count + 1)]
        connection.execute(sa.insert(events), copies)
    engine.dispose()


@promises("scout-events-sse")
def test_of_an_extended_run_only_the_last_end_is_told_as_one(scout: httpx2.Client) -> None:
    first = ended(scout, begun(scout, limit=2)["findall_id"])
    scout.post(f"{RUNS}/{first['findall_id']}/extend", json={"limit": 1})
    kinds = Counter(x.event for x in told(scout, first["findall_id"]))
    assert (kinds["run.completed"], kinds["run.queued"], kinds["run.entity"]) == (1, 2, 3)


# --------------------------------------------------------------------------------------- WebSocket


@pytest.fixture
def socket_url(server: ServerProcess) -> str:
    return server.url.replace("http://", "ws://") + RUNS


def frames(socket: ClientConnection) -> Iterator[Any]:
    yield from (json.loads(frame) for frame in socket)


@promises("scout-websocket")
def test_a_socket_tells_the_same_and_closes(
    socket_url: str, completed: dict[str, Any], all_told: list[Told]
) -> None:
    address = f"{socket_url}/{completed['findall_id']}/ws"
    headers = {"Authorization": "Bearer sk_test"}
    with connect(address, additional_headers=headers) as socket:
        assert list(frames(socket)) == [x.data for x in all_told]
        assert socket.close_code == 1000
    behind = {"Last-Event-ID": str(all_told[-2].id)}
    with connect(f"{address}?token=sk_test", additional_headers=behind) as socket:
        assert list(frames(socket)) == [all_told[-1].data]
        assert socket.close_code == 1000


@promises("scout-websocket")
@pytest.mark.parametrize(
    ("named", "query", "code"),
    [("fa-" + "0" * 32, "?token=sk_test", 4404), ("x", "?token=sk_test", 4404), ("x", "", 4401)],
)
def test_a_socket_that_is_refused_says_why(
    socket_url: str, named: str, query: str, code: int
) -> None:
    with connect(f"{socket_url}/{named}/ws{query}") as socket:
        with pytest.raises(ConnectionClosed):
            socket.recv()
        assert socket.close_code == code


@promises("scout-websocket")
def test_a_page_of_another_origin_cannot_open_a_socket(
    socket_url: str, server: ServerProcess, completed: dict[str, Any]
) -> None:
    address = f"{socket_url}/{completed['findall_id']}/ws?token=sk_test"
    with connect(address, origin=Origin("https://elsewhere.example")) as socket:
        with pytest.raises(ConnectionClosed):
            socket.recv()
        assert socket.close_code == 4401
    with connect(address, origin=Origin(server.url)) as socket:
        assert json.loads(socket.recv())["type"] == "run.queued"


# ---------------------------------------------------------------------------------------- limits


@promises("limits-streams")
def test_more_streams_than_allowed_are_refused_and_let_go_of(
    slow_server: ServerProcess, slow: httpx2.Client
) -> None:
    named = begun(slow, limit=100)["findall_id"]
    opened: list[httpx2.Response] = []
    with ExitStack() as stack:
        while True:
            answer = stack.enter_context(slow.stream("GET", f"{RUNS}/{named}/events"))
            if answer.status_code != 200:
                break
            opened.append(answer)
        assert answer.status_code == 429
        assert json.loads(answer.read())["code"] == "too_many"
        assert answer.headers["retry-after"].isdecimal()
        assert 1 <= len(opened) <= 4
        address = slow_server.url.replace("http://", "ws://")
        with connect(f"{address}{RUNS}/{named}/ws?token=sk_test") as socket:
            with pytest.raises(ConnectionClosed):
                socket.recv()
            assert socket.close_code == 4429
        slow.post(f"{RUNS}/{named}/cancel")
        assert all(b"event: run.cancelled" in x.read() for x in opened)
    assert ended(slow, named)["status"] == "cancelled"


@promises("scout-events-kill")
def test_a_stream_goes_on_after_the_server_was_killed(
    slow_server: ServerProcess, slow: httpx2.Client
) -> None:
    named = begun(slow, limit=100)["findall_id"]
    before = until(slow, named, "run.entity", 2)
    slow_server.kill()
    slow_server.start()
    with slow_server.client(key="", authorization="Bearer sk_test") as again:
        after = list(told(again, named, before[-1].id))
        whole = list(told(again, named))
        run = read(again, named)
    assert after[-1].event == "run.completed"
    assert [*before, *after] == whole
    rows = [x.data["entity"] for x in whole if x.event == "run.entity"]
    assert [x["name"] for x in rows] == [x["name"] for x in run["entities"]]
