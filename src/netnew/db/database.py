"""A database opened by its address: migrated, with one writer and a few readers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

import sqlalchemy as sa

from netnew.db.backend import Backend
from netnew.db.backoff import PATIENCE_S, Backoff
from netnew.db.migrate import VERSION_TABLE, bring_up_to_date, check_revision, revision_of
from netnew.db.notify import Heard, Listener
from netnew.db.reader import Reader
from netnew.db.sqlite import SqliteBackend, Synchronous
from netnew.db.writer import P, R, Write, Writer
from netnew.domain.errors import InvalidInput, StoreReadOnly

T = TypeVar("T")

ADDRESSES = "sqlite:///path, postgresql://user:password@host/name"


class Database:
    """What the store reads and writes through. Created by `open_database`."""

    def __init__(
        self, backend: Backend, writer: Writer, reader: Reader, is_read_only: bool = False
    ) -> None:
        self._is_read_only = is_read_only
        self._backend = backend
        self._writer = writer
        self._reader = reader
        self._listeners: list[Listener] = []

    @property
    def is_read_only(self) -> bool:
        """Whether it was opened read-only."""
        return self._is_read_only

    @property
    def place(self) -> str:
        """Its location for messages, without a password."""
        return self._backend.place

    @property
    def listens(self) -> bool:
        """Whether `listen` works here; if not, callers must poll."""
        return self._backend.listens

    def listen(self, heard: Heard) -> Callable[[], None]:
        """Call `heard`, on another thread, with each run passed to `notify`.

        Return a function that stops this (and blocks until it has); closing the database stops
        it, too."""
        if not self._backend.listens:
            return _nothing_to_end
        listener = Listener(self._backend.connect_to_listen, heard)
        self._listeners.append(listener)
        return listener.close

    async def write(self, write: Write[P, R], payload: P) -> R:
        """See `Writer.run`: grouped with other waiting writes, in order, durable on return."""
        self.check_writable()
        return await self._writer.run(write, payload)

    async def read(self, read: Callable[[sa.Connection], T]) -> T:
        """See `Reader.run`: off the event loop, on everything committed so far."""
        return await self._reader.run(read)

    def check_writable(self) -> None:
        """Raise StoreReadOnly if it was opened read-only."""
        if self._is_read_only:
            raise StoreReadOnly(
                f"{self.place}: it is read-only: what is there can be shown and exported, and"
                " nothing changed; set NETNEW_HOME to a folder that can be written"
            )

    async def check(self) -> None:
        """Read something, and write something that changes nothing. Raises StoreBusy;
        StoreDamaged if the disk is full or nothing can be written for another reason."""
        await asyncio.gather(self.read(revision_of), self.write(_rewrite_version, None))
        await asyncio.to_thread(self._backend.check_space)

    def close(self) -> None:
        """Write everything submitted, then stop; blocks until done."""
        for listener in self._listeners:
            listener.close()
        self._writer.close()
        self._reader.close()


def _rewrite_version(connection: sa.Connection, payloads: Sequence[None]) -> list[None]:
    version = sa.column("version_num", sa.Text)
    connection.execute(sa.update(sa.table(VERSION_TABLE, version)).values({version: version}))
    return [None] * len(payloads)


def _nothing_to_end() -> None:
    """Stops nothing."""


@asynccontextmanager
async def open_database(
    url: str, synchronous: Synchronous = "normal", patience_s: float = PATIENCE_S
) -> AsyncIterator[Database]:
    """The database at `url` (`sqlite:///path`, `postgresql://…`), migrated; a missing file is
    created.

    Raises InvalidInput for an unknown kind of address; StoreDamaged if it is not a database, is
    read-only, or was created by a newer version; StoreBusy if it cannot be reached or stays
    locked for `patience_s`. A connection lost later is re-established within the same time. On
    exit, everything submitted is written first."""
    backend = backend_of(url, synchronous)
    read_only = await asyncio.to_thread(backend.for_reading)
    backend = read_only or backend
    engines = await asyncio.to_thread(_open, backend, patience_s, read_only is not None)
    writer_engine, reader_engine = engines
    writer = Writer(writer_engine, backend, patience_s)
    reader = Reader(reader_engine, backend, patience_s)
    database = Database(backend, writer, reader, read_only is not None)
    try:
        yield database
    finally:
        await asyncio.shield(asyncio.to_thread(_close, database, engines))


def backend_of(url: str, synchronous: Synchronous = "normal") -> Backend:
    """The backend for `url`. Raises InvalidInput for an unknown kind."""
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        # Not shown: it may contain a password.
        raise InvalidInput("database_url", "is no address of a database", ADDRESSES) from None
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return SqliteBackend(parsed.set(drivername="sqlite"), synchronous)
    if kind in ("postgresql", "postgres"):
        # Imported on use: only PostgreSQL needs the driver.
        from netnew.db.postgres import PostgresBackend

        return PostgresBackend(parsed, synchronous)
    raise InvalidInput("database_url", f"{kind!r} is no database netnew knows", ADDRESSES)


def _open(backend: Backend, patience_s: float, is_read_only: bool) -> tuple[sa.Engine, sa.Engine]:
    if not is_read_only:
        backend.check_file()
        backend.make_room()
    writer, reader = backend.writer(), backend.reader()
    patience = Backoff(patience_s)
    try:
        while True:
            try:
                if is_read_only:
                    check_revision(reader, backend)
                else:
                    bring_up_to_date(writer, backend)
                return writer, reader
            except sa.exc.DBAPIError as error:
                if not (backend.may_open_soon(error) and patience.lasts()):
                    raise backend.explain(error) or error from error
    except BaseException:
        _dispose(writer, reader)
        raise


def _close(database: Database, engines: tuple[sa.Engine, sa.Engine]) -> None:
    database.close()
    _dispose(*engines)


def _dispose(*engines: sa.Engine) -> None:
    for engine in engines:
        engine.dispose()
