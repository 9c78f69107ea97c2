"""Filling a corpus: rows in, pages and index out, safe against being killed.

A page is written to SQLite as not yet indexed, then to the index, then marked. A process killed at
any point leaves a corpus that can be searched; the next `add` indexes what was left. The index's
own lock keeps a second process from adding at the same time.
"""

from __future__ import annotations

import sqlite3
import threading
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from types import TracebackType

from netnew.domain.errors import Conflict
from netnew.sources.corpus.page_index import IndexedPage, PageIndex
from netnew.sources.corpus.readers.base import BrokenRow, DumpRow
from netnew.sources.corpus.store import INDEX, connect, page_key, refusal, row_of
from netnew.sources.html_text import plain_page

_BATCH_ROWS = 500
_INDEX_EVERY_ROWS = 20_000
_KEPT_BROKEN = 1000
STATE = "state"
_INSERT = "INSERT OR REPLACE INTO pages VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)"
_PENDING = (
    "SELECT url, body, status, title, media_type, charset, location, error, listed"
    " FROM pages WHERE indexed = 0"
)


@dataclass(slots=True)
class WriterCounts:
    """What one adding did, in rows. Of broken rows the first thousand are kept."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    broken: int = 0
    broken_rows: list[BrokenRow] = field(default_factory=list)

    @property
    def read(self) -> int:
        return self.added + self.replaced + self.unchanged

    def note(self, row: BrokenRow) -> None:
        self.broken += 1
        if self.broken <= _KEPT_BROKEN:
            self.broken_rows.append(row)


class CorpusWriter:
    """The one writer of the corpus in `folder`, as a context; raises Conflict where there is
    another, StoreDamaged where the disk or the files refuse."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._db = connect(folder)
        try:
            self._writer = PageIndex(folder / INDEX).writer()
        except BlockingIOError as error:
            self._db.close()
            problem = f"corpus {folder.name!r} is being written to by another process"
            raise Conflict(problem) from error
        self._since_index = 0

    def __enter__(self) -> CorpusWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        try:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        finally:
            self._db.close()
            self._writer.close()
        if isinstance(error, sqlite3.Error):
            raise refusal(self._folder, error) from error

    def add(
        self, rows: Iterable[DumpRow | BrokenRow], tally: WriterCounts, stop: threading.Event
    ) -> None:
        """Take in `rows`, counting into `tally`. Where `stop` is set it ends early and keeps all
        it has."""
        self._index_pending()
        self._db.execute("BEGIN IMMEDIATE")
        for row in rows:
            if isinstance(row, BrokenRow):
                tally.note(row)
                continue
            self._take(row, tally)
            if tally.read % _BATCH_ROWS == 0:
                self._db.execute("COMMIT")
                if self._since_index >= _INDEX_EVERY_ROWS:
                    self._commit_index()
                self._db.execute("BEGIN IMMEDIATE")
                if stop.is_set():
                    break
        self._db.execute("COMMIT")
        if self._since_index:
            self._commit_index()

    def replace(
        self,
        rows: Iterable[DumpRow | BrokenRow],
        tally: WriterCounts,
        stop: threading.Event,
        state: str,
    ) -> None:
        """Take in `rows`, drop all others, and mark the corpus as of `state`. Where it is stopped
        or fails, others stay and nothing is marked."""
        self._db.execute("CREATE TEMP TABLE seen (url TEXT PRIMARY KEY)")
        self.add(self._noted(rows), tally, stop)
        if stop.is_set():
            return
        gone = self._db.execute("SELECT url FROM pages WHERE url NOT IN (SELECT url FROM seen)")
        urls = [url for (url,) in gone]
        for url in urls:
            self._writer.remove(url)
        if urls:
            self._writer.commit()
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute("DELETE FROM pages WHERE url NOT IN (SELECT url FROM seen)")
        self._db.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (STATE, state))
        self._db.execute("COMMIT")

    def _noted(self, rows: Iterable[DumpRow | BrokenRow]) -> Iterator[DumpRow | BrokenRow]:
        for row in rows:
            if isinstance(row, DumpRow):
                key = page_key(row.url)
                self._db.execute("INSERT OR IGNORE INTO seen VALUES (?)", (key,))
            yield row

    def _take(self, row: DumpRow, tally: WriterCounts) -> None:
        key, digest = page_key(row.url), _digest(row)
        found = self._db.execute("SELECT digest FROM pages WHERE url = ?", (key,)).fetchone()
        if found is not None and found[0] == digest:
            tally.unchanged += 1
            return
        columns = (row.listed, row.status, row.title, row.media_type, row.charset)
        body = zlib.compress(row.body, 3)
        self._db.execute(_INSERT, (key, digest, *columns, row.location, row.error, body))
        self._to_index(key, row, new=found is None)
        if found is None:
            tally.added += 1
        else:
            tally.replaced += 1

    def _to_index(self, key: str, row: DumpRow, new: bool) -> None:
        self._since_index += 1
        page = _indexed(key, row)
        if page is not None:
            self._writer.put(page, new=new)
        elif not new:
            self._writer.remove(key)

    def _commit_index(self) -> None:
        """Only after SQLite's commit: a row marked here is surely in both."""
        self._writer.commit()
        self._db.execute("UPDATE pages SET indexed = 1 WHERE indexed = 0")
        self._since_index = 0

    def _index_pending(self) -> None:
        """Index what a killed process had written to SQLite alone (or to both, unmarked)."""
        for columns in self._db.execute(_PENDING):
            row = row_of(columns)
            self._to_index(row.url, row, new=False)
        if self._since_index:
            self._commit_index()


def _digest(row: DumpRow) -> bytes:
    told = (row.listed, row.status, row.title, row.media_type, row.charset, row.location, row.error)
    digest = blake2b(repr(told).encode("utf-8", "replace"), digest_size=16)
    digest.update(row.body)
    return digest.digest()


def _indexed(key: str, row: DumpRow) -> IndexedPage | None:
    """What of `row` is searched: pages that were there, and listed addresses."""
    if not 200 <= row.status < 300 or (not row.body and not row.title):
        return None
    page = plain_page(row.body, row.media_type, row.charset)
    name = row.title if row.listed else ""
    return IndexedPage(key, key, row.title or page.title, page.text, name)
