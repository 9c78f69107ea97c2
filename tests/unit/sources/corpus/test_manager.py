from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from netnew.domain.errors import Conflict, InvalidInput, NotFound, UnreadableDump
from netnew.sources.corpus import writer
from netnew.sources.corpus.manager import AddReport, CorpusManager
from netnew.sources.corpus.page_index import IndexedPage, PageIndex
from netnew.sources.corpus.readers.base import DumpRow
from netnew.sources.corpus.store import CorpusStore
from netnew.sources.corpus.writer import CorpusWriter, WriterCounts


def _dump(path: Path, pages: dict[str, str]) -> Path:
    path.write_text(
        "".join(json.dumps({"url": url, "html": html}) + "\n" for url, html in pages.items())
    )
    return path


def _add(corpora: CorpusManager, name: str, *paths: Path) -> AddReport:
    return asyncio.run(corpora.add(name, paths))


def _urls(corpora: CorpusManager, name: str, query: str) -> list[str]:
    return [hit.url for hit in asyncio.run(corpora.search(name, query)).hits]


def test_adding_again_changes_nothing_and_changed_rows_replace(tmp_path: Path) -> None:
    corpora = CorpusManager(tmp_path)
    dump = _dump(tmp_path / "a.jsonl", {"https://a.org/": "apple", "https://b.org/": "pear"})
    report = _add(corpora, "fruit", dump)
    assert (report.added, report.replaced, report.unchanged) == (2, 0, 0)
    report = _add(corpora, "fruit", dump)
    assert (report.added, report.replaced, report.unchanged) == (0, 0, 2)
    _dump(dump, {"https://a.org/": "apple", "https://b.org/": "plum"})
    report = _add(corpora, "fruit", dump)
    assert (report.added, report.replaced, report.unchanged) == (0, 1, 1)
    assert _urls(corpora, "fruit", "plum") == ["https://b.org/"]
    assert _urls(corpora, "fruit", "pear") == []


def test_half_characters_in_a_dump_are_replaced(tmp_path: Path) -> None:
    dump = tmp_path / "a.jsonl"
    dump.write_text(r'{"url": "https://a.org/\ud800", "title": "\ud83d x", "html": "apple \udc00"}')
    assert _add(CorpusManager(tmp_path), "c", dump).added == 1
    assert _urls(CorpusManager(tmp_path), "c", "apple") == ["https://a.org/\ufffd"]


def test_a_page_that_became_an_error_is_no_longer_found(tmp_path: Path) -> None:
    corpora = CorpusManager(tmp_path)
    _add(corpora, "c", _dump(tmp_path / "a.jsonl", {"https://a.org/": "apple"}))
    gone = tmp_path / "gone.jsonl"
    gone.write_text('{"url": "https://a.org/", "status": 404, "html": "apple is gone"}')
    _add(corpora, "c", gone)
    assert _urls(corpora, "c", "apple") == []


def test_the_last_of_two_rows_of_one_address_counts(tmp_path: Path) -> None:
    corpora = CorpusManager(tmp_path)
    dump = tmp_path / "a.jsonl"
    dump.write_text(
        '{"url": "https://a.org/#x", "html": "old"}\n{"url": "https://A.org", "html": "new"}'
    )
    report = _add(corpora, "c", dump)
    assert (report.added, report.replaced) == (1, 1)
    assert (_urls(corpora, "c", "old"), _urls(corpora, "c", "new")) == ([], ["https://a.org/"])


