from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from netnew.domain.errors import InvalidInput, SourceMisconfigured, SourceUnavailable
from netnew.domain.search import SearchAnswer
from netnew.plugins import source_from_spec
from netnew.sources.context import SourceContext
from netnew.sources.web.json_api import JsonApi
from netnew.sources.web.searxng import SearxngSource

# The shape of an answer of SearXNG 2025.x with format=json, cut to one result.
_ANSWER: dict[str, Any] = {
    "query": "vector databases",
    "number_of_results": 0,
    "results": [
        {
            "url": "https://qdrant.tech/",
            "title": "Qdrant -\n Vector Database",
            "content": "Qdrant is an Open-Source Vector Database written in Rust.",
            "publishedDate": None,
            "thumbnail": "",
            "engine": "duckduckgo",
            "template": "default.html",
            "parsed_url": ["https", "qdrant.tech", "/", "", "", ""],
            "img_src": "",
            "priority": "",
            "engines": ["duckduckgo", "brave"],
            "positions": [1, 2],
            "score": 3.0,
            "category": "general",
        },
        {"url": "magnet:?xt=urn", "title": "no page"},
        "not a result",
    ],
    "answers": [],
    "corrections": [],
    "infoboxes": [],
    "suggestions": ["vector database list"],
    "unresponsive_engines": [["google", "Suspended: too many requests"]],
}


async def _no_pause(seconds: float) -> None:
    assert seconds < 5


def _search(
    loopback: Any, context: SourceContext, page: int = 1, query: str = "vector databases"
) -> SearchAnswer:
    async def asked() -> SearchAnswer:
        spec = f"web:searxng={loopback.url}"
        api = JsonApi(spec, context.clock, 5.0, _no_pause)
        source = SearxngSource(spec, f"{loopback.url}/search", {}, api)
        try:
            return await source.search(query, page)
        finally:
            await source.aclose()

    return asyncio.run(asked())


def _json(**changed: Any) -> bytes:
    return json.dumps({**_ANSWER, **changed}).encode()


def test_results_become_hits_and_more_may_follow(
    loopback: Any, context: SourceContext, answer: Any
) -> None:
    loopback.answer = lambda path: answer(_json())
    found = _search(loopback, context, page=2)
    assert [hit.url for hit in found.hits] == ["https://qdrant.tech/"]
    assert found.hits[0].title == "Qdrant - Vector Database"
    assert found.has_more
    assert found.total is None
    asked = parse_qs(urlsplit(loopback.asked[0]).query)
    assert asked == {"q": ["vector databases"], "format": ["json"], "pageno": ["2"]}


def test_an_empty_page_is_the_last(loopback: Any, context: SourceContext, answer: Any) -> None:
    loopback.answer = lambda path: answer(_json(results=[], unresponsive_engines=[]))
    assert _search(loopback, context, page=3) == SearchAnswer(())


def test_a_count_is_given_where_the_engines_have_one(
    loopback: Any, context: SourceContext, answer: Any
) -> None:
    loopback.answer = lambda path: answer(_json(number_of_results=1270))
    assert _search(loopback, context).total == 1270


def test_redirects_within_the_service_are_followed(
    loopback: Any, context: SourceContext, answer: Any
) -> None:
    def reply(path: str) -> Any:
        moved = answer(b"", 302, {"Location": path.replace("/search", "/s/search")})
        return answer(_json()) if path.startswith("/s/") else moved

    loopback.answer = reply
    assert len(_search(loopback, context).hits) == 1


@pytest.mark.parametrize("target", ["http://localhost:{port}/", "http://127.0.0.1:1/", "//x.test"])
def test_no_redirect_to_another_server_is_followed(
    target: str, loopback: Any, context: SourceContext, answer: Any
) -> None:
    to = target.format(port=urlsplit(loopback.url).port)
    loopback.answer = lambda path: answer(b"", 302, {"Location": to})
    with pytest.raises(SourceUnavailable, match="redirects to another server"):
        _search(loopback, context)
    assert set(loopback.asked) == {loopback.asked[0]}


def test_a_circle_of_redirects_ends(loopback: Any, context: SourceContext, answer: Any) -> None:
    loopback.answer = lambda path: answer(b"", 302, {"Location": path})
    with pytest.raises(SourceUnavailable, match="more than 3 times"):
        _search(loopback, context)


def test_json_nested_too_deep_is_no_answer(
    loopback: Any, context: SourceContext, answer: Any
) -> None:
    loopback.answer = lambda path: answer(b"[" * 200_000 + b"]" * 200_000)
    with pytest.raises(SourceUnavailable, match="too deep"):
        _search(loopback, context)


@pytest.mark.parametrize(
    "url",
    ["https://[broken/x", "https://", "http://a:port/", "ftp://a.org/", "https:///x", "", 7, None],
)
def test_a_hit_without_a_usable_address_is_left_out(
    url: object, loopback: Any, context: SourceContext, answer: Any
) -> None:
    results = [{"url": url, "title": "x"}, {"url": "https://good.org/"}]
    loopback.answer = lambda path: answer(_json(results=results))
    assert [hit.url for hit in _search(loopback, context).hits] == ["https://good.org/"]


