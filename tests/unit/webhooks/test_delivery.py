from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

from netnew.net.connector import DirectConnector
from netnew.net.ssrf_guard import AddressGuard
from netnew.webhooks.delivery import Sender, SendOutcome, open_sender
from tests.support.receiver import Reply, receiving

BODY = b'{"a": 1}'


def outcome(url: str, allow_private: bool = True, timeout_s: float = 30.0) -> SendOutcome:
    async def post() -> SendOutcome:
        sender = open_sender(None, allow_private)
        try:
            return await sender.post(url, {"X-Signed": "yes"}, BODY, timeout_s)
        finally:
            await sender.aclose()

    return asyncio.run(post())


def test_the_body_goes_out_as_it_is_with_the_headers_that_were_given() -> None:
    with receiving() as receiver:
        assert outcome(receiver.url + "?a=b") == SendOutcome(204)
        (call,) = receiver.calls
    assert (call.path, call.body) == ("/hook?a=b", BODY)
    assert call.headers["content-type"] == "application/json"
    assert call.headers["x-signed"] == "yes"
    assert call.headers["host"] == f"127.0.0.1:{receiver.port}"


def test_any_other_status_counts_as_failed() -> None:
    with receiving(lambda call: Reply(503)) as receiver:
        assert outcome(receiver.url) == SendOutcome(503, "answered 503")


def test_gone_is_final() -> None:
    with receiving(lambda call: Reply(410)) as receiver:
        assert outcome(receiver.url) == SendOutcome(410, "answered 410", is_final=True)


def test_a_redirect_is_told_and_not_followed() -> None:
    with receiving() as inner:
        secret = f"http://127.0.0.1:{inner.port}/secret"
        moved = Reply(307, (("Location", secret),))
        with receiving(lambda call: moved) as receiver:
            found = outcome(receiver.url)
        assert inner.calls == []
    assert found == SendOutcome(307, f"redirects to {secret}, which is not followed")


def test_a_receiver_that_hangs_up_has_not_taken_it() -> None:
    with receiving(lambda call: Reply(hangs_up=True)) as receiver:
        found = outcome(receiver.url)
    assert found.status is None
    assert found.problem
    assert not found.is_final


def test_an_answer_that_breaks_off_after_its_status_has_said_enough() -> None:
    cut = Reply(200, body=b"thank", announced=100)
    with receiving(lambda call: cut) as receiver:
        assert outcome(receiver.url) == SendOutcome(200)


def test_of_a_long_answer_only_the_beginning_is_read() -> None:
    endless = Reply(200, body=b"x" * 200_000, announced=10**12)
    with receiving(lambda call: endless) as receiver:
        assert outcome(receiver.url) == SendOutcome(200)


def test_a_receiver_that_says_nothing_is_waited_for_as_long_as_agreed() -> None:
    never = threading.Event()
    with receiving(lambda call: Reply(held=never)) as receiver:
        found = outcome(receiver.url, timeout_s=0.1)
    assert found == SendOutcome(None, "no answer within 0.1 s")


def test_a_receiver_that_is_down_has_not_taken_it() -> None:
    with receiving() as receiver:
        pass
    found = outcome(receiver.url)
    assert found.status is None
    assert found.problem.startswith("connection refused")
    assert not found.is_final


def test_private_addresses_are_refused_for_good_unless_they_are_allowed() -> None:
    with receiving() as receiver:
        found = outcome(receiver.url, allow_private=False)
        assert receiver.calls == []
    assert found == SendOutcome(None, "refused: 127.0.0.1 is not a public address", is_final=True)


def test_a_name_that_turns_out_to_be_private_is_refused_when_it_is_connected_to() -> None:
    async def inward(host: str, port: int) -> Sequence[str]:
        return ["93.184.215.14", "10.0.0.7"]

    async def post() -> SendOutcome:
        guard = AddressGuard()
        sender = Sender(DirectConnector(guard, inward), guard)
        found = await sender.post("https://hooks.example/a", {}, BODY, 5.0)
        await sender.aclose()
        return found

    expected = SendOutcome(None, "refused: 10.0.0.7 is not a public address", is_final=True)
    assert asyncio.run(post()) == expected


def test_over_the_test_gateway_private_addresses_are_refused_all_the_same() -> None:
    async def posts(gateway: str) -> list[SendOutcome]:
        sender = open_sender(gateway, allow_private=False)
        urls = ("https://hooks.example/a", "http://10.0.0.7/")
        found = [await sender.post(url, {}, BODY, 5.0) for url in urls]
        await sender.aclose()
        return found

    with receiving() as gateway:
        taken, refused = asyncio.run(posts(f"http://127.0.0.1:{gateway.port}"))
        (call,) = gateway.calls
    assert taken == SendOutcome(204)
    assert call.headers["x-netnew-address"] == "https://hooks.example/a"
    assert refused.is_final
