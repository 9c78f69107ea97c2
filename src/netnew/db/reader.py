"""Reading off the event loop: a few threads, each with a connection that stays open."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import sqlalchemy as sa

from netnew.db.backend import Backend
from netnew.domain.errors import Conflict

T = TypeVar("T")


class Reader:
    """Runs reads in its threads; taking a connection out of a pool each time would cost more than
    the read itself."""

    def __init__(self, engine: sa.Engine, backend: Backend) -> None:
        self._engine = engine
        self._backend = backend
        self._own = threading.local()
        self._opened: list[sa.Connection] = []
        self._pool = ThreadPoolExecutor(backend.readers, thread_name_prefix="netnew-reader")
        self._closed = False

    async def run(self, read: Callable[[sa.Connection], T]) -> T:
        """`read` on a connection; each of its statements sees all commits before it.

        Raises StoreBusy, StoreDamaged, and Conflict once closed.
        """
        if self._closed:
            raise Conflict(f"the store at {self._backend.place} is closed")
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, read)

    def close(self) -> None:
        """Wait for the reads under way and close the connections."""
        self._closed = True
        self._pool.shutdown()
        while self._opened:
            self._opened.pop().close()

    def _run(self, read: Callable[[sa.Connection], T]) -> T:
        try:
            connection = self._connection()
            try:
                return read(connection)
            finally:
                connection.rollback()
        except sa.exc.DBAPIError as error:
            raise self._backend.explain(error) or error from error

    def _connection(self) -> sa.Connection:
        connection: sa.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._engine.connect()
            self._own.connection = connection
            self._opened.append(connection)
        return connection
