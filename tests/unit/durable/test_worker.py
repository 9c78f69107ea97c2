"""Working on runs from queues: what is taken, how often, and how it is left."""

from __future__ import annotations

import asyncio
import contextvars
import sqlite3
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from netnew.db.tables import workers
from netnew.domain.errors import Conflict
from netnew.domain.ids import RunId
from netnew.durable.worker_options import Tick, WorkerOptions
from netnew.durable.worker_registry import all_workers
from tests.support.databases import KINDS, new_database
from tests.support.recorded_runs import Note, Opened, noted_runs, run

OWN_ONLY = WorkerOptions("home", takes_all=False, beat_s=0.2)


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, request, tmp_path)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'netnew.db'}"


def within(url: str, test: Callable[[Opened], Awaitable[None]], **given: float) -> None:
    async def whole() -> None:
        async with asyncio.timeout(30), noted_runs(url, **given) as opened:  # type: ignore[arg-type]
            await test(opened)

    asyncio.run(whole())


async def workers_of(opened: Opened) -> set[str]:
    return {note.worker_id for note in await opened.runs.notes("ended")}


def test_a_generation_is_worked_on_until_there_is_no_more_to_do(url: str) -> None:
    async def test(opened: Opened) -> None:
        await opened.start(run(1))
        async with opened.worker() as worker:
            await worker.until_done(run(1), 0)
            assert worker.busy_with() == frozenset()
        assert await opened.runs.times_ended() == {(run(1), 0, n): 1 for n in range(3)}

    within(url, test)


def test_what_is_enqueued_twice_is_worked_on_once(url: str) -> None:
    async def test(opened: Opened) -> None:
        calls: list[tuple[RunId, int]] = []

        async def work(run_id: RunId, generation: int, worker_id: str) -> bool:
            calls.append((run_id, generation))
            return False

        await opened.start(run(1))
        await opened.start(run(1), worker_id="another")
        async with opened.worker(work=work) as worker:
            await worker.until_done(run(1), 0)
            await opened.start(run(1))
            await opened.start(run(1), 1)
            await worker.until_done(run(1), 1)
        assert calls == [(run(1), 0), (run(1), 1)]

    within(url, test)


def test_what_a_transaction_enqueued_that_was_rolled_back_was_never_there(url: str) -> None:
    async def test(opened: Opened) -> None:
        def enqueue_and_fail(connection: object) -> None:
            opened.queue.start_run(run(1), 0)(connection)
            raise RuntimeError("rolled back")

        with pytest.raises(RuntimeError, match="rolled back"):
            await opened.runs.submit(enqueue_and_fail)
        async with opened.worker() as worker:
            await worker.until_done(run(1), 0)
            await worker.until_idle(0.2)
        assert not await opened.runs.times_ended()

    within(url, test)


def test_a_worker_takes_from_its_own_queues_alone(sqlite_url: str) -> None:
    async def test(opened: Opened) -> None:
        await opened.start(run(1), worker_id="another")
        await opened.start(run(2), place="elsewhere")
        await opened.start(run(3), place="home")
        await opened.start(run(4))
        async with opened.worker(OWN_ONLY) as worker:
            await opened.start(run(5), worker_id=worker.id)
            await worker.until_done(run(5), 0)
            await worker.until_idle(0.2)
        assert {x[0] for x in await opened.runs.times_ended()} == {run(5)}
        async with opened.worker(WorkerOptions("home", takes_all=True)) as worker:
            await worker.until_done(run(3), 0)
            await worker.until_done(run(4), 0)
            await worker.until_idle(0.2)
        # The worker called "another" has nothing but a queue, and may yet come.
        assert {x[0] for x in await opened.runs.times_ended()} == {run(3), run(4), run(5)}

    within(sqlite_url, test, stretches=1)


def test_work_is_done_on_the_loop_and_in_the_context_of_who_opened_the_worker(
    sqlite_url: str,
) -> None:
    async def test(opened: Opened) -> None:
        who = contextvars.ContextVar("who", default="nobody")
        who.set("the opener")
        here = asyncio.get_running_loop(), threading.get_ident(), "the opener"
        there = []

        async def work(run_id: RunId, generation: int, worker_id: str) -> bool:
            there.append((asyncio.get_running_loop(), threading.get_ident(), who.get()))
            who.set("a step")
            return len(there) < 2

        await opened.start(run(1))
        async with opened.worker(work=work) as worker:
            await worker.until_done(run(1), 0)
        assert there == [here, here]

    within(sqlite_url, test)