def test_silent_engines_are_not_taken_for_no_results(
    loopback: Any, context: SourceContext, answer: Any
) -> None:
    loopback.answer = lambda path: answer(_json(results=[]))
    with pytest.raises(SourceUnavailable, match=r"google \(Suspended: too many requests\)"):
        _search(loopback, context)


def test_options_are_passed_on_through_the_spec(
    loopback: Any, context: SourceContext, answer: Any
) -> None:
    loopback.answer = lambda path: answer(_json())
    spec = f"web:searxng={loopback.url}/,engines=brave|bing,language=de,timeout=3"

    async def asked() -> str:
        source = source_from_spec(spec, context)
        await source.search("x", 1)
        await source.aclose()
        return source.spec

    assert asyncio.run(asked()) == spec
    query = parse_qs(urlsplit(loopback.asked[0]).query)
    assert (query["engines"], query["language"]) == (["brave,bing"], ["de"])


def test_common_options_become_its_own_and_operators(
    loopback: Any, context: SourceContext, answer: Any
) -> None:
    loopback.answer = lambda path: answer(_json())

    async def asked() -> None:
        here = replace(context, keys={"SEARXNG_URL": loopback.url})
        source = source_from_spec("web:searxng,freshness=week,include=a.org|b.org", here)
        await source.search("x", 1)
        await source.aclose()

    asyncio.run(asked())
    query = parse_qs(urlsplit(loopback.asked[0]).query)
    assert query["time_range"] == ["week"]
    assert query["q"] == ["x (site:a.org OR site:b.org)"]


@pytest.mark.parametrize(
    "rest",
    [
        "searxng",
        "searxng=http://localhost:1,country=de",
        "searxng=",
        "searxng=localhost:8888",
        "searxng=ftp://x",
        "searxng=http://[x",
        "nobody=1",
    ],
)
def test_a_provider_or_address_that_cannot_be_is_refused(rest: str, context: SourceContext) -> None:
    with pytest.raises(InvalidInput):
        source_from_spec(f"web:{rest}", context)


@pytest.mark.parametrize("option", ["colour=red", "timeout=soon", "timeout=0", "timeout=nan"])
def test_an_option_that_cannot_be_is_refused(option: str, context: SourceContext) -> None:
    with pytest.raises(InvalidInput):
        source_from_spec(f"web:searxng=http://localhost:1,{option}", context)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (403, b"Forbidden", "format=json"),
        (404, b"", "does not know this call"),
        (200, b"<!doctype html><html></html>", "not JSON"),
    ],
)
def test_a_wrong_set_up_is_told_once_and_for_all(
    status: int, body: bytes, words: str, loopback: Any, context: SourceContext, answer: Any
) -> None:
    loopback.answer = lambda path: answer(body, status)
    with pytest.raises(SourceMisconfigured, match=words):
        _search(loopback, context)
    assert len(loopback.asked) == 1


def test_a_failing_service_is_asked_three_times(
    loopback: Any, context: SourceContext, answer: Any
) -> None:
    loopback.answer = lambda path: answer(b"", 502)
    with pytest.raises(SourceUnavailable, match="HTTP 502"):
        _search(loopback, context)
    assert len(loopback.asked) == 3


def test_a_service_that_recovers_is_not_told_of(
    loopback: Any, context: SourceContext, answer: Any
) -> None:
    loopback.answer = lambda path: answer(_json()) if len(loopback.asked) > 1 else answer(b"", 503)
    assert len(_search(loopback, context).hits) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("17", 17.0), ("Sun, 01 Mar 2026 12:01:00 GMT", 60.0), ("soon", 30.0), ("\xb2", 30.0)],
)
def test_too_many_requests_says_when_to_come_back(
    header: str, seconds: float, loopback: Any, context: SourceContext, answer: Any
) -> None:
    loopback.answer = lambda path: answer(b"", 429, {"Retry-After": header})
    with pytest.raises(SourceUnavailable) as caught:
        _search(loopback, context)
    assert caught.value.retry_after_s == seconds
    assert len(loopback.asked) == 1


@pytest.mark.parametrize("shape", [[], "text", 7, None])
def test_json_of_another_shape_is_no_answer(
    shape: Any, loopback: Any, context: SourceContext, answer: Any
) -> None:
    loopback.answer = lambda path: answer(json.dumps(shape).encode())
    with pytest.raises(SourceUnavailable, match="not an object"):
        _search(loopback, context)


def test_nobody_listening_is_told_as_unreachable(context: SourceContext) -> None:
    async def asked(pause: Callable[[float], Any]) -> None:
        api = JsonApi("web", context.clock, 2.0, pause)
        try:
            await api.get("http://127.0.0.1:9/search", {"q": "x"})
        finally:
            await api.aclose()

    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        asyncio.run(asked(_no_pause))