def test_corpora_are_listed_and_removed(tmp_path: Path) -> None:
    corpora = CorpusManager(tmp_path)
    assert asyncio.run(corpora.corpora()) == ()
    _add(corpora, "b", _dump(tmp_path / "a.jsonl", {"https://a.org/": "apple"}))
    _add(corpora, "a", _dump(tmp_path / "b.jsonl", {"https://b.org/": "x", "https://c.org/": "y"}))
    listed = asyncio.run(corpora.corpora())
    assert [(corpus.name, corpus.rows) for corpus in listed] == [("a", 2), ("b", 1)]
    assert listed[0].size_bytes > 0
    asyncio.run(corpora.remove("a"))
    assert corpora.names() == ["b"]
    with pytest.raises(NotFound):
        asyncio.run(corpora.remove("a"))
    with pytest.raises(NotFound):
        asyncio.run(corpora.search("a", "apple"))


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "x" * 65, "a b"])
def test_a_name_that_could_leave_the_folder_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        _add(CorpusManager(tmp_path), name, tmp_path)


def test_a_missing_file_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="there is no file"):
        _add(CorpusManager(tmp_path), "c", tmp_path / "nowhere.jsonl")
    assert CorpusManager(tmp_path).names() == []


def test_an_unreadable_file_keeps_what_came_before_it(tmp_path: Path) -> None:
    corpora = CorpusManager(tmp_path)
    bad = tmp_path / "bad.jsonl"
    bad.write_text("nothing")
    with pytest.raises(UnreadableDump):
        _add(corpora, "c", _dump(tmp_path / "a.jsonl", {"https://a.org/": "apple"}), bad)
    assert _urls(corpora, "c", "apple") == ["https://a.org/"]