def test_a_queued_run_that_is_cancelled_never_begins(url: str) -> None:
    async def test(opened: Opened) -> None:
        await opened.start(run(1))
        await opened.start(run(2))
        await opened.queue.cancel(run(1), 0)
        async with opened.worker() as worker:
            await worker.until_done(run(2), 0)
            await worker.until_done(run(1), 0)
        assert {x[0] for x in await opened.runs.times_ended()} == {run(2)}

    within(url, test)


def test_a_running_one_that_is_cancelled_ends_with_the_stretch_in_hand(sqlite_url: str) -> None:
    async def test(opened: Opened) -> None:
        await opened.start(run(1))
        async with opened.worker() as worker:
            await opened.runs.begun.wait()
            await opened.queue.cancel(run(1), 0)
            await worker.until_idle(0.2)
        assert await opened.runs.times_ended() == {(run(1), 0, 0): 1}

    within(sqlite_url, test, stretches=100, seconds=0.3)


def test_what_is_unknown_or_has_ended_can_be_cancelled(sqlite_url: str) -> None:
    async def test(opened: Opened) -> None:
        await opened.queue.cancel(run(1), 0)
        await opened.start(run(1))
        async with opened.worker() as worker:
            await worker.until_done(run(1), 0)
            await opened.queue.cancel(run(1), 0)
        assert sum((await opened.runs.times_ended()).values()) == 3

    within(sqlite_url, test)


def test_what_was_cancelled_or_is_unknown_can_be_resumed_and_what_has_ended_is_left_alone(
    sqlite_url: str,
) -> None:
    async def test(opened: Opened) -> None:
        await opened.start(run(1))
        await opened.queue.cancel(run(1), 0)
        await opened.queue.resume(run(1), 0, place="home")
        await opened.queue.resume(run(2), 7)
        async with opened.worker() as worker:
            await worker.until_done(run(1), 0)
            await worker.until_done(run(2), 7)
            await opened.queue.resume(run(1), 0)
            await worker.until_idle(0.2)
        assert await opened.runs.times_ended() == {(run(1), 0, 0): 1, (run(2), 7, 0): 1}

    within(sqlite_url, test, stretches=1)


def test_work_that_fails_ends_and_can_be_resumed(sqlite_url: str) -> None:
    async def test(opened: Opened) -> None:
        calls = []

        async def work(run_id: RunId, generation: int, worker_id: str) -> bool:
            calls.append(run_id)
            if len(calls) == 2:
                raise ValueError("no luck")
            return len(calls) < 4

        await opened.start(run(1))
        async with opened.worker(work=work) as worker:
            await worker.until_done(run(1), 0)
            assert len(calls) == 2
            await opened.queue.resume(run(1), 0)
            await worker.until_done(run(1), 0)
        assert len(calls) == 4

    within(sqlite_url, test)


def test_work_that_failed_before_a_crash_is_done_again_and_not_replayed(sqlite_url: str) -> None:
    async def test(opened: Opened) -> None:
        calls = []

        async def work(run_id: RunId, generation: int, worker_id: str) -> bool:
            calls.append(run_id)
            if len(calls) == 2:
                raise OSError("disk full")
            return len(calls) < 4

        await opened.start(run(1))
        async with opened.worker(work=work) as worker:
            await worker.until_done(run(1), 0)
        with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as file:
            # As a crash leaves it: the step's failure is written, and the whole's is not.
            file.execute("update workflow_status set status = 'PENDING', error = null")
        file.close()
        async with opened.worker(work=work) as worker:
            await opened.queue.resume(run(1), 0)
            await worker.until_done(run(1), 0)
        assert len(calls) == 4

    within(sqlite_url, test)


