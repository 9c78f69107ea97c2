"""Computation that would block the event loop, in a thread, one at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from netnew.cpu.account import current_account
from netnew.cpu.fair_queue import FairQueue

_T = TypeVar("_T")


@dataclass(slots=True)
class OffLoop:
    """The interpreter's lock is passed on every 5 ms, so the loop continues a little slower;
    more threads would slow it further without gain. No single call of C code may take long."""

    _turns: FairQueue = field(default_factory=lambda: FairQueue(1))

    async def run(self, function: Callable[..., _T], *arguments: object) -> _T:
        """The result of `function`. Its processor time is charged to the current account. Raises
        what it raises, and QuotaExceeded like `FairQueue`. A thread cannot be stopped: a
        cancelled caller waits for it and keeps its turn."""
        account, spent = current_account(), list[float]()
        async with self._turns.turn():
            thread = asyncio.ensure_future(asyncio.to_thread(_timed, spent, function, *arguments))
            try:
                return await asyncio.shield(thread)
            finally:
                await _over(thread)
                if account is not None:
                    account.charge(sum(spent))


async def _over(thread: asyncio.Future[_T]) -> None:
    """Return once it is done, however often the caller is cancelled."""
    while not thread.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait({thread})


def _timed(spent: list[float], function: Callable[..., _T], *arguments: object) -> _T:
    began = time.thread_time()
    try:
        return function(*arguments)
    finally:
        spent.append(time.thread_time() - began)
