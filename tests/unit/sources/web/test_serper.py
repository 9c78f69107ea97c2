from __future__ import annotations

from typing import Any

import pytest

from netnew.domain.errors import SourceMisconfigured


def test_organic_results_become_hits(service: Any) -> None:
    service.replies("serper")
    found = service.ask("serper")
    assert [hit.url for hit in found.hits] == [
        "https://www.datacamp.com/blog/the-top-5-vector-databases",
        "https://github.com/pgvector/pgvector",
    ]
    assert found.hits[1].title.startswith("pgvector/pgvector")
    assert (found.has_more, found.cost) == (True, 0.001)


def test_it_is_asked_by_page(service: Any) -> None:
    service.replies("serper")
    service.ask("serper", page=4)
    assert service.request.method == "POST"
    assert service.request.headers["x-api-key"] == "serper-secret"
    assert service.request.parameters == {
        "q": "vector databases",
        "num": 10,
        "page": 4,
        "autocorrect": False,
    }


def test_options_take_googles_names(service: Any) -> None:
    service.replies("serper")
    service.ask("serper", country="de", language="zh", freshness="year", include="a.org")
    asked = service.request.parameters
    assert asked["q"] == "vector databases site:a.org"
    assert (asked["gl"], asked["hl"], asked["tbs"]) == ("de", "zh-cn", "qdr:y")


def test_a_query_is_cut_to_what_google_reads(service: Any) -> None:
    service.replies("serper")
    service.ask("serper", "word " * 60)
    assert len(service.request.parameters["q"].split()) == 32


def test_no_credits_are_told_as_such_though_they_come_as_a_wrong_call(service: Any) -> None:
    service.replies("serper_400_credits", 400)
    with pytest.raises(SourceMisconfigured, match="quota is used up"):
        service.ask("serper")