def test_one_resumed_while_it_runs_here_is_begun_anew_and_the_older_one_cancelled(
    sqlite_url: str,
) -> None:
    async def test(opened: Opened) -> None:
        told: list[str] = []
        begun = asyncio.Event()

        async def work(run_id: RunId, generation: int, worker_id: str) -> bool:
            if "begun" in told:
                told.append("again")
                return False
            told.append("begun")
            begun.set()
            try:
                await asyncio.sleep(60)
            finally:
                told.append("cancelled")
            return False

        await opened.start(run(1))
        async with opened.worker(work=work) as worker:
            await begun.wait()
            await opened.queue.resume(run(1), 0)
            await worker.until_done(run(1), 0)
        assert told == ["begun", "cancelled", "again"]

    within(sqlite_url, test)


def test_who_leaves_ends_the_stretch_in_hand_and_the_next_goes_on_from_there(url: str) -> None:
    async def test(opened: Opened) -> None:
        await opened.start(run(1))
        async with opened.worker() as first:
            await opened.runs.begun.wait()
        assert first.busy_with() == frozenset()
        left_after = await opened.runs.times_ended()
        assert left_after == {(run(1), 0, 0): 1}
        assert not await all_workers(opened.database)
        opened.runs.seconds = 0.0
        async with opened.worker() as second:
            await second.until_done(run(1), 0)
        assert await opened.runs.times_ended() == {(run(1), 0, n): 1 for n in range(5)}
        assert await workers_of(opened) == {first.id, second.id}

    within(url, test, stretches=5, seconds=0.4)


def test_a_stretch_that_does_not_end_in_time_is_cancelled_and_done_again_by_the_next(
    sqlite_url: str,
) -> None:
    async def test(opened: Opened) -> None:
        await opened.start(run(1))
        hasty = WorkerOptions("home", takes_all=True, leave_within_s=0.1)
        async with opened.worker(hasty):
            await opened.runs.begun.wait()
        assert not await opened.runs.times_ended()
        opened.runs.seconds = 0.0
        async with opened.worker() as second:
            await second.until_done(run(1), 0)
        begun = [note.number for note in await opened.runs.notes("begun")]
        assert begun == [0, 0, 1, 2]

    within(sqlite_url, test, seconds=60)


def test_who_is_cancelled_again_while_it_leaves_waits_for_no_stretch(sqlite_url: str) -> None:
    async def test(opened: Opened) -> None:
        await opened.start(run(1))

        async def until_cancelled() -> None:
            async with opened.worker():
                await opened.runs.begun.wait()
                await asyncio.sleep(60)

        working = asyncio.create_task(until_cancelled())
        await opened.runs.begun.wait()
        working.cancel()
        await asyncio.sleep(0.1)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working
        assert not await all_workers(opened.database)
        opened.runs.seconds = 0.0
        async with opened.worker() as second:
            await second.until_done(run(1), 0)
        assert [note.number for note in await opened.runs.notes("begun")] == [0, 0]

    within(sqlite_url, test, stretches=1, seconds=60)


def test_no_new_run_is_begun_while_the_worker_leaves(sqlite_url: str) -> None:
    async def test(opened: Opened) -> None:
        await opened.start(run(1))
        async with opened.worker() as first:
            await opened.runs.begun.wait()
            await opened.start(run(2))
        assert {note.run_id for note in await opened.runs.notes("begun")} == {run(1)}
        opened.runs.seconds = 0.0
        async with opened.worker() as second:
            await second.until_done(run(2), 0)
        assert first.id != second.id

    within(sqlite_url, test, stretches=1, seconds=0.5)


def test_what_a_worker_of_its_own_left_is_taken_over_after_asking(url: str) -> None:
    async def test(opened: Opened) -> None:
        all_begun = asyncio.Event()

        async def work(run_id: RunId, generation: int, worker_id: str) -> bool:
            if len(first.busy_with()) == 3:
                all_begun.set()
            return await opened.runs.work(run_id, generation, worker_id)

        async with opened.worker(OWN_ONLY, work) as first:
            await opened.start(run(1), place="home", worker_id=first.id)
            await opened.start(run(2), worker_id=first.id)
            await opened.start(run(3), worker_id=first.id)
            await all_begun.wait()
        asked: list[RunId] = []

        async def may_take_over(run_id: RunId, generation: int) -> bool:
            asked.append(run_id)
            return run_id != run(2)

        opened.runs.seconds = 0.0
        async with opened.worker(may_take_over=may_take_over) as second:
            await second.until_done(run(1), 0)
            await second.until_done(run(3), 0)
            await second.until_idle(0.2)
            assert [row.id for row in await all_workers(opened.database)] == [second.id]
        assert sorted(asked) == [run(1), run(2), run(3)]
        last = {x[0] for x, times in (await opened.runs.times_ended()).items() if x[2] == 2}
        assert last == {run(1), run(3)}

    within(url, test, seconds=0.2)


