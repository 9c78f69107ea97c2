"""One thread at a time computes off the event loop, also where its caller gives up."""

from __future__ import annotations

import asyncio
import threading

import pytest

from netnew.cpu.account import CpuBudgets, paid_by
from netnew.cpu.threads import OffLoop

pytestmark = pytest.mark.anyio

_WAIT_S = 60


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def cancelled_while_it_runs(off_loop: OffLoop, overlaps: list[bool]) -> asyncio.Task[bool]:
    """A call is cancelled, twice, while its thread runs; another waits for its turn."""
    started, end, running = threading.Event(), threading.Event(), threading.Event()

    def first() -> bool:
        running.set()
        started.set()
        ended = end.wait(_WAIT_S)
        running.clear()
        return ended

    call = asyncio.create_task(off_loop.run(first))
    assert await asyncio.to_thread(started.wait, _WAIT_S)
    another = asyncio.create_task(off_loop.run(lambda: overlaps.append(running.is_set())))
    try:
        for _ in range(2):
            call.cancel()
            for _ in range(20):  # the loop has every chance to end it
                await asyncio.sleep(0)
        assert not call.done()
    finally:
        end.set()
    await another
    return call


async def test_a_cancelled_call_holds_its_turn_until_its_thread_is_done() -> None:
    overlaps: list[bool] = []
    call = await cancelled_while_it_runs(OffLoop(), overlaps)
    with pytest.raises(asyncio.CancelledError):
        await call
    assert overlaps == [False]


async def test_a_cancelled_call_is_charged_for_what_its_thread_used() -> None:
    charged: list[str] = []

    class Noted(CpuBudgets):
        def charge(self, owner: str, seconds: float) -> None:
            charged.append(owner)

    with paid_by(Noted(1.0, 1.0).account("one")):
        await cancelled_while_it_runs(OffLoop(), [])
    assert charged == ["one", "one"]


async def test_what_a_call_raises_and_returns_is_its_callers() -> None:
    off_loop = OffLoop()
    assert await off_loop.run(divmod, 7, 2) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await off_loop.run(divmod, 7, 0)
