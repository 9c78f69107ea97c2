"""One file, any number of readers, one writer at a time over all processes.

WAL lets readers go on while somebody writes. Writers begin with IMMEDIATE: a transaction that
reads first and asks for the write lock later is refused at once, whatever the timeout.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Literal, NoReturn
from urllib.parse import quote

import sqlalchemy as sa

from netnew.db.file_modes import HOME_MARK, make_private_file, make_private_folder, take_from_others
from netnew.db.tables import PREFIX
from netnew.domain.errors import NetnewError, StoreBusy, StoreDamaged

BUSY_TIMEOUT_S = 30.0
_MADE_WITHIN_S = 2.0
_READERS = 2  # so that a long read does not hold up short ones; more only compete for the GIL
_CACHE_KIB = 32 * 1024
_FULL_BYTES = 1024 * 1024  # one large transaction
_WAL_AT_MOST_BYTES = 64 * 1024 * 1024

Synchronous = Literal["normal", "full"]
"""`normal`: survives a killed process; a power cut may take the last commits, never more.
`full`: survives a power cut too, for about a quarter of the speed. On PostgreSQL `normal` leaves
it to the server, which survives both unless it is set up otherwise; `full` insists on that."""

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DAMAGED = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_NOTADB: "the file is not a database",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened",
    sqlite3.SQLITE_PERM: "access is denied",
    sqlite3.SQLITE_IOERR: "the disk does not read or write",
    sqlite3.SQLITE_AUTH: "access is denied",
}


class SqliteBackend:
    """A SQLite file at `url` (`sqlite:///path`)."""

    kind = "SQLite"
    readers = _READERS
    listens = False

    def __init__(
        self, url: sa.URL, synchronous: Synchronous = "normal", place: str | None = None
    ) -> None:
        if not url.database or url.database == ":memory:":
            raise StoreDamaged("the database must be a file: sqlite:///path")
        self._url = url
        self._synchronous = synchronous
        self.place = place or url.database

    def is_there(self) -> bool:
        return bool(self._url.query) or Path(self.place).exists()

    def for_reading(self) -> SqliteBackend | None:
        path = Path(self.place)
        if self._url.query or not path.is_file():
            return None
        if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
            return None
        return SqliteBackend(_read_only_url(path), self._synchronous, self.place)

    def check_file(self) -> None:
        """An empty file is a new database, but not in a HOME whose database has been made. Another
        process may have begun to make it a moment ago: that is waited for. A file with tables, none
        of them ours, is another program's, and is not touched."""
        path = Path(self.place)
        if self._url.query:
            return
        _refuse_foreign(path)
        if not (path.parent / HOME_MARK).exists():
            return
        gives_up_at = time.monotonic() + _MADE_WITHIN_S
        while _is_empty(path):
            if time.monotonic() >= gives_up_at:
                raise StoreDamaged(
                    f"{self.place}: the file is empty (0 bytes), and this HOME has been in use;"
                    " restore it from a backup, or delete the file to start anew"
                )
            time.sleep(0.05)

    def make_room(self) -> None:
        """Make the folder and the file, for their owner alone; those that exist become so. Raises
        StoreDamaged where that is impossible."""
        if self._url.query:
            return
        folder = Path(self.place).parent
        try:
            if not folder.is_dir():
                make_private_folder(folder)
        except OSError as error:
            raise StoreDamaged(f"cannot make the folder {folder}: {error.strerror}") from error
        with suppress(OSError):  # opening it says what is wrong
            make_private_file(Path(self.place))
        # What SQLite makes beside it gets the rights of the file.
        take_from_others(*(Path(f"{self.place}{end}") for end in ("", "-wal", "-shm")))

    def check_space(self) -> None:
        if self._url.query:
            return
        try:
            free = shutil.disk_usage(Path(self.place).parent).free
        except OSError as error:
            raise StoreDamaged(f"{self.place}: {error.strerror}") from error
        if free < _FULL_BYTES:
            raise StoreDamaged(f"{self.place}: the disk is full ({free:,} bytes left)")

    def writer(self) -> sa.Engine:
        engine = self._engine()
        sa.event.listen(engine, "begin", _begin_immediate)
        return engine

    def reader(self) -> sa.Engine:
        return self._engine()

    def connect_to_listen(self) -> NoReturn:
        raise NotImplementedError("SQLite tells nobody of a commit")

    def lock_schema(self, connection: sa.Connection) -> None:
        """Nothing to do: the transaction began with the write lock."""

    def settle_schema(self, connection: sa.Connection, prefix: str) -> None:
        """Nothing to do: the migrations are written for SQLite."""

    def may_open_soon(self, error: sa.exc.DBAPIError) -> bool:
        # Switching a new file to WAL does not wait for others that do the same.
        return _code(error) in _BUSY

    def is_worth_retrying(self, error: sa.exc.DBAPIError) -> bool:
        """Never: the busy timeout has waited already."""
        return False

    def explain(self, error: sa.exc.DBAPIError) -> NetnewError | None:
        cause = error.orig
        code = _code(error)
        if code in _BUSY:
            return StoreBusy(f"{self.place}: another process holds the database", BUSY_TIMEOUT_S)
        if code in _DAMAGED:
            problem = _DAMAGED[code]
            detail = "" if str(cause) in problem else f" ({cause})"
            return StoreDamaged(f"{self.place}: {problem}{detail}")
        if code == sqlite3.SQLITE_ERROR and "no such" in str(cause):
            return StoreDamaged(f"{self.place}: it is not as netnew made it ({cause})")
        return None

    def _engine(self) -> sa.Engine:
        # The driver itself begins nothing: writers begin by the listener, readers never do.
        engine = sa.create_engine(
            self._url,
            connect_args={"timeout": BUSY_TIMEOUT_S, "isolation_level": None},
            pool_reset_on_return=None,
            hide_parameters=True,  # the failure is reported without the data
        )
        sa.event.listen(engine, "connect", self._set_up)
        return engine

    def _set_up(self, connection: sqlite3.Connection, _record: Any) -> None:
        for pragma in (
            f"busy_timeout={int(BUSY_TIMEOUT_S * 1000)}",
            "journal_mode=WAL",
            f"synchronous={self._synchronous.upper()}",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            f"cache_size=-{_CACHE_KIB}",
            f"journal_size_limit={_WAL_AT_MOST_BYTES}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()


def _is_empty(path: Path) -> bool:
    """Whether there is a file without a byte, neither in it nor in its log."""
    try:
        log = Path(f"{path}-wal")
        return path.stat().st_size == 0 and not (log.exists() and log.stat().st_size)
    except FileNotFoundError:
        return False


def _refuse_foreign(path: Path) -> None:
    """Looks without the pragmas of an opened database, which would change the file."""
    if not path.is_file() or path.stat().st_size == 0:
        return
    query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as db:
            names = [str(name) for (name,) in db.execute(query)]
    except sqlite3.Error:
        return  # opening it says what is wrong
    if names and not any(name.startswith(PREFIX) for name in names):
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        raise StoreDamaged(
            f"{path}: it is the database of another program (it has {', '.join(names[:3])}{more});"
            " set NETNEW_DATABASE_URL to another file, which is made where it does not exist"
        )


def _read_only_url(path: Path) -> sa.URL:
    """The way SQLite can read a file in a folder it cannot write to.

    With WAL it needs the side files that a writer left open. Without them the file alone is read;
    where a writer was killed, the last commits are in the log, so a copy of both is read.
    """
    log, shared = Path(f"{path}-wal"), Path(f"{path}-shm")
    has_log = log.is_file() and log.stat().st_size > 0
    if has_log and not shared.is_file():
        folder = Path(tempfile.mkdtemp(prefix="netnew-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        shutil.copy(path, folder / path.name)
        shutil.copy(log, folder / log.name)
        path = folder / path.name
    way = "mode=ro" if has_log else "immutable=1"
    return sa.make_url(f"sqlite:///file:{quote(str(path))}?{way}&uri=true")


def _code(error: sa.exc.DBAPIError) -> int:
    """The primary code, which the extended ones keep in their low byte; 0 where there is none."""
    return int(getattr(error.orig, "sqlite_errorcode", 0)) & 0xFF


def _begin_immediate(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
