"""The small parts around every request."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import dataclass

import pytest

from netnew.api.connections import ConnectionLimits, OpenConnections
from netnew.api.errors import STATUSES, problem_of
from netnew.api.limits import BoundedQueue, RateLimiter, StreamQuota
from netnew.api.listening import bound_address, listening
from netnew.api.openapi import merged
from netnew.api.sse import frame
from netnew.domain.errors import (
    InvalidInput,
    NotFound,
    NotWritten,
    QuotaExceeded,
    StoreBusy,
    StoreDamaged,
    UnreadableDump,
)
from netnew.net.loopback import is_loopback


@dataclass
class Hand:
    """Of a clock that is moved by hand."""

    at: float = 0.0

    def __call__(self) -> float:
        return self.at


def test_a_bucket_gives_so_many_at_once_and_then_at_its_rate() -> None:
    now = Hand()
    rates = RateLimiter(per_s=2, at_once=3, monotonic=now)
    for _ in range(3):
        rates.take("a")
    with pytest.raises(QuotaExceeded) as refused:
        rates.take("a")
    assert refused.value.retry_after_s == 0.5
    rates.take("b")
    now.at = 0.5
    rates.take("a")
    with pytest.raises(QuotaExceeded):
        rates.take("a")
    now.at = 1_000.0
    for _ in range(3):
        rates.take("a")
    with pytest.raises(QuotaExceeded):
        rates.take("a")


def test_slots_are_counted_in_all_and_of_each_key() -> None:
    counts: list[int] = []
    slots = StreamQuota(most=3, max_per_key=2, heed=counts.append)
    release = slots.take("a")
    slots.take("a")
    with pytest.raises(QuotaExceeded, match="2 streams of this key"):
        slots.take("a")
    slots.take("b")
    with pytest.raises(QuotaExceeded, match="3 streams are open"):
        slots.take("c")
    release()
    release()
    slots.take("a")
    assert counts == [1, 2, 3, 2, 3]


def test_no_sign_in_a_frame_ends_a_line_for_anybody() -> None:
    text = "a\u2028b\u2029c\u0085d"
    told = frame(json.dumps(text, ensure_ascii=False), "x").decode()
    assert told.splitlines() == ["event: x", f"data: {json.dumps(text)}", ""]


def test_a_frame_is_whole_with_its_blank_line() -> None:
    assert frame('{"a": 1}', "x.y", "7") == b'event: x.y\nid: 7\ndata: {"a": 1}\n\n'
    assert frame("{}", "x") == b"event: x\ndata: {}\n\n"


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True),
     ("0.0.0.0", False), ("::", False), ("192.168.0.2", False), ("localhost.example", False),
     ("", False)],
)  # fmt: skip
def test_loopback_is_told_from_what_others_reach(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_a_port_that_is_taken_is_refused_and_told() -> None:
    with listening("127.0.0.1", 0) as listens:
        port = listens.getsockname()[1]
        assert bound_address(listens, "127.0.0.1") == f"http://127.0.0.1:{port}"
        with pytest.raises(InvalidInput, match=f"127.0.0.1:{port} cannot be listened on"):
            listening("127.0.0.1", port)


def test_small_answers_are_not_held_back() -> None:
    with listening("127.0.0.1", 0) as listens:
        assert listens.proto == socket.IPPROTO_TCP


def test_an_error_is_told_with_its_status_and_the_dialects_name_of_the_field() -> None:
    names = {"match_limit": "desired.num"}
    wrong = problem_of(InvalidInput("match_limit", "0 is too few", "1"), STATUSES, names)
    assert (wrong.status, wrong.fields[0].loc) == (422, ("body", "desired", "num"))
    assert wrong.message == "desired.num: 0 is too few (allowed: 1)"
    assert problem_of(NotFound("run", "x"), STATUSES, {}).status == 404
    busy = problem_of(StoreBusy("locked", 0.2), STATUSES, {})
    assert (busy.status, busy.all_headers()["retry-after"]) == (503, "5")
    assert problem_of(StoreDamaged("disk full"), STATUSES, {}).status == 503


@pytest.mark.parametrize(
    "error",
    [
        StoreBusy("/home/me/netnew.db: locked"),
        StoreDamaged("postgresql://me@host/x: access is denied"),
        UnreadableDump("/home/me/pages", "no file in it is of a kind read here"),
        NotWritten("/home/me/found.csv", "the disk is full"),
        FileNotFoundError(2, "No such file", "/home/me/list.csv"),
    ],
)
def test_callers_are_told_no_path_host_or_user(error: Exception) -> None:
    problem = problem_of(error, STATUSES, {})
    assert problem.status >= 500
    assert "me" not in problem.message.split()
    assert "/home" not in problem.message
    assert "host" not in problem.message


def test_documents_are_merged_without_mixing_up_their_schemas() -> None:
    def document(kind: str) -> dict[str, object]:
        answer = {"$ref": "#/components/schemas/Run"}
        return {
            "paths": {f"/{kind}": {"get": {"operationId": "runs", "responses": {"200": answer}}}},
            "components": {"schemas": {"Run": {"title": kind}}, "securitySchemes": {"Key": {}}},
        }

    whole = merged({"a": document("a"), "b": document("b")})
    assert whole["components"]["schemas"] == {"a.Run": {"title": "a"}, "b.Run": {"title": "b"}}
    operation = whole["paths"]["/b"]["get"]
    assert operation["responses"]["200"] == {"$ref": "#/components/schemas/b.Run"}
    assert (operation["tags"], operation["operationId"]) == (["b"], "b_runs")


def test_turns_are_had_so_many_at_once_and_few_wait() -> None:
    async def work() -> None:
        turns, may_end, most = BoundedQueue(2, 3), asyncio.Event(), [0, 0]

        async def have() -> None:
            async with turns.turn("exports"):
                most[0] += 1
                most[1] = max(most)
                await may_end.wait()
                most[0] -= 1

        had = [asyncio.create_task(have()) for _ in range(5)]
        await asyncio.sleep(0)
        with pytest.raises(QuotaExceeded) as refused:
            await have()
        assert refused.value.retry_after_s
        had[4].cancel()  # who waits no more makes room
        await asyncio.wait({had[4]})
        last = asyncio.create_task(have())
        may_end.set()
        await asyncio.gather(*had[:4], last)
        assert most == [0, 2]

    asyncio.run(work())


def test_connections_are_limited_by_address_and_in_all() -> None:
    counted = OpenConnections(ConnectionLimits(most=3, max_per_address=2))
    for address in ("a", "a"):
        assert counted.has_room(address)
        counted.add(address)
    assert not counted.has_room("a")
    assert counted.has_room("b")
    counted.add(None)
    assert not counted.has_room("b")
    assert not counted.has_room(None)
    counted.remove("a")
    assert counted.has_room("a")
    counted.remove(None)
    counted.remove("a")
    counted.add("b")
    assert counted.has_room("a")
