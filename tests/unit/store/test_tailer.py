"""Following a run: every event in order, from any number, to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest
import sqlalchemy as sa

from netnew.db.database import Database, open_database
from netnew.db.tables import events as events_table
from netnew.domain.errors import Conflict, NotFound
from netnew.domain.event import Event, RunStatusChanged, SourceFailed
from netnew.domain.ids import LOCAL_WORKSPACE, RunId, WorkspaceId, run_id
from netnew.domain.run import Run, RunSpec, RunStatus
from netnew.ports.store import Changes
from netnew.store import SqlStore
from netnew.store.event_poller import PAGE
from netnew.store.tailer import Tailer
from tests.support.databases import KINDS, new_database

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RUN = run_id(UUID(int=1))
OTHER = run_id(UUID(int=2))


class NoonClock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


@dataclass
class Place:
    """A database with runs under way, and what follows them."""

    database: Database
    store: SqlStore
    tailer: Tailer

    async def add(self, count: int, run: RunId = RUN) -> None:
        """Write `count` events in one commit."""
        failed = tuple(SourceFailed("s", f"{n}", "") for n in range(count))
        await self.store.journal.commit(Changes(run, failed))

    async def turn(self, status: RunStatus, run: RunId = RUN) -> None:
        state = replace(await self.store.runs.get(run), status=status)
        await self.store.journal.commit(Changes(run, (RunStatusChanged(status),), state))


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, request, tmp_path)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Place]:
    async with open_database(url) as database:
        store = SqlStore(database, LOCAL_WORKSPACE, NoonClock())
        for run in (RUN, OTHER):
            spec, status = RunSpec("x"), RunStatus.RUNNING
            await store.runs.create(Run(run, LOCAL_WORKSPACE, spec, status, NOW, NOW))
        yield Place(database, store, Tailer(database, LOCAL_WORKSPACE))


def check(url: str, work: Callable[[Place], Awaitable[None]]) -> None:
    """Run `work`, and see that it leaves no task behind."""

    async def whole() -> None:
        async with asyncio.timeout(60), opened(url) as place:
            await work(place)
            await asyncio.sleep(0)
            assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(whole())


async def run_until_done(pages: AsyncIterator[list[Event]]) -> list[Event]:
    return [event for page in [page async for page in pages] for event in page]


async def numbers(pages: AsyncIterator[list[Event]], until: int) -> list[int]:
    """Numbers as they come, up to `until`."""
    seen: list[int] = []
    async with aclosing(cast("AsyncGenerator[list[Event], None]", pages)) as open_pages:
        async for page in open_pages:
            assert 0 < len(page) <= PAGE
            seen += [event.seq for event in page]
            if seen[-1] >= until:
                break
    return seen


def through(first: int, last: int) -> Sequence[int]:
    return list(range(first, last + 1))


def test_what_is_stored_comes_first_and_then_what_is_committed(url: str) -> None:
    async def work(place: Place) -> None:
        await place.add(3)
        watcher = asyncio.create_task(numbers(place.tailer.watch(RUN), 8))
        late = asyncio.create_task(numbers(place.tailer.watch(RUN, after=2), 8))
        for _ in range(5):
            await place.add(1)
        assert await watcher == through(1, 8)
        assert await late == through(3, 8)

    check(url, work)


def test_many_events_come_in_pages_in_order(url: str) -> None:
    async def work(place: Place) -> None:
        await place.add(2 * PAGE + 7)
        first = asyncio.create_task(numbers(place.tailer.watch(RUN), 4 * PAGE + 8))
        await place.add(2 * PAGE + 1)
        assert await first == through(1, 4 * PAGE + 8)

    check(url, work)


def test_it_ends_after_the_last_event_of_a_run_that_has_ended(url: str) -> None:
    async def work(place: Place) -> None:
        await place.add(3)
        following = asyncio.create_task(run_until_done(place.tailer.watch(RUN)))
        await place.turn(RunStatus.COMPLETED)
        seen = await following
        assert [event.seq for event in seen] == through(1, 4)
        assert seen[-1].body == RunStatusChanged(RunStatus.COMPLETED)
        assert await run_until_done(place.tailer.watch(RUN, after=4)) == []
        assert await run_until_done(place.tailer.watch(RUN, after=400)) == []

    check(url, work)


def test_a_paused_run_is_followed_on(url: str) -> None:
    async def work(place: Place) -> None:
        await place.turn(RunStatus.PAUSED)
        watcher = asyncio.create_task(run_until_done(place.tailer.watch(RUN)))
        await place.turn(RunStatus.RUNNING)
        await place.turn(RunStatus.FAILED)
        assert [event.seq for event in await watcher] == through(1, 3)

    check(url, work)


def test_a_run_that_has_ended_may_be_followed_into_its_next_generation(url: str) -> None:
    async def work(place: Place) -> None:
        await place.turn(RunStatus.COMPLETED)
        watcher = asyncio.create_task(
            numbers(place.tailer.watch(RUN, until_terminal=False), until=3)
        )
        await place.turn(RunStatus.QUEUED)
        await place.turn(RunStatus.RUNNING)
        assert await watcher == through(1, 3)

    check(url, work)


def test_an_unknown_run_and_one_of_another_workspace_are_not_found(url: str) -> None:
    async def work(place: Place) -> None:
        with pytest.raises(NotFound):
            await run_until_done(place.tailer.watch(run_id(UUID(int=9))))
        foreign = Tailer(place.database, WorkspaceId("other"))
        with pytest.raises(NotFound):
            await run_until_done(foreign.watch(RUN))

    check(url, work)


def test_it_ends_when_the_run_is_deleted(url: str) -> None:
    async def work(place: Place) -> None:
        await place.add(2)
        pages = place.tailer.watch(RUN)
        assert [event.seq for event in await anext(pages)] == [1, 2]
        await place.store.runs.delete(RUN)
        assert await run_until_done(pages) == []

    check(url, work)


def test_one_that_reads_slowly_holds_up_nobody_and_misses_nothing(url: str) -> None:
    async def work(place: Place) -> None:
        await place.add(1)
        slow = place.tailer.watch(RUN)
        seen = [event.seq for event in await anext(slow)]
        quick = asyncio.create_task(run_until_done(place.tailer.watch(RUN)))
        for _ in range(4):
            await place.add(PAGE - 1)
        await place.turn(RunStatus.CANCELLED)
        everything = through(1, 4 * (PAGE - 1) + 2)
        assert [event.seq for event in await quick] == everything
        seen += [event.seq for event in await run_until_done(slow)]
        assert seen == everything

    check(url, work)


def test_each_of_many_runs_has_its_own_events(url: str) -> None:
    async def work(place: Place) -> None:
        watchers = [
            asyncio.create_task(run_until_done(place.tailer.watch(run)))
            for run in (RUN, OTHER)
            for _ in range(20)
        ]
        for step in range(6):
            await asyncio.gather(place.add(step + 1), place.add(1, OTHER))
        await place.turn(RunStatus.COMPLETED)
        await place.turn(RunStatus.COMPLETED, OTHER)
        seen = await asyncio.gather(*watchers)
        for events, run, last in [(e, RUN, 22) for e in seen[:20]] + [
            (e, OTHER, 7) for e in seen[20:]
        ]:
            assert {event.run_id for event in events} == {run}
            assert [event.seq for event in events] == through(1, last)

    check(url, work)


def test_a_watcher_that_is_cancelled_leaves_the_others_alone(url: str) -> None:
    async def work(place: Place) -> None:
        leaves = asyncio.create_task(run_until_done(place.tailer.watch(RUN)))
        stays = asyncio.create_task(run_until_done(place.tailer.watch(RUN)))
        await place.add(1)
        leaves.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaves
        await place.turn(RunStatus.COMPLETED)
        assert [event.seq for event in await stays] == [1, 2]

    check(url, work)


def test_events_that_were_removed_show_as_a_gap(url: str) -> None:
    async def work(place: Place) -> None:
        await place.add(9)
        await place.turn(RunStatus.COMPLETED)
        await _remove(place, through(1, 7))
        events = await run_until_done(place.tailer.watch(RUN))
        assert [event.seq for event in events] == [8, 9, 10]
        await _remove(place, through(8, 10))
        assert await run_until_done(place.tailer.watch(RUN)) == []

    check(url, work)


async def _remove(place: Place, seqs: Sequence[int]) -> None:
    def write(connection: sa.Connection, payloads: Sequence[Sequence[int]]) -> list[None]:
        for some in payloads:
            connection.execute(sa.delete(events_table).where(events_table.c.seq.in_(some)))
        return [None] * len(payloads)

    await place.database.write(write, seqs)


def test_a_store_that_is_closed_ends_those_who_wait(url: str) -> None:
    async def whole() -> None:
        async with asyncio.timeout(60):
            async with opened(url) as place:
                watcher = asyncio.create_task(run_until_done(place.tailer.watch(RUN)))
                await place.add(1)
            with pytest.raises(Conflict):
                await watcher

    asyncio.run(whole())
