"""Whether the server can do its work, as polled by load balancers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from netnew.domain.errors import NetnewError

_KEPT_S = 1.0
_log = structlog.get_logger(__name__)


class Readiness:
    """`check` reads and writes something small, and raises on failure. Anyone may call it, so a
    result is valid for a second, and concurrent callers share one check."""

    def __init__(
        self, check: Callable[[], Awaitable[None]], monotonic: Callable[[], float]
    ) -> None:
        self._check = check
        self._monotonic = monotonic
        self._checking: asyncio.Task[bool] | None = None
        self._holds_until = 0.0

    async def is_ready(self) -> bool:
        """Whether the database can be read and written; the log has the reason if not."""
        checking = self._checking
        if checking is None or (checking.done() and self._monotonic() >= self._holds_until):
            checking = self._checking = asyncio.create_task(self._checked(), name="netnew-ready")
        return await asyncio.shield(checking)

    async def _checked(self) -> bool:
        try:
            await self._check()
            return True
        except NetnewError as error:
            _log.warning("not ready", error=str(error))
            return False
        except Exception as error:
            _log.error("not ready", error=f"{type(error).__name__}: {error}", exc_info=error)
            return False
        finally:
            self._holds_until = self._monotonic() + _KEPT_S
