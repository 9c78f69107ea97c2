"""Workers are killed, stopped or asked to leave in the middle of a run; another goes on with it.

What a step had done by then is in the database. So each is done to its end once, and at most
those in hand at the kill are begun again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netnew.durable.worker_options import WorkerOptions
from netnew.durable.worker_registry import all_workers, evict, live_workers
from tests.support.databases import KINDS, new_database
from tests.support.recorded_runs import Opened, WorkerProcess, noted_runs, run

STRETCHES = 8
QUICK = 0.05
DEAD_AFTER_S = 1.0
OPTIONS = WorkerOptions("home", takes_all=True, beat_s=0.2, dead_after_s=DEAD_AFTER_S)


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, request, tmp_path)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'netnew.db'}"


def within(url: str, test: Callable[[Opened], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(60), noted_runs(url, STRETCHES, QUICK) as opened:
            await test(opened)

    asyncio.run(whole())


async def assert_all_done(opened: Opened, most_begun_again: int) -> None:
    assert await opened.runs.times_ended() == {(run(1), 0, n): 1 for n in range(STRETCHES)}
    assert len(await opened.runs.notes("begun")) <= STRETCHES + most_begun_again


@pytest.mark.parametrize("killed_after", [0, 5])
def test_another_goes_on_where_a_killed_one_was(url: str, killed_after: int) -> None:
    """The killed one is known to be dead at once: it was a process of this machine."""

    async def test(opened: Opened) -> None:
        await opened.start(run(1))
        with WorkerProcess(url, STRETCHES, 0.2) as child:
            child.until(f"begun {run(1)} {killed_after}")
            child.kill()
        async with opened.worker() as worker:
            await worker.until_done(run(1), 0)
            assert [row.id for row in await all_workers(opened.database)] == [worker.id]
        await assert_all_done(opened, most_begun_again=1)
        by = Counter(note.worker_id for note in await opened.runs.notes("ended"))
        assert by == Counter({child.id: killed_after, worker.id: STRETCHES - killed_after})

    within(url, test)


def test_several_kills_in_a_row(sqlite_url: str) -> None:
    async def test(opened: Opened) -> None:
        await opened.start(run(1))
        for number in (1, 3):
            with WorkerProcess(sqlite_url, STRETCHES, 0.3) as child:
                child.until(f"begun {run(1)} {number}")
                child.kill()
        async with opened.worker() as worker:
            await worker.until_done(run(1), 0)
        await assert_all_done(opened, most_begun_again=2)

    within(sqlite_url, test)


def test_one_that_was_stopped_loses_its_run_and_works_on_when_it_wakes(url: str) -> None:
    many = 40

    async def test(opened: Opened) -> None:
        opened.runs.stretches = many
        await opened.start(run(1))
        with WorkerProcess(url, many, 0.1, DEAD_AFTER_S) as child:
            child.until(f"begun {run(1)} 2")
            child.stop()
            async with opened.worker(OPTIONS) as worker:
                await opened.runs.begun.wait()
                child.go_on()
                await has_entered_again(opened, child.id)
                await worker.until_done(run(1), 0)
            # The other was at work for long after: it begins nothing of what it lost.
            begun = [x for x in await opened.runs.notes("begun") if x.run_id == run(1)]
            assert [x.number for x in begun if x.worker_id == child.id] == [0, 1, 2]
            assert len(begun) > many - 2
            opened.runs.stretches = 1
            await opened.start(run(2))
            child.until(f"begun {run(2)} 0")
            child.leave()

    within(url, test)


async def has_entered_again(opened: Opened, worker_id: str) -> None:
    def now() -> datetime:
        return datetime.now(UTC)

    while True:
        alive = await live_workers(opened.database, now, DEAD_AFTER_S)
        if worker_id in {row.id for row in alive}:
            return
        await asyncio.sleep(0.05)


def test_what_one_without_a_row_left_is_taken_over_too(sqlite_url: str) -> None:
    async def test(opened: Opened) -> None:
        await opened.start(run(1))
        with WorkerProcess(sqlite_url, STRETCHES, 0.3) as child:
            child.until(f"begun {run(1)} 1")
            child.kill()
        await evict(opened.database, child.id)
        async with opened.worker() as worker:
            await worker.until_done(run(1), 0)
        await assert_all_done(opened, most_begun_again=1)

    within(sqlite_url, test)


def test_who_leaves_hands_over_at_once(url: str) -> None:
    """Well before it would be taken for dead, and with nothing begun again."""

    async def test(opened: Opened) -> None:
        await opened.start(run(1))
        with WorkerProcess(url, STRETCHES, 0.2) as child:
            child.until(f"begun {run(1)} 2")
            patient = WorkerOptions("home", takes_all=True, dead_after_s=3600)
            async with opened.worker(patient) as worker:
                await asyncio.to_thread(child.leave)
                await worker.until_done(run(1), 0)
        await assert_all_done(opened, most_begun_again=0)
        assert {note.worker_id for note in await opened.runs.notes("ended")} == {
            child.id,
            worker.id,
        }

    within(url, test)


def test_two_on_one_database_take_nothing_from_each_other(url: str) -> None:
    runs = range(1, 21)

    async def test(opened: Opened) -> None:
        opened.runs.stretches = 3
        with ExitStack() as stack:
            children = [stack.enter_context(WorkerProcess(url, 3, 0.02)) for _ in range(2)]
            for number in runs:
                await opened.start(run(number))
            async with opened.worker(WorkerOptions("home", takes_all=False)) as watcher:
                for number in runs:
                    await watcher.until_done(run(number), 0)
            for child in children:
                child.leave()
        ended = await opened.runs.times_ended()
        assert ended == {(run(number), 0, n): 1 for number in runs for n in range(3)}
        assert len(await opened.runs.notes("begun")) == len(ended)
        workers_of: dict[str, set[str]] = {}
        for note in await opened.runs.notes("begun"):
            workers_of.setdefault(note.run_id, set()).add(note.worker_id)
        assert all(len(workers) == 1 for workers in workers_of.values())

    within(url, test)
