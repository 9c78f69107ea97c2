"""Turns of many owners at something scarce: one of each at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from netnew.cpu.account import current_account


@dataclass(slots=True)
class FairQueue:
    """At most `at_once` turns in all and `per_owner` of one owner; whoever has waited longest is
    next, so that what one owner piles up delays others by its turns in progress alone.

    The owner is whoever pays (`current_account`); work that nobody pays for has an owner in common.
    """

    at_once: int
    per_owner: int = 1
    _all: asyncio.Semaphore = field(init=False)
    _owners: dict[str, tuple[asyncio.Semaphore, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._all = asyncio.Semaphore(self.at_once)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, and have it. Raises QuotaExceeded where, by then, the owner has used up
        its processor time."""
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
