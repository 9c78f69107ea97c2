"""Requests do not wait long for a database that does not respond."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from starlette.types import ASGIApp, Receive, Scope, Send

DatabaseWait = Callable[[], AbstractContextManager[None]]
"""Returns a context in which calls to an unresponsive database fail soon, with StoreBusy."""


class LimitDatabaseWait:
    """Middleware: every request has the limit; workers in the same process have none."""

    def __init__(self, app: ASGIApp, limit: DatabaseWait) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._limit():
            await self._app(scope, receive, send)
