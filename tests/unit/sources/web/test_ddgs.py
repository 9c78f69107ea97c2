from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from ddgs.exceptions import DDGSException, RatelimitException, TimeoutException

from netnew.domain.errors import InvalidInput, SourceUnavailable
from netnew.domain.search import Hit, SearchAnswer
from netnew.sources.context import SourceContext
from netnew.sources.web.ddgs import ENGINES, open_ddgs
from netnew.sources.web.provider import Opening

NOTHING = DDGSException("No results found.")


class Engines:
    """Stands for `DDGS().text`: answers by query, and writes down how it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.threads: set[int] = set()

    def text(self, query: str, **parameters: Any) -> list[dict[str, str]]:
        self.asked.append((query, parameters))
        self.threads.add(threading.get_ident())
        answer = self.answers.get(query.split()[0], NOTHING)
        if isinstance(answer, Exception):
            raise answer
        found: list[dict[str, str]] = answer
        return found


@pytest.fixture
def results(recorded: Callable[[str], bytes]) -> Any:
    return json.loads(recorded("ddgs"))


def _ask(
    engines: Engines, context: SourceContext, query: str = "vector", page: int = 1, **texts: str
) -> SearchAnswer:
    source = open_ddgs(Opening("web:ddgs", "", texts, context), engines.text)
    return asyncio.run(source.search(query, page))


def test_results_become_hits_from_a_thread(results: Any, context: SourceContext) -> None:
    engines = Engines(vector=results)
    found = _ask(engines, context)
    assert found.hits == (
        Hit(
            "https://qdrant.tech/",
            "Qdrant - Vector Search Engine",
            "Qdrant is an Open-Source Vector Search Engine written in Rust.",
        ),
        Hit("https://vespa.ai/", "Vespa", "AI + Data, online. At any scale."),
    )
    assert (found.has_more, found.cost) == (True, 0.0)
    assert threading.get_ident() not in engines.threads


def test_it_is_asked_by_page_of_engines_that_have_pages(
    results: Any, context: SourceContext
) -> None:
    engines = Engines(vector=results)
    _ask(engines, context, page=3)
    ((query, parameters),) = engines.asked
    assert (query, parameters["page"], parameters["max_results"]) == ("vector", 3, 20)
    assert parameters["backend"] == "duckduckgo,brave,startpage,mojeek,yahoo"
    assert "region" not in parameters
    assert "timelimit" not in parameters


def test_options_take_its_own_names(results: Any, context: SourceContext) -> None:
    engines = Engines(vector=results)
    _ask(engines, context, country="gb", language="en", freshness="month", exclude="a.org")
    ((query, parameters),) = engines.asked
    assert query == "vector -site:a.org"
    assert (parameters["region"], parameters["timelimit"]) == ("uk-en", "m")
    assert "mojeek" not in parameters["backend"]


@pytest.mark.parametrize(
    "texts",
    [{"country": "de"}, {"language": "de"}, {"country": "br", "language": "pt-br"}, {"x": "y"}],
)
def test_an_option_that_cannot_be_is_refused(texts: dict[str, str], context: SourceContext) -> None:
    with pytest.raises(InvalidInput):
        open_ddgs(Opening("web:ddgs", "", texts, context), Engines().text)


def test_nothing_is_believed_of_engines_that_find_something_else(
    results: Any, context: SourceContext
) -> None:
    engines = Engines(wikipedia=results)
    assert _ask(engines, context) == SearchAnswer(())
    assert [query for query, _ in engines.asked] == ["vector", "wikipedia"]


def test_engines_that_find_nothing_at_all_are_away(context: SourceContext) -> None:
    with pytest.raises(SourceUnavailable, match="refuse this machine") as caught:
        _ask(Engines(), context)
    assert caught.value.retry_after_s == 300


def test_no_further_page_is_an_answer(context: SourceContext) -> None:
    engines = Engines()
    assert _ask(engines, context, page=2) == SearchAnswer(())
    assert len(engines.asked) == 1


@pytest.mark.parametrize(("query", "page"), [("", 1), (" \x00 ", 1), ("vector", 11)])
def test_what_cannot_have_results_is_not_asked(
    query: str, page: int, context: SourceContext
) -> None:
    engines = Engines()
    assert _ask(engines, context, query, page) == SearchAnswer(())
    assert engines.asked == []


@pytest.mark.parametrize(
    ("error", "words", "wait_s"),
    [
        (RatelimitException("202"), "asks to wait", 60.0),
        (TimeoutException("timed out"), "did not answer in time", None),
        (DDGSException("ConnectError: for url (https://x.org/?q=v)"), "cannot be reached", None),
        (
            DDGSException("odd at (https://x.org/?q=v) end"),
            r"\(DDGSException: odd at \(…\) end",
            None,
        ),
        (ValueError("no such element"), "it broke", None),
    ],
)
def test_its_failures_are_told_as_ours(
    error: Exception, words: str, wait_s: float | None, context: SourceContext
) -> None:
    with pytest.raises(SourceUnavailable, match=words) as caught:
        _ask(Engines(vector=error), context)
    assert caught.value.retry_after_s == wait_s


def test_a_call_that_does_not_end_is_given_up(context: SourceContext) -> None:
    given_up = threading.Event()

    def text(query: str, **parameters: Any) -> list[dict[str, str]]:
        given_up.wait(20)
        return []

    async def asked() -> None:
        source = open_ddgs(Opening("web:ddgs", "", {"timeout": "0.05"}, context), text)
        try:
            await source.search("vector", 1)
        finally:
            given_up.set()

    with pytest.raises(SourceUnavailable, match="did not answer in time"):
        asyncio.run(asked())


def test_the_package_has_every_engine_that_is_named() -> None:
    from ddgs.engines import ENGINES as OF_THE_PACKAGE

    assert set(ENGINES) <= set(OF_THE_PACKAGE["text"])
