"""What holds for every hosted search service."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from netnew.domain.errors import InvalidInput, NetnewError, SourceMisconfigured, SourceUnavailable
from netnew.domain.search import SearchAnswer

HOSTED = ["brave", "tavily", "exa", "serper"]
PAGES = {"brave": 10, "tavily": 1, "exa": 1, "serper": 10}


@pytest.mark.parametrize("name", HOSTED)
def test_nothing_found_is_an_answer(name: str, service: Any) -> None:
    service.replies(f"{name}_empty")
    found = service.ask(name)
    assert (found.hits, found.has_more) == ((), False)


@pytest.mark.parametrize("name", HOSTED)
def test_no_page_is_asked_beyond_those_it_serves(name: str, service: Any) -> None:
    service.replies(name)
    assert service.ask(name, page=PAGES[name] + 1) == SearchAnswer(())
    assert service.loopback.requests == []
    assert not service.ask(name, page=PAGES[name]).has_more


@pytest.mark.parametrize("name", HOSTED)
@pytest.mark.parametrize("query", ["", " \n ", "\x00\x1f"])
def test_an_empty_query_is_not_sent(name: str, query: str, service: Any) -> None:
    assert service.ask(name, query) == SearchAnswer(())
    assert service.loopback.requests == []


@pytest.mark.parametrize(
    ("recorded", "status", "words"),
    [
        ("brave_422_token", 422, "check BRAVE_API_KEY"),
        ("brave_429_quota", 429, "its quota is used up"),
        ("tavily_401", 401, "check TAVILY_API_KEY"),
        ("tavily_432", 432, "its quota is used up"),
        ("tavily_433", 433, "its quota is used up"),
        ("exa_401", 401, "check EXA_API_KEY"),
        ("exa_402", 402, "its quota is used up"),
        ("serper_403", 403, "check SERPER_API_KEY"),
        ("serper_400_credits", 400, "its quota is used up"),
    ],
)
def test_a_refusal_says_what_to_change_and_is_not_tried_again(
    recorded: str, status: int, words: str, service: Any
) -> None:
    service.replies(recorded, status)
    with pytest.raises(SourceMisconfigured, match=words):
        service.ask(recorded.partition("_")[0])
    assert len(service.loopback.requests) == 1


@pytest.mark.parametrize("name", HOSTED)
@pytest.mark.parametrize(("headers", "seconds"), [({"Retry-After": "7"}, 7.0), ({}, 30.0)])
def test_asked_too_fast_it_says_when_to_come_back(
    name: str, headers: dict[str, str], seconds: float, service: Any
) -> None:
    service.replies({"brave": "brave_429_rate"}.get(name, f"{name}_429"), 429, headers)
    with pytest.raises(SourceUnavailable) as caught:
        service.ask(name)
    assert caught.value.retry_after_s == seconds
    assert len(service.loopback.requests) == 1


@pytest.mark.parametrize("name", HOSTED)
def test_a_call_that_failed_at_the_service_is_made_again_as_it_was(
    name: str, service: Any, recorded: Any, answer: Any
) -> None:
    def reply(path: str) -> Any:
        return answer(b"", 503) if len(service.loopback.asked) == 1 else answer(recorded(name))

    service.loopback.answer = reply
    assert len(service.ask(name).hits) == 2
    first, second = service.loopback.requests
    assert first.parameters == second.parameters


@pytest.mark.parametrize("name", HOSTED)
@pytest.mark.parametrize("shape", [[], "text", 7, None])
def test_json_of_another_shape_is_no_answer(
    name: str, shape: Any, service: Any, answer: Any
) -> None:
    service.loopback.answer = lambda path: answer(json.dumps(shape).encode())
    with pytest.raises(SourceUnavailable, match="not an object"):
        service.ask(name)


@pytest.mark.parametrize("name", HOSTED)
@pytest.mark.parametrize(
    "odd",
    [
        {"web": [], "results": {}, "organic": 3, "query": "x", "costDollars": [], "credits": "1"},
        {"web": {"results": [None, 5, {"url": 7}]}, "results": [None, {"url": "ftp://x"}]},
        {"organic": [{"link": None}, {"link": "https://", "title": []}], "credits": True},
    ],
)
def test_odd_fields_are_left_out(name: str, odd: Any, service: Any, answer: Any) -> None:
    service.loopback.answer = lambda path: answer(json.dumps(odd).encode())
    found = service.ask(name)
    assert found.hits == ()
    assert found.cost == service.open(name).search_price


@pytest.mark.parametrize("name", HOSTED)
def test_without_a_key_it_says_which_variable_to_set(name: str, service: Any) -> None:
    service.keys = {f"{name.upper()}_API_KEY": "  "}
    with pytest.raises(SourceMisconfigured, match=f"set {name.upper()}_API_KEY"):
        service.open(name)


@pytest.mark.parametrize("key", ["a\nb", "schlüssel", "a\x7fb"])
def test_what_cannot_be_sent_is_no_key_and_is_not_shown(key: str, service: Any) -> None:
    service.keys = {"EXA_API_KEY": key}
    with pytest.raises(SourceMisconfigured) as caught:
        service.open("exa")
    assert key not in str(caught.value)


@pytest.mark.parametrize("name", HOSTED)
@pytest.mark.parametrize("status", [200, 401, 404, 429, 503])
def test_the_key_is_in_the_headers_alone(
    name: str, status: int, service: Any, caplog: pytest.LogCaptureFixture
) -> None:
    service.replies(f"{name}_empty", status)
    caplog.set_level("DEBUG")
    said = ""
    with capture_logs() as logs:
        try:
            service.ask(name)
        except NetnewError as error:
            said = f"{error!r} {error.__cause__!r}"
    key = service.keys[f"{name.upper()}_API_KEY"]
    request = service.loopback.requests[0]
    assert any(key in value for value in request.headers.values())
    assert key not in request.path + json.dumps(request.parameters)
    assert key not in said + caplog.text + str(logs) + repr(service.context)


@pytest.mark.parametrize("name", HOSTED)
def test_a_redirect_does_not_carry_the_key_away(
    name: str, service: Any, recorded: Any, answer: Any
) -> None:
    service.loopback.answer = lambda path: answer(b"", 307, {"Location": "http://127.0.0.1:9/x"})
    with pytest.raises(SourceUnavailable, match="redirects to another server"):
        service.ask(name)


def test_a_redirect_that_would_lose_what_is_posted_is_not_followed(
    service: Any, answer: Any
) -> None:
    service.loopback.answer = lambda path: answer(b"", 302, {"Location": "/elsewhere"})
    with pytest.raises(SourceUnavailable, match="would lose the query"):
        service.ask("exa")
    assert {request.path for request in service.loopback.requests} == {"/search"}


@pytest.mark.parametrize(
    "options",
    [
        {"colour": "red"},
        {"country": "germany"},
        {"country": ""},
        {"freshness": "decade"},
        {"include": ""},
        {"include": "https://a.org/x"},
        {"exclude": "a.org||b.org"},
        {"exclude": "|".join(f"a{n}.org" for n in range(101))},
        {"timeout": "0"},
    ],
)
@pytest.mark.parametrize("name", HOSTED)
def test_an_option_that_cannot_be_is_refused(
    name: str, options: dict[str, str], service: Any
) -> None:
    with pytest.raises(InvalidInput) as caught:
        service.open(name, **options)
    assert caught.value.allowed


@pytest.mark.parametrize("name", ["brave", "serper"])
def test_more_domains_than_a_query_holds_are_refused(name: str, service: Any) -> None:
    with pytest.raises(InvalidInput, match="too long for a query"):
        service.open(name, include="|".join(f"a{n}.org" for n in range(30)))


@pytest.mark.parametrize("name", HOSTED)
def test_closing_unused_and_twice_is_fine(name: str, service: Any) -> None:
    async def closed() -> None:
        source = service.open(name)
        await source.aclose()
        await source.aclose()

    asyncio.run(closed())