def test_an_adding_that_fails_at_once_leaves_no_corpus(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("nothing")
    with pytest.raises(UnreadableDump):
        _add(CorpusManager(tmp_path), "c", bad)
    assert CorpusManager(tmp_path).names() == []


def test_broken_rows_are_named_in_the_report(tmp_path: Path) -> None:
    dump = tmp_path / "a.jsonl"
    dump.write_text('{"url": "https://a.org/", "html": "x"}\nnonsense\n')
    with capture_logs() as logged:
        report = _add(CorpusManager(tmp_path), "c", dump)
    assert logged == []
    assert (report.added, report.broken) == (1, 1)
    assert (report.broken_rows[0].path, report.broken_rows[0].place) == (str(dump), "line 2")


def test_a_second_writer_is_refused_with_a_clear_error(tmp_path: Path) -> None:
    corpora = CorpusManager(tmp_path)
    dump = _dump(tmp_path / "a.jsonl", {"https://a.org/": "apple"})
    with CorpusWriter(corpora.folder("c")), pytest.raises(Conflict, match="'c' is being written"):
        _add(corpora, "c", dump)
    with CorpusWriter(corpora.folder("c")), pytest.raises(Conflict):
        asyncio.run(corpora.remove("c"))
    assert _add(corpora, "c", dump).added == 1


def test_a_reader_sees_what_another_process_adds(tmp_path: Path) -> None:
    corpora = CorpusManager(tmp_path)
    _add(corpora, "c", _dump(tmp_path / "a.jsonl", {"https://a.org/": "apple"}))
    reader = CorpusStore(corpora.folder("c"))
    assert reader.search("pear", 1).total == 0
    _add(corpora, "c", _dump(tmp_path / "b.jsonl", {"https://b.org/": "pear"}))
    assert reader.search("pear", 1).total == 1
    reader.close()


def test_stopping_keeps_the_whole_batches_taken_so_far(tmp_path: Path) -> None:
    stop = threading.Event()

    def rows() -> Iterator[DumpRow]:
        for number in range(5000):
            if number == 1200:
                stop.set()
            yield DumpRow(f"https://a.org/{number}", b"apple")

    tally = WriterCounts()
    with CorpusWriter(tmp_path / "c") as writer:
        writer.add(rows(), tally, stop)
    store = CorpusStore(tmp_path / "c")
    assert store.count() == tally.added == store.search("apple", 1).total == 1500
    store.close()


def test_progress_is_told_in_rows(tmp_path: Path) -> None:
    told: list[int] = []
    pages = {f"https://a.org/{n}": "x" for n in range(1200)}
    dump = _dump(tmp_path / "a.jsonl", pages)
    asyncio.run(CorpusManager(tmp_path).add("c", [dump], progress=told.append))
    assert told == sorted(told)
    assert told[-1] == 1200


_ADD = """
import asyncio, sys
from pathlib import Path
from netnew.sources.corpus import writer
from netnew.sources.corpus.manager import CorpusManager
writer._INDEX_EVERY_ROWS = 1000
def seen(rows):
    print(rows, flush=True)
    if rows >= int(sys.argv[3]):
        sys.stdin.read()  # until killed
asyncio.run(CorpusManager(Path(sys.argv[1])).add("c", [Path(sys.argv[2])], progress=seen))
"""


@pytest.mark.parametrize("killed_at", [500, 1500, 2500])
def test_a_killed_adding_leaves_a_usable_corpus_and_goes_on(killed_at: int, tmp_path: Path) -> None:
    pages = {f"https://a.org/{n}": f"apple number{n}" for n in range(6000)}
    dump = _dump(tmp_path / "a.jsonl", pages)
    with subprocess.Popen(
        [sys.executable, "-c", _ADD, str(tmp_path), str(dump), str(killed_at)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as adding:
        assert adding.stdout is not None
        next(line for line in adding.stdout if int(line) >= killed_at)
        os.kill(adding.pid, signal.SIGKILL)
    corpora = CorpusManager(tmp_path)
    found = asyncio.run(corpora.search("c", "apple"))
    assert found.total is not None
    assert found.total < 6000
    report = _add(corpora, "c", dump)
    assert report.added + report.unchanged == 6000
    assert report.unchanged == killed_at
    assert asyncio.run(corpora.search("c", "apple")).total == 6000


def test_rows_in_the_index_that_were_not_marked_are_not_found_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpora = CorpusManager(tmp_path)
    dump = _dump(tmp_path / "a.jsonl", {f"https://a.org/{n}": "apple" for n in range(20)})

    def die_after_commit(self: CorpusWriter) -> None:
        self._writer.commit()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(writer.CorpusWriter, "_commit_index", die_after_commit)
        with pytest.raises(KeyboardInterrupt):
            _add(corpora, "c", dump)
    assert _add(corpora, "c", dump).unchanged == 20
    assert asyncio.run(corpora.search("c", "apple")).total == 20


def test_pages_with_more_of_the_words_come_first_and_titles_count() -> None:
    index = PageIndex()
    writer = index.writer()
    filler = "other words that fill the page up to some length"
    writer.put(IndexedPage("1", "https://body/", "Nothing", f"vector databases in Rust {filler}"))
    writer.put(IndexedPage("2", "https://one/", "Nothing", f"an iron database {filler} {filler}"))
    writer.put(IndexedPage("3", "https://title/", "Vector database", f"made of iron {filler}"))
    writer.commit()
    found = index.search("which vector databases are in Rust", 1)
    assert [hit.url for hit in found.hits] == ["https://body/", "https://title/", "https://one/"]
    assert (found.total, found.has_more) == (3, False)


def test_accents_case_and_endings_do_not_count() -> None:
    index = PageIndex()
    writer = index.writer()
    writer.put(IndexedPage("1", "https://a/", "CAFÉS of Zürich", ""))
    writer.commit()
    assert index.search("cafe ZURICH", 1).total == 1


@settings(max_examples=100)
@given(st.text(max_size=60), st.integers(-3, 50))
def test_any_query_is_plain_words(query: str, page: int) -> None:
    answer = _INDEX.search(query, page)
    assert answer.total in (0, 1)
    assert len(answer.hits) == (answer.total if page == 1 else 0)


_INDEX = PageIndex()
_WRITER = _INDEX.writer()
_WRITER.put(IndexedPage("1", "https://a/", "Title: (quoted)", 'AND OR "NOT" text:x'))
_WRITER.commit()
_WRITER.close()