def test_a_worker_taken_for_dead_stops_its_runs_and_comes_back(sqlite_url: str) -> None:
    async def test(opened: Opened) -> None:
        cancelled = asyncio.Event()
        asked: list[RunId] = []

        async def work(run_id: RunId, generation: int, worker_id: str) -> bool:
            if cancelled.is_set():
                return False
            opened.runs.begun.set()
            try:
                await asyncio.sleep(60)
            finally:
                cancelled.set()
            return False

        async def may_take_over(run_id: RunId, generation: int) -> bool:
            asked.append(run_id)
            return True

        def claim(connection: sa.Connection, ids: object) -> list[None]:
            connection.execute(sa.update(workers).values(reaped_by="somebody dead since"))
            return [None]

        await opened.start(run(1))
        async with opened.worker(work=work, may_take_over=may_take_over) as worker:
            await opened.runs.begun.wait()
            await opened.database.write(claim, None)
            await cancelled.wait()
            await worker.until_done(run(1), 0)
            rows = await all_workers(opened.database)
            assert [(row.id, row.reaped_by) for row in rows] == [(worker.id, None)]
        assert asked == [run(1)]

    within(sqlite_url, test)


def test_ticks_are_for_those_who_take_all_and_may_fail(sqlite_url: str) -> None:
    async def test(opened: Opened) -> None:
        ticked: list[str] = []
        twice = asyncio.Event()

        async def fails() -> None:
            ticked.append("fails")
            raise RuntimeError("as it may")

        async def works() -> None:
            ticked.append("works")
            if ticked.count("works") >= 2 and ticked.count("fails") >= 2:
                twice.set()

        ticks = (Tick(0.01, fails, "fails"), Tick(0.01, works, "works"))
        own = WorkerOptions("home", takes_all=False, ticks=ticks)
        async with opened.worker(own) as worker:
            await worker.until_idle(0.2)
        assert not ticked
        async with opened.worker(WorkerOptions("home", takes_all=True, ticks=ticks)):
            await twice.wait()
        so_far = len(ticked)
        await asyncio.sleep(0.05)
        assert len(ticked) == so_far

    within(sqlite_url, test)


def test_one_worker_a_process_is_open_at_a_time(sqlite_url: str) -> None:
    async def test(opened: Opened) -> None:
        async with opened.worker():
            with pytest.raises(Conflict):
                await opened.worker().__aenter__()
        async with opened.worker() as again:
            assert again.id

    within(sqlite_url, test)


def test_until_idle_waits_for_what_is_queued_and_what_runs(sqlite_url: str) -> None:
    async def test(opened: Opened) -> None:
        for number in range(20):
            await opened.start(run(number))
        few = WorkerOptions("home", takes_all=True, runs_at_once=3)
        async with opened.worker(few) as worker:
            await worker.until_idle(0.2)
        assert len(await opened.runs.times_ended()) == 20

    within(sqlite_url, test, stretches=1)


def test_no_more_runs_than_were_asked_for_are_worked_on_at_once(sqlite_url: str) -> None:
    async def test(opened: Opened) -> None:
        most = 0

        async def work(run_id: RunId, generation: int, worker_id: str) -> bool:
            nonlocal most
            most = max(most, len(worker.busy_with()))
            await asyncio.sleep(0.05)
            await opened.runs.note(Note(run_id, generation, 0, "ended", worker_id))
            return False

        for number in range(8):
            await opened.start(run(number))
        few = WorkerOptions("home", takes_all=True, runs_at_once=2)
        async with opened.worker(few, work) as worker:
            await worker.until_idle(0.3)
        assert most == 2
        assert len(await opened.runs.times_ended()) == 8

    within(sqlite_url, test)
