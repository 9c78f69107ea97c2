"""A corpus on disk, for reading: pages in SQLite by address, a full text index beside them.

All calls block; callers use a thread. `corpus_writer` fills it.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
import zlib
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from netnew.domain.errors import StoreDamaged, StoreReadOnly
from netnew.domain.search import SearchAnswer
from netnew.sources.corpus.page_index import PageIndex
from netnew.sources.corpus.readers.base import DumpRow

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pages (
    url TEXT PRIMARY KEY, digest BLOB NOT NULL, indexed INTEGER NOT NULL, listed INTEGER NOT NULL,
    status INTEGER NOT NULL, title TEXT NOT NULL, media_type TEXT NOT NULL, charset TEXT,
    location TEXT, error TEXT, body BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS pages_not_indexed ON pages (url) WHERE indexed = 0;
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
INDEX = "index"
_COLUMNS = "url, body, status, title, media_type, charset, location, error, listed"
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class CorpusStore:
    """The files of one corpus in `folder`; made where they are missing. A folder that cannot be
    written is read as it is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._db = connect(folder) if os.access(folder, os.W_OK) else _connect_to_read(folder)
        self._index = PageIndex(folder / INDEX)

    def page(self, url: str) -> DumpRow | None:
        """The row at `url`, whatever its status."""
        found = self._one(f"SELECT {_COLUMNS} FROM pages WHERE url = ?", page_key(url))
        return row_of(found) if found is not None else None

    def search(self, query: str, page: int) -> SearchAnswer:
        return self._index.search(query, page)

    def count(self) -> int:
        """Rows: pages, redirects, errors and listed addresses."""
        found = self._one("SELECT count(*) FROM pages")
        return int(found[0]) if found is not None else 0

    def size_bytes(self) -> int:
        """What the corpus takes on disk."""
        total = 0
        for path in self._folder.rglob("*"):
            with suppress(OSError):  # the index may drop a file while we look
                total += path.stat().st_size
        return total

    def mark(self, name: str, value: str) -> None:
        """Keep a fact about the whole corpus."""
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, value))

    def marked(self, name: str) -> str | None:
        found = self._one("SELECT value FROM marks WHERE name = ?", name)
        return str(found[0]) if found is not None else None

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _one(self, sql: str, *values: str) -> tuple[Any, ...] | None:
        with self._lock:
            try:
                found: tuple[Any, ...] | None = self._db.execute(sql, values).fetchone()
            except sqlite3.Error as error:
                raise StoreDamaged(f"{self._folder}: {error}") from error
        return found


def revision_of(folder: Path) -> str:
    """Changes with every change of what the corpus in `folder` answers: a digest of the index's
    own list of parts, which is replaced whole when rows were taken in. '' for no corpus."""
    try:
        parts = (folder / INDEX / "meta.json").read_bytes()
    except OSError:
        return ""
    return blake2b(parts, digest_size=10).hexdigest()


def connect(folder: Path) -> sqlite3.Connection:
    """The page file of a corpus, made where it is missing; in autocommit. Raises StoreReadOnly
    where it cannot be written, StoreDamaged where it cannot be used."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        db = sqlite3.connect(
            folder / "pages.sqlite", timeout=30, isolation_level=None, check_same_thread=False
        )
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(_SCHEMA)
    except (sqlite3.Error, OSError) as error:
        raise refusal(folder, error) from error
    return db


def _connect_to_read(folder: Path) -> sqlite3.Connection:
    """The page file of a corpus that cannot be written. A writer elsewhere may have left a log,
    which is read with its shared memory file; without a log the file alone is read."""
    path = folder / "pages.sqlite"
    log = Path(f"{path}-wal")
    how = "mode=ro" if log.is_file() and log.stat().st_size else "immutable=1"
    try:
        return sqlite3.connect(
            f"file:{quote(str(path))}?{how}",
            uri=True,
            timeout=30,
            isolation_level=None,
            check_same_thread=False,
        )
    except sqlite3.Error as error:
        raise StoreDamaged(f"{folder}: {error}") from error


def refusal(folder: Path, error: sqlite3.Error | OSError) -> StoreDamaged:
    """`error` of the files in `folder`, in words for people."""
    if isinstance(error, OSError):
        is_read_only = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
        problem = error.strerror or str(error)
    else:
        is_read_only = getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_READONLY
        problem = str(error)
    if is_read_only:
        return StoreReadOnly(
            f"{folder}: it is read-only: corpora that are there can be listed and searched, and"
            " nothing changed; set NETNEW_HOME to a folder that can be written"
        )
    return StoreDamaged(f"{folder}: {problem}")


def row_of(columns: tuple[Any, ...]) -> DumpRow:
    url, body, status, title, media_type, charset, location, error, listed = columns
    unpacked = zlib.decompress(body)
    return DumpRow(url, unpacked, status, title, media_type, charset, location, error, bool(listed))


def page_key(url: str) -> str:
    """The address a page is kept under: fragment, default port and case of scheme and host do not
    count, and an empty path is '/'. Nothing more, since a dump may hold both `/a` and `/a/`."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url.strip()
    if parts.scheme not in _DEFAULT_PORTS:
        return url.strip().split("#")[0]
    host = parts.netloc.lower().removesuffix(_DEFAULT_PORTS[parts.scheme])
    return urlunsplit((parts.scheme, host, parts.path or "/", parts.query, ""))
