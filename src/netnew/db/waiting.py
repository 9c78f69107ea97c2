"""How long a caller waits for a database that does not respond.

Workers wait up to the full timeout, since a run is worth waiting for. A request sets a limit
with `wait_at_most` and gets StoreBusy once the database has not responded for that long. A slow
database that responds is waited for."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import sqlalchemy as sa

T = TypeVar("T")

REQUEST_WAIT_S = 1.5
"""The limit of a request, which leaves half a second for everything else."""

_LIMIT: ContextVar[float | None] = ContextVar("netnew_database_wait", default=None)
_LOOK_EVERY_S = 0.1
# A call still in progress after this part of the limit counts as unanswered.
_SILENT_PART = 0.5
_MAX_S = 30.0  # however busy the database is; only for callers with a limit


@contextmanager
def wait_at_most(seconds: float | None) -> Iterator[None]:
    """Inside, no call waits longer than `seconds` for a database that does not respond; None: no
    limit."""
    token = _LIMIT.set(seconds)
    try:
        yield
    finally:
        _LIMIT.reset(token)


def wait_limit_s() -> float | None:
    """The limit of this task; None without one."""
    return _LIMIT.get()


class Silence:
    """How long the database has not responded to a thread. Thread-safe."""

    def __init__(self) -> None:
        self._since: dict[int, float] = {}

    def observe(self, engine: sa.Engine) -> None:
        """Count each statement that `engine` runs."""
        sa.event.listen(engine, "before_cursor_execute", self._before)
        sa.event.listen(engine, "after_cursor_execute", self._after)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Used around all attempts of one call: connecting and failing count, time between
        statements does not."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    def begin(self) -> None:
        """Mark this thread as waiting for the database, since now or earlier."""
        self._since.setdefault(threading.get_ident(), time.monotonic())

    def end(self) -> None:
        """Mark this thread as answered."""
        self._since.pop(threading.get_ident(), None)

    def lasts_s(self) -> float:
        """Seconds since the oldest unanswered call; 0 without one."""
        begun = list(self._since.values())
        return time.monotonic() - min(begun) if begun else 0.0

    def _before(self, *_: Any) -> None:
        self.begin()

    def _after(self, *_: Any) -> None:
        self.end()


class TooLong(Exception):
    """The database has not responded within the caller's limit."""


async def answer_of(future: asyncio.Future[T], silence: Silence) -> T:
    """The result of `future`. Raises TooLong if the database does not respond within the caller's
    limit.

    The future continues in either case; the caller must abandon it."""
    limit_s = _LIMIT.get()
    if limit_s is None:
        return await future
    gives_up_at = time.monotonic() + _MAX_S
    wait_s = limit_s
    while not (await asyncio.wait({future}, timeout=wait_s))[0]:
        is_silent = silence.lasts_s() >= limit_s * _SILENT_PART
        if is_silent or time.monotonic() >= gives_up_at:
            raise TooLong
        wait_s = _LOOK_EVERY_S
    return future.result()
