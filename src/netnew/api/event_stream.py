"""Follows a run for a client: its events as they are committed, and heartbeats in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from netnew.api.auth import Caller
from netnew.domain.event import Event
from netnew.domain.ids import RunId

KEY_ASKED_EVERY_S = 15.0
"""How long a stream may outlive its key, in seconds."""


async def follow(
    caller: Caller, run_id: RunId, after: int, beat_s: float, timeout_s: float | None = None
) -> AsyncGenerator[list[Event], None]:
    """Yield the events with numbers above `after`, in lists; an empty list after `beat_s` without
    any (or slightly earlier). Ends when the run has ended and all its events were yielded, after
    `timeout_s` (stored events are yielded in any case), when the server stops, and within
    `KEY_ASKED_EVERY_S` of the caller's key being revoked.

    Raises NotFound."""
    loop, closing = asyncio.get_running_loop(), caller.api.closing
    ends_at = None if timeout_s is None else loop.time() + timeout_s
    asked_at = loop.time()
    events = caller.service.queries.watch(run_id, after)
    closed = asyncio.ensure_future(closing.wait())
    upcoming = asyncio.ensure_future(_next(events))
    try:
        while True:
            if loop.time() - asked_at >= KEY_ASKED_EVERY_S:
                if not await caller.is_still_admitted():
                    return
                asked_at = loop.time()
            wait_s = min(beat_s, max(0.05, asked_at + KEY_ASKED_EVERY_S - loop.time()))
            if ends_at is not None:
                wait_s = min(wait_s, max(0.05, ends_at - loop.time()))
            waits = {upcoming, closed}
            await asyncio.wait(waits, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
            if upcoming.done():
                some = upcoming.result()
                if some is None:
                    return
                yield some
                upcoming = asyncio.ensure_future(_next(events))
            elif closed.done() or (ends_at is not None and loop.time() >= ends_at):
                return
            else:
                yield []
    finally:
        closed.cancel()
        upcoming.cancel()
        await asyncio.wait({closed, upcoming})
        await events.aclose()


async def _next(events: AsyncIterator[list[Event]]) -> list[Event] | None:
    return await anext(events, None)
