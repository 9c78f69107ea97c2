"""A fair queue: a scarce resource is shared by many owners, one call each at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from netnew.cpu.account import current_account


@dataclass(slots=True)
class FairQueue:
    """At most `at_once` concurrent turns, `per_owner` of one owner; the longest waiting is next, so
    that a backlog of one owner delays others only by its turns in progress.

    The owner is the charged account (`current_account`); uncharged work has one common owner."""

    at_once: int
    per_owner: int = 1
    _all: asyncio.Semaphore = field(init=False)
    _owners: dict[str, tuple[asyncio.Semaphore, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._all = asyncio.Semaphore(self.at_once)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn and hold it. Raises QuotaExceeded if the owner has used up its
        processor time by then."""
        account = current_account()
        owner = account.owner if account else ""
        own, count = self._owners.get(owner) or (asyncio.Semaphore(self.per_owner), 0)
        self._owners[owner] = (own, count + 1)
        try:
            async with own, self._all:
                if account is not None:
                    account.check()
                yield
        finally:
            own, count = self._owners.pop(owner)
            if count > 1:
                self._owners[owner] = (own, count - 1)
