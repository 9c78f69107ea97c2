"""Many things at once, until the run is to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")

# How often is looked whether the run is to stop, in seconds.
LOOK_EVERY_S = 0.5


async def gather_until(
    work: Sequence[Coroutine[Any, Any, T]], halted: Callable[[], Awaitable[bool]]
) -> list[T | None]:
    """The results in order, all worked on at once; None for what was not done when `halted` said
    so: that is cancelled. An error of one is raised once all others have ended."""
    tasks = [asyncio.ensure_future(w) for w in work]
    pending = set(tasks)
    try:
        while pending:
            _, pending = await asyncio.wait(pending, timeout=LOOK_EVERY_S)
            if pending and await halted():
                break
    finally:
        for task in pending:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)  # so that no error goes unseen
    return [None if t.cancelled() else t.result() for t in tasks]
