from __future__ import annotations

from typing import Any

import pytest

from netnew.domain.errors import InvalidInput


def test_results_become_hits_with_their_highlights(service: Any) -> None:
    service.replies("exa")
    found = service.ask("exa")
    assert [hit.url for hit in found.hits] == [
        "https://github.com/chroma-core/chroma",
        "https://lancedb.com",
    ]
    assert found.hits[0].snippet == (
        "Chroma - the open-source embedding database. …"
        " The fastest way to build Python or JavaScript LLM apps with memory!"
    )
    assert (found.hits[1].title, found.hits[1].snippet) == ("", "")
    assert not found.has_more


def test_the_cost_is_what_it_says_else_the_list_price(service: Any) -> None:
    service.replies("exa_empty")
    assert service.ask("exa").cost == 0.007
    service.replies("tavily_empty")  # an answer that tells no cost
    assert service.ask("exa").cost == service.open("exa").search_price == 0.022


def test_it_is_asked_for_more_since_there_are_no_further_pages(service: Any) -> None:
    service.replies("exa")
    service.ask("exa")
    assert service.request.method == "POST"
    assert service.request.headers["x-api-key"] == "exa-secret"
    assert service.request.parameters == {
        "query": "vector databases",
        "type": "auto",
        "numResults": 25,
        "contents": {"highlights": True},
    }


def test_options_take_its_own_names(service: Any) -> None:
    service.replies("exa")
    service.ask("exa", country="de", freshness="week", include="a.org", exclude="c.org|d.org")
    asked = service.request.parameters
    assert asked["userLocation"] == "DE"
    assert asked["startPublishedDate"] == "2026-02-22T12:00:00.000Z"
    assert (asked["includeDomains"], asked["excludeDomains"]) == (["a.org"], ["c.org", "d.org"])


def test_what_it_cannot_do_is_refused(service: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        service.ask("exa", language="de")
    assert caught.value.allowed == "country, freshness, include, exclude, timeout"
