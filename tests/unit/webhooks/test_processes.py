"""Several processes that deliver from one database, and one that is killed."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from pathlib import Path

import pytest

from netnew.domain.webhook import DeliveryState, Webhook
from tests.support.databases import KINDS, new_database
from tests.support.deliverer_process import STARTED, DelivererProcess, Desk, opened
from tests.support.receiver import Call, Reply, receiving

AFTER_THE_LEASE_S = 60.0
HELD = 4


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, request, tmp_path)


async def told_all(desk: Desk, hooks: list[Webhook], number: int) -> bool:
    found = [await desk.deliveries(hook) for hook in hooks]
    return all(len(some) == number for some in found) and all(
        x.state is DeliveryState.DELIVERED for some in found for x in some
    )


async def until_told(desk: Desk, hooks: list[Webhook], number: int) -> None:
    async with asyncio.timeout(30):
        while True:
            if await told_all(desk, hooks, number):
                return
            await asyncio.sleep(0.02)


def test_two_processes_deliver_each_event_once(url: str, tmp_path: Path) -> None:
    async def work() -> None:
        with receiving() as receiver:
            both = [await asyncio.to_thread(DelivererProcess, url, tmp_path) for _ in range(2)]
            async with opened(url, tmp_path) as desk:
                hooks = [await desk.hook(receiver.url, [STARTED] * 60) for _ in range(3)]
                await until_told(desk, hooks, 60)
            for process in both:
                process.stop()
            assert len(receiver.ids) == len(set(receiver.ids)) == 180

    asyncio.run(work())


def test_after_a_kill_another_goes_on_and_repeats_only_what_was_under_way(
    url: str, tmp_path: Path
) -> None:
    gate = threading.Event()

    def answer(call: Call) -> Reply:
        return Reply(held=gate) if call.json["seq"] > 10 else Reply()

    async def work() -> None:
        with receiving(answer) as receiver:
            killed = await asyncio.to_thread(DelivererProcess, url, tmp_path)
            async with opened(url, tmp_path) as desk:
                hook = await desk.hook(receiver.url, [STARTED] * 40)
                while sum(call.json["seq"] > 10 for call in receiver.calls) < HELD:
                    await asyncio.to_thread(receiver.wait_for, len(receiver.calls) + 1)
                killed.kill()
                gate.set()
                at_kill = await desk.deliveries(hook)
                other = await asyncio.to_thread(DelivererProcess, url, tmp_path, AFTER_THE_LEASE_S)
                await until_told(desk, [hook], 40)
                other.stop()
            times = Counter(receiver.ids)
            assert len(times) == 40
            repeated = {name for name, number in times.items() if number > 1}
            not_noted = {x.id for x in at_kill if x.state is DeliveryState.PENDING}
            assert repeated <= not_noted
            assert HELD <= len(repeated) < 2 * desk.deliverer.options.at_once_each
            assert max(times.values()) == 2
            # A request that the kill cut short came without its body.
            assert len({call.body for call in receiver.calls if call.body}) == 40

    asyncio.run(work())
