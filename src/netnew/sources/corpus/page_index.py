"""Full text search over pages: a BM25 index in a folder, or in memory.

All calls block; callers use a thread.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import tantivy

from netnew.domain.search import Hit, SearchAnswer
from netnew.sources.html_text import whole

HITS_A_PAGE = 10
_ANALYZER = "words"
# Measured on three webs of 2,600 to 11,600 pages, share of right entities in the first 50 hits: a
# word counted in title and text, both whole, 0.46; in the better of the two 0.55; in the better of
# the two with the title at half 0.59. Titles are so short that BM25 overrates the words in them.
_TITLE_WEIGHT = 0.5
_SNIPPET_CHARS = 300
_MAX_TERMS = 64
_HEAP_BYTES = 64_000_000
# Words that are in nearly every English page: they cost time and rank nothing.
_STOPWORDS = (
    "a an and are as at be by for from has have i in is it its of on or that the their them they "
    "this to was were what which who whose will with"
)


@dataclass(frozen=True, slots=True)
class IndexedPage:
    """One page for the index. `key` replaces what was indexed under it before. `name` is set where
    the source knows the entity's name."""

    key: str
    url: str
    title: str
    text: str
    name: str = ""


class PageIndex:
    """BM25 over title and text: words stemmed as English, without accents and case."""

    def __init__(self, folder: Path | None = None) -> None:
        if folder is not None and folder.is_dir() and not os.access(folder, os.W_OK):
            folder = _links_to(folder)
        elif folder is not None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._meta = folder / "meta.json" if folder is not None else None
        self._seen = 0
        self._analyzer = _analyzer()
        self._stopwords = frozenset(self._analyzer.analyze(_STOPWORDS))
        self._schema = _schema()
        self._index = tantivy.Index(self._schema, path=str(folder) if folder else None)
        self._index.register_tokenizer(_ANALYZER, self._analyzer)

    def writer(self) -> IndexWriter:
        """The only writer there may be of this folder. Raises BlockingIOError where another
        process or task has it."""
        try:
            writer = self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        except ValueError as error:
            if "lock" in str(error).lower():
                raise BlockingIOError(str(error)) from error
            raise
        return IndexWriter(writer, self._index)

    def search(self, query: str, page: int) -> SearchAnswer:
        """Ten hits a page, best first: pages with any word of `query`. No query syntax."""
        parsed = self._parsed(query)
        if parsed is None or page < 1:
            return SearchAnswer((), total=0)
        self._see_commits()
        searcher = self._index.searcher()
        offset = min((page - 1) * HITS_A_PAGE, searcher.num_docs)
        found = searcher.search(parsed, limit=HITS_A_PAGE, offset=offset)
        total: int = found.count  # type: ignore[attr-defined]  # missing in tantivy's stubs
        snippets = tantivy.SnippetGenerator.create(searcher, parsed, self._schema, "text")
        snippets.set_max_num_chars(_SNIPPET_CHARS)
        hits = tuple(_hit(searcher.doc(address), snippets) for _, address in found.hits)
        return SearchAnswer(hits, offset + len(hits) < total, total)

    def _see_commits(self) -> None:
        """Reload where another process or writer has committed since."""
        if self._meta is None:
            return
        written = self._meta.stat().st_mtime_ns
        if written != self._seen:
            self._index.reload()
            self._seen = written

    def _parsed(self, query: str) -> tantivy.Query | None:
        terms = list(dict.fromkeys(self._analyzer.analyze(whole(query))))
        telling = [term for term in terms if term not in self._stopwords] or terms
        if not telling:
            return None
        best = [
            (
                tantivy.Occur.Should,
                tantivy.Query.disjunction_max_query([self._term("text", term), self._title(term)]),
            )
            for term in telling[:_MAX_TERMS]
        ]
        return tantivy.Query.boolean_query(best)

    def _term(self, field: str, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, field, term, "freq")

    def _title(self, term: str) -> tantivy.Query:
        return tantivy.Query.boost_query(self._term("title", term), _TITLE_WEIGHT)


class IndexWriter:
    """Adds and removes; seen by searches after `commit`, which is atomic."""

    def __init__(self, writer: tantivy.IndexWriter, index: tantivy.Index) -> None:
        self._writer = writer
        self._index = index

    def put(self, page: IndexedPage, new: bool = False) -> None:
        """Add `page`; `new` promises that nothing is indexed under its key (deleting is slow)."""
        if not new:
            self.remove(page.key)
        self._writer.add_document(
            tantivy.Document(
                key=page.key, url=page.url, title=page.title, text=page.text, name=page.name
            )
        )

    def remove(self, key: str) -> None:
        self._writer.delete_documents_by_term("key", key)

    def commit(self) -> None:
        self._writer.commit()
        self._index.reload()

    def close(self) -> None:
        """Ends the background merges and gives the folder free."""
        self._writer.wait_merging_threads()


def _links_to(folder: Path) -> Path:
    """A temporary folder with links to the files of an index that cannot be written: to search in
    it, its locks must be written beside it. It goes when the process ends."""
    links = Path(tempfile.mkdtemp(prefix="netnew-index-"))
    atexit.register(shutil.rmtree, links, ignore_errors=True)
    for path in folder.iterdir():
        if path.suffix != ".lock":
            (links / path.name).symlink_to(path.absolute())
    return links


def _analyzer() -> tantivy.TextAnalyzer:
    words = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    filters = (
        tantivy.Filter.remove_long(60),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stemmer("english"),
    )
    for each in filters:
        words = words.filter(each)
    return words.build()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("url", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("name", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("title", stored=True, tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_text_field("text", stored=True, tokenizer_name=_ANALYZER, index_option="freq")
    return builder.build()


def _hit(document: tantivy.Document, snippets: tantivy.SnippetGenerator) -> Hit:
    snippet = " ".join(snippets.snippet_from_doc(document).fragment().split())
    return Hit(
        url=str(document.get_first("url")),
        title=str(document.get_first("title") or ""),
        snippet=snippet or str(document.get_first("text") or "")[:_SNIPPET_CHARS],
        name=str(document.get_first("name") or "") or None,
    )
