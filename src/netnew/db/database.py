"""A database opened by its address: migrated, with one writer and a few readers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import sqlalchemy as sa

from netnew.db.backend import Backend
from netnew.db.migrate import bring_up_to_date
from netnew.db.reader import Reader
from netnew.db.sqlite import SqliteBackend, Synchronous
from netnew.db.writer import P, R, Write, Writer
from netnew.domain.errors import InvalidInput, StoreBusy

T = TypeVar("T")

_OPENING_TAKES_AT_MOST_S = 30.0
_OPENING_AGAIN_AFTER_S = 0.02


class Database:
    """What the store reads and writes through; made by `open_database`."""

    def __init__(self, backend: Backend, writer: Writer, reader: Reader) -> None:
        self._backend = backend
        self._writer = writer
        self._reader = reader

    @property
    def place(self) -> str:
        """Where it is, for messages; without a password."""
        return self._backend.place

    async def write(self, write: Write[P, R], payload: P) -> R:
        """See `Writer.run`: grouped with what else is waiting, in order, durable on return."""
        return await self._writer.run(write, payload)

    async def read(self, read: Callable[[sa.Connection], T]) -> T:
        """See `Reader.run`: off the event loop, on everything committed so far."""
        return await self._reader.run(read)


@asynccontextmanager
async def open_database(url: str, synchronous: Synchronous = "normal") -> AsyncIterator[Database]:
    """The database at `url` (`sqlite:///path`), made where it is missing and brought up to date.

    Raises InvalidInput for an address of no known kind; StoreDamaged where it is no database, is
    read-only, or was made by a newer version; StoreBusy where it stays locked for 30 s. On leaving,
    everything handed in is written first.
    """
    backend = _backend(url, synchronous)
    engines = await asyncio.to_thread(_open, backend)
    writer_engine, reader_engine = engines
    writer = Writer(writer_engine, backend)
    reader = Reader(reader_engine, backend)
    try:
        yield Database(backend, writer, reader)
    finally:
        await asyncio.shield(asyncio.to_thread(_close, writer, reader, engines))


def _backend(url: str, synchronous: Synchronous) -> Backend:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise InvalidInput("database_url", f"{url!r} is no address", "sqlite:///path") from error
    if parsed.get_backend_name() == "sqlite":
        return SqliteBackend(parsed.set(drivername="sqlite"), synchronous)
    kind = parsed.get_backend_name()
    raise InvalidInput("database_url", f"{kind!r} is no database netnew knows", "sqlite:///path")


def _open(backend: Backend) -> tuple[sa.Engine, sa.Engine]:
    backend.make_room()
    writer, reader = backend.writer(), backend.reader()
    give_up_at = time.monotonic() + _OPENING_TAKES_AT_MOST_S
    while True:
        try:
            _bring_up_to_date(writer, backend)
        except StoreBusy:
            # Switching a new file to WAL does not wait for others that do the same.
            if time.monotonic() > give_up_at:
                _dispose(writer, reader)
                raise
            time.sleep(_OPENING_AGAIN_AFTER_S)
        except BaseException:
            _dispose(writer, reader)
            raise
        else:
            return writer, reader


def _bring_up_to_date(writer: sa.Engine, backend: Backend) -> None:
    try:
        bring_up_to_date(writer, backend)
    except sa.exc.DBAPIError as error:
        raise backend.explain(error) or error from error


def _close(writer: Writer, reader: Reader, engines: tuple[sa.Engine, sa.Engine]) -> None:
    writer.close()
    reader.close()
    _dispose(*engines)


def _dispose(*engines: sa.Engine) -> None:
    for engine in engines:
        engine.dispose()
