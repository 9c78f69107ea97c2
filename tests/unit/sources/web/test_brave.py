from __future__ import annotations

from typing import Any

import pytest

from netnew.domain.errors import InvalidInput, SourceMisconfigured
from netnew.domain.search import Hit


def test_results_become_hits_without_marks(service: Any) -> None:
    service.replies("brave")
    found = service.ask("brave")
    assert found.hits[0] == Hit(
        "https://qdrant.tech/",
        "Qdrant - Vector Search Engine",
        "Qdrant is an Open-Source Vector Search Engine written in Rust. It's fast & scalable.",
    )
    assert [hit.url for hit in found.hits[1:]] == ["https://milvus.io/"]
    assert (found.has_more, found.total, found.cost) == (True, None, 0.005)


def test_it_is_asked_by_page_for_the_whole_world(service: Any) -> None:
    service.replies("brave")
    service.ask("brave", page=3)
    assert service.request.method == "GET"
    assert service.request.headers["x-subscription-token"] == "BSA-brave-secret"
    assert service.request.parameters == {
        "q": "vector databases",
        "count": "20",
        "offset": "2",
        "country": "ALL",
        "result_filter": "web",
        "text_decorations": "false",
        "spellcheck": "false",
    }


def test_options_take_its_own_names(service: Any) -> None:
    service.replies("brave")
    options = {"country": "uk", "language": "ja", "freshness": "week"}
    service.ask("brave", **options, include="a.org|b.org", exclude="c.org")
    asked = service.request.parameters
    assert asked["q"] == "vector databases (site:a.org OR site:b.org) -site:c.org"
    assert (asked["country"], asked["search_lang"], asked["freshness"]) == ("GB", "jp", "pw")


def test_a_long_query_is_cut_and_keeps_its_operators(service: Any) -> None:
    service.replies("brave")
    service.ask("brave", "word " * 60, exclude="c.org")
    words = service.request.parameters["q"].split()
    assert (len(words), words[-1]) == (50, "-site:c.org")


def test_the_last_page_it_serves_has_none_behind(service: Any) -> None:
    service.replies("brave")
    assert not service.ask("brave", page=10).has_more
    assert service.request.parameters["offset"] == "9"


@pytest.mark.parametrize("options", [{"country": "is"}, {"language": "eo"}])
def test_what_it_does_not_know_is_refused_with_what_it_does(
    options: dict[str, str], service: Any
) -> None:
    with pytest.raises(InvalidInput) as caught:
        service.ask("brave", **options)
    assert "de" in caught.value.allowed.split(", ")


def test_a_wrong_key_is_told_as_one_though_it_comes_as_a_wrong_call(service: Any) -> None:
    service.replies("brave_422_token", 422)
    with pytest.raises(SourceMisconfigured, match="check BRAVE_API_KEY"):
        service.ask("brave")
