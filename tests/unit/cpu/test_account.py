"""Processor time is charged to whoever asked, and refused while it is owed."""

from __future__ import annotations

import asyncio
import time

import pytest

from netnew.cpu.account import CpuBudgets, Metered, current_account, paid_by
from netnew.domain.errors import QuotaExceeded


def test_a_debt_is_paid_off_at_the_rate() -> None:
    now = 0.0
    budgets = CpuBudgets(per_s=0.5, at_once=2.0, monotonic=lambda: now)
    one, other = budgets.account("one"), budgets.account("other")
    one.charge(2.0)
    one.check()  # nothing is owed yet
    one.charge(1.0)
    with pytest.raises(QuotaExceeded) as refused:
        one.check()
    assert refused.value.retry_after_s == 2.0
    other.check()
    now = 2.0
    one.check()
    now = 1_000.0
    one.charge(2.0)
    one.check()
    one.charge(0.1)
    with pytest.raises(QuotaExceeded):
        one.check()


def test_what_runs_between_waits_is_charged_and_waiting_is_not() -> None:
    charged: list[float] = []

    class Noted(CpuBudgets):
        def charge(self, owner: str, seconds: float) -> None:
            charged.append(seconds)

    async def work() -> str:
        account = current_account()
        assert account is not None
        until = time.thread_time() + 0.05
        while time.thread_time() < until:
            pass
        await asyncio.sleep(0.05)
        with pytest.raises(ZeroDivisionError):
            await fails()
        return account.owner

    async def fails() -> None:
        await asyncio.sleep(0)
        raise ZeroDivisionError

    async def paid() -> str:
        account = Noted(1.0, 1.0).account("one")
        with paid_by(account):
            return await Metered(work(), account)

    assert asyncio.run(paid()) == "one"
    assert current_account() is None
    assert sum(charged) >= 0.05
    assert len(charged) == 3


def test_a_metered_task_can_be_cancelled() -> None:
    account = CpuBudgets(1.0, 1.0).account("one")

    async def cancelled() -> bool:
        ended = asyncio.Event()

        async def waits() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        async def metered() -> None:
            await Metered(waits(), account)

        task = asyncio.create_task(metered())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return ended.is_set()

    assert asyncio.run(cancelled())
