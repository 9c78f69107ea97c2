from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from netnew.domain.errors import InvalidInput, SourceUnavailable, UnreadableDump
from netnew.domain.page import RawPage
from netnew.domain.search import SearchAnswer
from netnew.sources.context import SourceContext
from netnew.sources.corpus.manager import CorpusManager
from netnew.sources.corpus.source import CorpusSource, open_corpus
from netnew.sources.corpus.writer import CorpusWriter

T = TypeVar("T")

_ROWS = [
    {"url": "https://a.org/", "title": "A", "html": "<p>apple</p>"},
    {"url": "https://a.org/old", "status": 301, "location": "../older"},
    {"url": "https://a.org/older", "status": 302, "location": "https://a.org/"},
    {"url": "https://a.org/round", "status": 302, "location": "/round"},
    {"url": "https://a.org/away", "status": 301, "location": "https://elsewhere.org/"},
    {"url": "https://a.org/broken", "status": 301, "location": "https://[broken/x"},
    {"url": "https://gone.org/", "status": 410, "html": "<p>gone apple</p>"},
    {"url": "https://dead.org/", "status": 0, "error": "dns"},
]


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    path = tmp_path / "dump.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in _ROWS))
    return path


def _with(context: SourceContext, rest: str, use: Callable[[CorpusSource], Awaitable[T]]) -> T:
    async def used() -> T:
        source = open_corpus(rest, context)
        try:
            return await use(source)
        finally:
            await source.aclose()

    return asyncio.run(used())


def _page(context: SourceContext, dump: Path, url: str) -> RawPage | None:
    return _with(context, str(dump), lambda source: source.raw_page(url))


def _found(context: SourceContext, rest: str, query: str) -> SearchAnswer:
    return _with(context, rest, lambda source: source.search(query, 1))


def test_a_page_is_served_as_it_is_in_the_dump(context: SourceContext, dump: Path) -> None:
    page = _page(context, dump, "https://A.org#top")
    assert page == RawPage(
        "https://A.org#top",
        "https://A.org#top",
        200,
        b"<p>apple</p>",
        "text/html",
        context.clock.now(),
        "utf-8",
    )


def test_redirects_are_followed_and_named(context: SourceContext, dump: Path) -> None:
    page = _page(context, dump, "https://a.org/old")
    assert page is not None
    assert (page.url, page.final_url) == ("https://a.org/old", "https://a.org/")
    assert page.redirects == ("https://a.org/old", "https://a.org/older")
    assert page.body == b"<p>apple</p>"


@pytest.mark.parametrize("path", ["round", "broken"])
def test_a_redirect_that_leads_nowhere_is_an_error_page(
    path: str, context: SourceContext, dump: Path
) -> None:
    page = _page(context, dump, f"https://a.org/{path}")
    assert page is not None
    assert (page.status, page.error) == (0, "redirects")


@pytest.mark.parametrize("url", ["https://nowhere.org/", "https://a.org/away", "", "no address"])
def test_what_the_corpus_has_not_is_none(url: str, context: SourceContext, dump: Path) -> None:
    assert _page(context, dump, url) is None


def test_error_rows_are_served_and_not_found(context: SourceContext, dump: Path) -> None:
    gone = _page(context, dump, "https://gone.org/")
    dead = _page(context, dump, "https://dead.org/")
    assert gone is not None
    assert dead is not None
    assert (gone.status, gone.body) == (410, b"<p>gone apple</p>")
    assert (dead.status, dead.error) == (0, "dns")
    assert [hit.url for hit in _found(context, str(dump), "apple").hits] == ["https://a.org/"]


def test_a_dump_named_by_its_path_is_taken_in_once(context: SourceContext, dump: Path) -> None:
    _found(context, str(dump), "apple")
    _found(context, str(dump), "apple")
    assert len(CorpusManager(context.home).names()) == 1


def test_a_dump_being_taken_in_elsewhere_is_unavailable_for_now(
    context: SourceContext, dump: Path
) -> None:
    corpora = CorpusManager(context.home)
    with CorpusWriter(corpora.folder_of_path(dump)), pytest.raises(SourceUnavailable):
        _found(context, str(dump), "apple")
    assert _found(context, str(dump), "apple").total == 1


def test_an_unreadable_dump_is_told_at_the_first_search(
    context: SourceContext, tmp_path: Path
) -> None:
    (tmp_path / "x.jsonl").write_text("nothing")
    with pytest.raises(UnreadableDump):
        _found(context, str(tmp_path / "x.jsonl"), "apple")
    assert CorpusManager(context.home).names() == []


def test_a_dump_that_changed_is_taken_in_anew(context: SourceContext, dump: Path) -> None:
    assert _found(context, str(dump), "pear").total == 0
    dump.write_text('{"url": "https://b.org/", "html": "pear"}')
    assert _found(context, str(dump), "pear").total == 1
    assert _found(context, str(dump), "apple").total == 0
    assert _page(context, dump, "https://a.org/") is None
    assert len(CorpusManager(context.home).names()) == 1


def test_the_revision_of_a_named_corpus_changes_with_its_rows_alone(
    context: SourceContext, dump: Path
) -> None:
    corpora, seen = CorpusManager(context.home), []
    for text in ("pear", "pear", "plum"):
        dump.write_text(json.dumps({"url": "https://b.org/", "html": text}))
        asyncio.run(corpora.add("crawl", [dump]))
        seen.append(open_corpus("crawl", context).revision)
    assert seen[0] == seen[1] != seen[2]
    asyncio.run(corpora.remove("crawl"))
    asyncio.run(corpora.add("crawl", [dump]))
    assert open_corpus("crawl", context).revision not in seen


def test_the_revision_of_a_path_changes_with_its_files(context: SourceContext, dump: Path) -> None:
    before = open_corpus(str(dump), context).revision
    assert before == open_corpus(str(dump), context).revision != ""
    _found(context, str(dump), "apple")
    assert before == open_corpus(str(dump), context).revision
    dump.write_text('{"url": "https://b.org/", "html": "pear and more"}')
    assert before != open_corpus(str(dump), context).revision


def test_a_corpus_is_found_by_name_before_any_path(
    context: SourceContext, dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(CorpusManager(context.home).add("crawl", [dump]))
    monkeypatch.chdir(dump.parent)
    (dump.parent / "crawl").mkdir()
    assert _found(context, "crawl", "apple").total == 1


@pytest.mark.parametrize("rest", ["", "nobody", "/no/such/file", "../x"])
def test_a_name_of_nothing_is_refused_and_the_known_are_named(
    rest: str, context: SourceContext, dump: Path
) -> None:
    asyncio.run(CorpusManager(context.home).add("crawl", [dump]))
    _found(context, str(dump), "apple")
    with pytest.raises(InvalidInput) as caught:
        open_corpus(rest, context)
    assert caught.value.allowed == "crawl"


def test_listed_addresses_are_found_by_name_and_have_no_page(
    context: SourceContext, tmp_path: Path
) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("name,url,city\nAcme,https://acme.com/,Oslo\n")
    answer = _found(context, str(path), "firms in Oslo")
    assert [(hit.url, hit.name) for hit in answer.hits] == [("https://acme.com/", "Acme")]
    assert _page(context, path, "https://acme.com/") is None
