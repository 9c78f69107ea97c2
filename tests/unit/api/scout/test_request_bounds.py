"""What comes and goes over the wire besides runs: cursors, headers, webhooks, examples."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from netnew.api.dialects.scout import openapi_examples, requests, responses
from netnew.api.dialects.scout.pagination import Cursor
from netnew.api.dialects.scout.stream import number_of, wants_page
from netnew.api.dialects.scout.webhooks import EVENT_TYPES, ScoutWebhookFormat, check_https
from netnew.domain.errors import InvalidInput
from netnew.domain.event import Event, RunPlanned, RunStatusChanged
from netnew.domain.ids import RunId
from netnew.domain.run import RunStatus
from netnew.webhooks.format import OutgoingMessage
from tests.unit.conftest import NOW, Finished

SENT = OutgoingMessage("d1", "findall.completed", b'{"a": 1}', NOW, "mine", "whsec_c2VjcmV0")


def test_examples_have_the_shapes_that_they_are_of() -> None:
    run = responses.FindAllRunView.model_validate(openapi_examples.RUN)
    assert run.model_dump(mode="json") == openapi_examples.RUN
    preview = responses.FindAllResponse.model_validate(openapi_examples.PREVIEW)
    assert preview.model_dump(mode="json") == openapi_examples.PREVIEW
    assert requests.FindAllRunRequest.model_validate(openapi_examples.ASKED).webhook is None


# ------------------------------------------------------------------------------------------ lists


def test_a_cursor_leads_behind_its_page(finished: Finished) -> None:
    older = replace(finished.run, created_at=NOW - timedelta(hours=1))
    place = Cursor().after([finished.run, older])
    assert place == Cursor(older.created_at + timedelta(microseconds=1), 1)
    assert Cursor.of(place.cursor()) == place


def test_runs_that_began_at_one_time_are_not_left_out(finished: Finished) -> None:
    alike = [finished.run] * 2
    first = Cursor().after(alike)
    second = first.after(alike)
    assert (first.offset, second.offset) == (2, 4)
    assert first.before == second.before


@pytest.mark.parametrize("cursor", ["x", "é", "MjAyNi0wMS0wMg==", "bm9uZS8w", "AAAA"])
def test_a_cursor_that_is_none_of_ours_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInput, match="cursor"):
        Cursor.of(cursor)


# ---------------------------------------------------------------------------------------- streams


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        ("application/json", True),
        ("application/json, text/event-stream;q=0.5", True),
        ("application/json;q=0.4, text/event-stream", False),
        ("application/json, text/event-stream", False),
        ("text/event-stream", False),
        ("*/*", False),
        ("", False),
        ("application/json;q=high", False),
    ],
)
def test_a_page_is_given_to_who_would_rather_have_it(accept: str, page: bool) -> None:
    assert wants_page(accept) is page


@pytest.mark.parametrize(
    ("text", "number"),
    [(None, 0), ("", 0), ("7", 7), ("-1", 0), ("²", 0), ("9" * 19, 2**53 - 1), ("9" * 99, 0)],
)
def test_the_last_event_is_told_by_its_number(text: str | None, number: int) -> None:
    assert number_of(text) == number


# --------------------------------------------------------------------------------------- webhooks


def test_only_ends_are_told() -> None:
    def types_of(body: RunStatusChanged | RunPlanned) -> tuple[str, ...]:
        return ScoutWebhookFormat().types_of(Event(RunId("run_1"), 1, NOW, body))

    told = {x: types_of(RunStatusChanged(x)) for x in RunStatus}
    assert {x for x, types in told.items() if types} == {x for x in RunStatus if x.is_terminal}
    assert {*told[RunStatus.FAILED], *told[RunStatus.CANCELLED]} < set(EVENT_TYPES)
    assert types_of(RunPlanned("x", (), ())) == ()


def test_a_delivery_is_signed_over_its_raw_bytes_by_its_own_secret_alone() -> None:
    digest = hmac.new(b"mine", SENT.body, sha256).hexdigest()
    assert ScoutWebhookFormat().headers_of(SENT) == {
        "x-scout-event": "findall.completed",
        "x-scout-timestamp": "1767323045",
        "x-scout-signature": f"sha256={digest}",
    }
    assert "x-scout-signature" not in ScoutWebhookFormat().headers_of(replace(SENT, own_secret=""))


def test_three_attempts_are_made() -> None:
    shape = ScoutWebhookFormat()
    assert [shape.wait_s(tries, 0) for tries in (1, 2, 3)] == [30, 60, None]
    assert shape.timeout_s == 15


def test_only_https_is_told_unless_the_settings_allow_more() -> None:
    check_https("HTTPS://example.org/", allow_http=False)
    check_https("http://127.0.0.1/", allow_http=True)
    with pytest.raises(InvalidInput, match="https"):
        check_https("http://example.org/", allow_http=False)
