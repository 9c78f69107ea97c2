"""Functions called in child processes: what they return, raise and cost, and that they end."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from netnew.cpu.account import CpuBudgets, paid_by
from netnew.cpu.processes import ChildProcesses, TookTooLong
from netnew.domain.errors import InvalidInput, TransientError

Work = Callable[[ChildProcesses], Awaitable[None]]


def double(number: int) -> int:
    return 2 * number


def process_id() -> int:
    return os.getpid()


def refuse(field: str) -> None:
    raise InvalidInput(field, "it is wrong", "another")


def fail_oddly() -> None:
    class Local(Exception):
        """Cannot be sent: it has no place in a module."""

    raise Local("odd")


def never_ends() -> None:
    """Within one call of C code that looks at signals, as a regular expression is."""
    re.match(r"(a*)*b", "a" * 100)


def sleeps() -> None:
    """Uses no processor time."""
    time.sleep(1_000)


def print_something() -> str:
    print("this goes to standard error")
    return "fine"


def busy(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def with_processes(work: Work, most: int = 2) -> None:
    async def run() -> None:
        processes = ChildProcesses(__name__, most)
        try:
            await work(processes)
        finally:
            await processes.aclose()

    asyncio.run(run())


def test_what_is_returned_and_what_is_raised_comes_back() -> None:
    async def work(processes: ChildProcesses) -> None:
        assert await processes.call(30.0, double, 21) == 42
        with pytest.raises(InvalidInput) as refused:
            await processes.call(30.0, refuse, "objective")
        assert (refused.value.field, refused.value.allowed) == ("objective", "another")
        with pytest.raises(RuntimeError, match="Local: odd"):
            await processes.call(30.0, fail_oddly)
        assert await processes.call(30.0, print_something) == "fine"

    with_processes(work)


def test_one_process_does_for_all_that_comes_one_by_one_and_is_another() -> None:
    async def work(processes: ChildProcesses) -> None:
        await processes.warm_up()
        ids = {await processes.call(30.0, process_id) for _ in range(3)}
        assert len(ids) == 1
        assert os.getpid() not in ids

    with_processes(work)


def test_a_call_that_does_not_end_is_ended_and_the_next_one_is_answered() -> None:
    async def work(processes: ChildProcesses) -> None:
        before = await processes.call(30.0, process_id)
        with pytest.raises(TookTooLong):
            await processes.call(0.1, never_ends)
        assert await processes.call(30.0, process_id) == before
        with pytest.raises(TookTooLong):
            await processes.call(0.1, sleeps)
        with pytest.raises(ProcessLookupError):
            os.kill(before, 0)
        assert await processes.call(30.0, double, 1) == 2

    with_processes(work)


def test_a_process_that_was_killed_is_replaced() -> None:
    async def work(processes: ChildProcesses) -> None:
        os.kill(await processes.call(30.0, process_id), signal.SIGKILL)
        with pytest.raises(TransientError):
            await processes.call(30.0, double, 1)
        assert await processes.call(30.0, double, 1) == 2

    with_processes(work)


def test_who_asks_pays_and_one_owner_has_one_call_at_a_time() -> None:
    async def work(processes: ChildProcesses) -> None:
        budgets = CpuBudgets(per_s=0.001, at_once=0.1)

        async def asked_by(owner: str, *call: Any) -> object:
            with paid_by(budgets.account(owner)):
                return await processes.call(2.0, *call)

        slow = asyncio.ensure_future(asked_by("one", never_ends))
        waiting = asyncio.ensure_future(asked_by("one", double, 1))
        assert await asked_by("other", double, 2) == 4  # another owner waits for neither
        assert not slow.done()
        assert not waiting.done()
        with pytest.raises(TookTooLong):
            await slow
        with pytest.raises(TransientError, match="processor time"):
            await waiting  # what the first has used was the owner's
        await asked_by("other", busy, 0.2)
        with pytest.raises(TransientError, match="processor time"):
            await asked_by("other", double, 2)

    with_processes(work)


def test_a_process_ends_with_its_parent() -> None:
    async def work() -> int:
        command = (
            "import asyncio, os\n"
            "from netnew.cpu.processes import ChildProcesses\n"
            f"from {__name__} import process_id\n"
            "async def main():\n"
            f"    print(await ChildProcesses({__name__!r}).call(30.0, process_id), flush=True)\n"
            "    os.kill(os.getpid(), 9)\n"
            "asyncio.run(main())\n"
        )
        parent = await asyncio.create_subprocess_exec(
            sys.executable, "-c", command, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await parent.communicate()
        return int(out)

    child = asyncio.run(work())
    for _ in range(1_000):
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise AssertionError("it lives on")
