"""How long a caller waits for a database that does not answer.

Workers wait for as long as patience lasts, since a run is worth waiting for. A request is not: it
sets a limit with `wait_at_most`, and is told StoreBusy when the database has been silent for so
long. A database that answers slowly is not silent: its callers wait on.
"""

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
"""The limit of a request: what it does besides is done in half a second."""

_LIMIT: ContextVar[float | None] = ContextVar("netnew_database_wait", default=None)
_LOOK_EVERY_S = 0.1
# A call that is still under way after this part of the limit counts as unanswered.
_SILENT_PART = 0.5
_MAX_S = 30.0  # however busy the database is; only of callers with a limit


@contextmanager
def wait_at_most(seconds: float | None) -> Iterator[None]:
    """Inside, no call waits longer than `seconds` for a silent database; None: no limit."""
    token = _LIMIT.set(seconds)
    try:
        yield
    finally:
        _LIMIT.reset(token)


def wait_limit_s() -> float | None:
    """The limit in force for this task; None where there is none."""
    return _LIMIT.get()


class Silence:
    """How long the database has owed an answer to a thread. Thread-safe."""

    def __init__(self) -> None:
        self._since: dict[int, float] = {}

    def observe(self, engine: sa.Engine) -> None:
        """Count each statement that `engine` runs."""
        sa.event.listen(engine, "before_cursor_execute", self._before)
        sa.event.listen(engine, "after_cursor_execute", self._after)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Around all attempts of one call: connecting and failing count, what is in between two
        statements does not."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    def begin(self) -> None:
        """This thread waits for the database; where it does already, since then."""
        self._since.setdefault(threading.get_ident(), time.monotonic())

    def end(self) -> None:
        """This thread has its answer."""
        self._since.pop(threading.get_ident(), None)

    def lasts_s(self) -> float:
        """Seconds for which the oldest call has been unanswered; 0 where there is none."""
        begun = list(self._since.values())
        return time.monotonic() - min(begun) if begun else 0.0

    def _before(self, *_: Any) -> None:
        self.begin()

    def _after(self, *_: Any) -> None:
        self.end()


class TooLong(Exception):
    """The database has been silent for as long as the caller was ready to wait."""


async def answer_of(future: asyncio.Future[T], silence: Silence) -> T:
    """The result of `future`; TooLong where the database stays silent beyond the caller's limit.

    The future goes on in either case; it is the caller's to abandon.
    """
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
