"""The end of a run, told to a webhook in Scout's words."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from hashlib import sha256

import httpx2
import pytest

from tests.dialects.scout.requests import OURS, RUNS, begun, ended, read
from tests.support.promises import promises
from tests.support.receiver import Receiver, Reply, receiving

SECRET = "a secret of my own"
DELIVERED = {"webhook_attempts", "last_webhook_status", "last_webhook_error"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def test_a_run_without_a_webhook_tells_of_no_attempts(slow: httpx2.Client) -> None:
    run = begun(slow, limit=1)
    assert run.keys() >= OURS
    assert [run[x] for x in sorted(DELIVERED)] == [None, None, 0]


@promises("scout-webhook-body", "scout-webhook-signature")
def test_the_end_is_told_as_reading_the_run_would(slow: httpx2.Client, receiver: Receiver) -> None:
    asked = {"webhook": receiver.url, "webhook_secret": SECRET, "limit": 1}
    run = ended(slow, begun(slow, **asked)["findall_id"])
    (call,) = receiver.wait_for(1)
    told = call.json
    assert told.pop("delivery_id")
    assert {k: v for k, v in told.items() if k not in DELIVERED} == {
        k: v for k, v in run.items() if k not in DELIVERED
    }
    assert call.headers["content-type"].startswith("application/json")
    assert call.headers["x-scout-event"] == "findall.completed"
    assert call.headers["x-scout-timestamp"].isdecimal()
    digest = hmac.new(SECRET.encode(), call.body, sha256).hexdigest()
    assert call.headers["x-scout-signature"] == f"sha256={digest}"


@promises("scout-webhook-signature")
def test_without_a_secret_nothing_is_signed_and_each_end_is_told(
    slow: httpx2.Client, receiver: Receiver
) -> None:
    run = ended(slow, begun(slow, webhook=receiver.url, limit=1)["findall_id"])
    receiver.wait_for(1)
    slow.post(f"{RUNS}/{run['findall_id']}/extend", json={"limit": 1})
    first, second = receiver.wait_for(2)
    assert "x-scout-signature" not in first.headers
    assert first.json["delivery_id"] != second.json["delivery_id"]
    assert second.json["count"] == 2
    other = begun(slow, webhook=receiver.url, limit=100)
    slow.post(f"{RUNS}/{other['findall_id']}/cancel")
    cancelled = receiver.wait_for(3)[2]
    assert cancelled.headers["x-scout-event"] == "findall.cancelled"
    assert cancelled.json["status"] == "cancelled"


@promises("scout-webhook-retries")
def test_the_run_tells_how_its_webhook_fared(slow: httpx2.Client) -> None:
    with receiving(lambda call: Reply(503)) as receiver:
        asked = begun(slow, webhook=receiver.url, limit=1)
        ended(slow, asked["findall_id"])
        receiver.wait_for(1)
        # The attempt is noted once its answer was read; the next is half a minute away.
        reads = (read(slow, asked["findall_id"]) for _ in range(1_000))
        run = next(x for x in reads if x["webhook_attempts"])
    assert (run["webhook_attempts"], run["last_webhook_status"]) == (1, 503)
    assert run["last_webhook_error"]
