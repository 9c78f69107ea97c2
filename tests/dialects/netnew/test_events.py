"""Our own events as a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.support.dialect_cases import found
from tests.support.server_process import ServerProcess


@pytest.fixture(scope="module")
def client(server: ServerProcess) -> Iterator[httpx2.Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def address(client: httpx2.Client) -> str:
    return f"/netnew/runs/{found(client)}/events"


def frames(text: str) -> list[dict[str, str]]:
    """The events of a stream, each with its fields."""
    blocks = [x for x in text.split("\n\n") if x and not x.startswith(":")]
    return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]  # type: ignore[misc]


def numbers(answer: httpx2.Response) -> list[int]:
    return [int(x["id"]) for x in frames(answer.text)]


def test_all_events_come_in_order_as_the_command_line_has_them(
    server: ServerProcess, client: httpx2.Client, address: str
) -> None:
    answer = client.get(address)
    assert answer.headers["content-type"].startswith("text/event-stream")
    told = [(x["event"], json.loads(x["data"])) for x in frames(answer.text)]
    assert [x["seq"] for _, x in told] == list(range(1, len(told) + 1))
    assert all(kind == x["kind"] for kind, x in told)
    run = address.split("/")[3]
    listed: list[Any] = json.loads(server.command("runs", "events", run, "--json"))["events"]
    assert [x for _, x in told] == listed
    assert told[-1][1]["status"] == "completed"


def test_a_stream_goes_on_after_the_last_event_that_was_seen(
    client: httpx2.Client, address: str
) -> None:
    whole = numbers(client.get(address))
    half = whole[len(whole) // 2]
    assert numbers(client.get(address, params={"after": half})) == whole[half:]
    again = client.get(address, headers={"last-event-id": str(half)}, params={"after": 1})
    assert numbers(again) == whole[half:]
    assert numbers(client.get(address, params={"after": whole[-1]})) == []


def test_with_no_time_to_wait_comes_what_is_there(client: httpx2.Client, address: str) -> None:
    assert numbers(client.get(address, params={"timeout_s": 0})) == numbers(client.get(address))


@pytest.mark.parametrize("number", ["-1", "one", "9" * 30, "²"])
def test_what_is_no_number_of_an_event_is_refused(
    client: httpx2.Client, address: str, number: str
) -> None:
    given = {"last-event-id": number.encode("latin-1")}
    answer = client.get(address, headers=given)
    assert answer.status_code == 422
    assert "last-event-id" in answer.json()["error"]["message"]
