"""Reads off the event loop: a few threads, each with a persistent connection."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import sqlalchemy as sa

from netnew.db.backend import Backend
from netnew.db.backoff import PATIENCE_S, Backoff
from netnew.db.waiting import Silence, TooLong, answer_of, wait_limit_s
from netnew.domain.errors import Conflict, StoreBusy

T = TypeVar("T")


class Reader:
    """Runs reads in its threads; taking a connection from a pool each time would cost more than
    the read itself."""

    def __init__(self, engine: sa.Engine, backend: Backend, patience_s: float = PATIENCE_S) -> None:
        self._engine = engine
        self._backend = backend
        self._patience_s = patience_s
        self._own = threading.local()
        self._opened: list[sa.Connection] = []
        self._pool = ThreadPoolExecutor(backend.readers, thread_name_prefix="netnew-reader")
        self._closed = False
        self._silence = Silence()
        self._silence.observe(engine)

    async def run(self, read: Callable[[sa.Connection], T]) -> T:
        """Run `read` on a connection; each of its statements sees all earlier commits.

        Raises StoreBusy (if the caller has a limit, `wait_at_most`, after that time without a
        response), StoreDamaged, and Conflict once closed."""
        if self._closed:
            raise Conflict("the store is closed")
        limit_s = wait_limit_s()
        patience_s = self._patience_s if limit_s is None else min(limit_s, self._patience_s)
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self._pool, self._run, read, patience_s)
        try:
            return await answer_of(future, self._silence)
        except asyncio.CancelledError:
            future.cancel()
            raise
        except TooLong:
            future.cancel()
            raise StoreBusy(f"{self._backend.place}: no answer within {limit_s:g} s") from None

    def close(self) -> None:
        """Wait for the current reads and close the connections."""
        self._closed = True
        self._pool.shutdown()
        while self._opened:
            self._opened.pop().close()

    def _run(self, read: Callable[[sa.Connection], T], patience_s: float) -> T:
        with self._silence.asking():
            return self._read_at_last(read, Backoff(patience_s))

    def _read_at_last(self, read: Callable[[sa.Connection], T], patience: Backoff) -> T:
        while True:
            try:
                return self._read(read)
            except sa.exc.DBAPIError as error:
                if error.connection_invalidated:
                    self._forget_connection()
                if not (self._backend.is_worth_retrying(error) and patience.lasts()):
                    raise self._backend.explain(error) or error from error

    def _read(self, read: Callable[[sa.Connection], T]) -> T:
        connection = self._connection()
        try:
            return read(connection)
        finally:
            connection.rollback()

    def _connection(self) -> sa.Connection:
        connection: sa.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._engine.connect()
            self._own.connection = connection
            self._opened.append(connection)
        return connection

    def _forget_connection(self) -> None:
        """Close a lost connection; the next read opens another."""
        connection: sa.Connection | None = getattr(self._own, "connection", None)
        if connection is not None:
            self._own.connection = None
            self._opened.remove(connection)
            connection.close()
