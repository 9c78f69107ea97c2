"""Work that is large: a little of it at a time, and not much that waits for its turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from netnew.domain.errors import QuotaExceeded

_AGAIN_AFTER_S = 5.0


@dataclass(slots=True)
class Turns:
    """`at_once` have their turn together; at most `waiting` others wait for theirs."""

    at_once: int
    waiting: int
    _asked: int = 0
    _free: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.at_once)

    @asynccontextmanager
    async def turn(self, of: str) -> AsyncIterator[None]:
        """Wait for a turn, and have it. `of`: what there is too much of, for the refusal. Raises
        QuotaExceeded where too many wait."""
        if self._asked >= self.at_once + self.waiting:
            raise QuotaExceeded(f"{self._asked} {of} are made already", _AGAIN_AFTER_S)
        self._asked += 1
        try:
            async with self._free:
                yield
        finally:
            self._asked -= 1
