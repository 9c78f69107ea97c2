from __future__ import annotations

from typing import Any

import pytest

from netnew.domain.errors import InvalidInput


def test_results_become_hits_and_none_follow(service: Any) -> None:
    service.replies("tavily")
    found = service.ask("tavily")
    assert [hit.url for hit in found.hits] == [
        "https://lakefs.io/blog/best-vector-databases/",
        "https://weaviate.io/",
    ]
    assert found.hits[0].snippet.startswith("Chroma is an open-source vector database. Qdrant is")
    assert (found.has_more, found.cost) == (False, 0.008)


def test_it_is_asked_for_as_many_as_it_gives(service: Any) -> None:
    service.replies("tavily")
    service.ask("tavily")
    assert service.request.method == "POST"
    assert service.request.headers["authorization"] == "Bearer tvly-tavily-secret"
    assert service.request.headers["content-type"] == "application/json"
    assert service.request.parameters == {
        "query": "vector databases",
        "topic": "general",
        "search_depth": "basic",
        "max_results": 20,
    }


def test_options_take_its_own_names(service: Any) -> None:
    service.replies("tavily")
    service.ask("tavily", country="CZ", freshness="month", include="a.org|b.org", exclude="c.org")
    asked = service.request.parameters
    assert (asked["country"], asked["time_range"]) == ("czech republic", "month")
    assert (asked["include_domains"], asked["exclude_domains"]) == (["a.org", "b.org"], ["c.org"])
    assert asked["query"] == "vector databases"


@pytest.mark.parametrize("options", [{"language": "de"}, {"country": "xk"}, {"country": "zz"}])
def test_what_it_cannot_do_is_refused(options: dict[str, str], service: Any) -> None:
    with pytest.raises(InvalidInput, match="tavily has no"):
        service.ask("tavily", **options)
