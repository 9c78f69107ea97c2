"""A search engine over a rendered web: BM25 over title and visible text.

It holds every page that answers 200: parked domains, soft 404s and mirrors too, as engines do;
redirects and errors not. Built once into a folder, opened by the server and by the grader, so that
both see one ranking.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tantivy import (
    Document,
    Filter,
    Index,
    Occur,
    Query,
    SchemaBuilder,
    TextAnalyzer,
    TextAnalyzerBuilder,
    Tokenizer,
)

from evals.rows import Page
from evals.visible_text import visible_text

ANALYZER = "english_bag"
MAX_TERMS = 256  # of a query; more is no question
SNIPPET_CHARS = 200
_HEAP_BYTES = 256_000_000  # one segment for all pages: ties are then broken by the pages' order


@dataclass(frozen=True, slots=True)
class Hit:
    """A page that answers a query, with its BM25 score."""

    url: str
    title: str
    snippet: str
    score: float


class SearchIndex:
    """BM25 over a bag of words. Deterministic: equal scores stand in the order of the pages."""

    def __init__(self, index: Index) -> None:
        self._analyzer = _analyzer()
        index.register_tokenizer(ANALYZER, self._analyzer)
        index.reload()
        self._schema = index.schema
        self._searcher = index.searcher()

    @classmethod
    def build(cls, pages: Iterable[Page], folder: Path | None = None) -> SearchIndex:
        """An index of `pages`, kept in `folder` (None: in memory)."""
        fields = SchemaBuilder()
        fields.add_text_field("text", stored=False, tokenizer_name=ANALYZER, index_option="freq")
        fields.add_bytes_field("page", stored=True)
        index = Index(fields.build(), path=str(folder) if folder else None)
        index.register_tokenizer(ANALYZER, _analyzer())
        writer = index.writer(_HEAP_BYTES, num_threads=1)
        for page in sorted(pages, key=lambda p: p.url):
            if page.status == 200:
                writer.add_document(_document(page))
        writer.commit()
        writer.wait_merging_threads()
        return cls(index)

    @classmethod
    def open(cls, folder: Path) -> SearchIndex:
        return cls(Index.open(str(folder)))

    def search(self, query: str, limit: int = 10, offset: int = 0) -> list[Hit]:
        """The best pages for the words of `query`, in any order of words and with no syntax."""
        return self.search_counted(query, limit, offset)[0]

    def search_counted(self, query: str, limit: int, offset: int = 0) -> tuple[list[Hit], int]:
        """The same, with the number of all pages that have any of the words."""
        words = self._analyzer.analyze(query)[:MAX_TERMS]
        if not words:
            return [], 0
        bag = Query.boolean_query(
            [(Occur.Should, Query.term_query(self._schema, "text", w, "freq")) for w in words]
        )
        found = self._searcher.search(bag, limit=limit, offset=offset)
        hits = [self._hit(score, self._searcher.doc(at), words) for score, at in found.hits]
        return hits, int(getattr(found, "count", 0) or 0)

    def _hit(self, score: float, document: Document, words: list[str]) -> Hit:
        url, title, body = json.loads(bytes(document["page"][0]))
        return Hit(url=url, title=title, snippet=snippet(body, words), score=score)


def snippet(text: str, words: list[str]) -> str:
    """The first piece of `text` with any of the stems `words`, at most SNIPPET_CHARS long."""
    folded = text.casefold()
    places = [at for at in (folded.find(w) for w in words if len(w) > 3) if at >= 0]
    start = max(0, min(places, default=0) - SNIPPET_CHARS // 4)
    if start:
        start = text.find(" ", start) + 1
    return text[start : start + SNIPPET_CHARS].strip()


def _analyzer() -> TextAnalyzer:
    builder = TextAnalyzerBuilder(Tokenizer.simple())
    builder = builder.filter(Filter.remove_long(60)).filter(Filter.lowercase())
    return builder.filter(Filter.ascii_fold()).filter(Filter.stemmer("english")).build()


def _document(page: Page) -> Document:
    body = visible_text(page.html)
    document = Document()
    document.add_text("text", f"{page.title}\n{body}")
    document.add_bytes("page", json.dumps([page.url, page.title, body]).encode())
    return document
