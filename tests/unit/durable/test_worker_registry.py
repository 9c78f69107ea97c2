"""Who is alive, and who may take over from whom."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netnew.db.database import Database, open_database
from netnew.domain.ids import RunId
from netnew.durable.dbos_client import WorkflowClient
from netnew.durable.dbos_config import connect
from netnew.durable.reaper import Reaper
from netnew.durable.worker_registry import (
    GONE,
    WorkerRow,
    all_workers,
    claim,
    deregister,
    live_workers,
    register,
    renew,
    this_host,
)
from tests.support.databases import KINDS, new_database

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DEAD_AFTER_S = 30.0
OTHER = WorkerRow("other", "home", "another host", 1, True, NOW, NOW)


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, request, tmp_path)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'netnew.db'}"


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def a_process_that_was() -> int:
    """The id of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


async def alive(database: Database, now: datetime) -> list[str]:
    return [row.id for row in await live_workers(database, lambda: now, DEAD_AFTER_S)]


def test_alive_is_who_beat_of_late_and_is_not_known_to_be_gone(url: str) -> None:
    async def test() -> None:
        async with open_database(url) as database:
            assert await alive(database, NOW) == []
            here = replace(OTHER, id="here", host=this_host(), pid=os.getpid())
            was = replace(OTHER, id="was", host=this_host(), pid=a_process_that_was())
            left = replace(OTHER, id="left")
            claimed = replace(OTHER, id="claimed")
            for row in (OTHER, here, was, left, claimed):
                assert await register(database, row)
            assert not await register(database, OTHER)
            await deregister(database, "left")
            assert await claim(database, claimed, "here")
            assert await alive(database, after(29)) == ["here", "other"]
            assert await alive(database, after(31)) == []
            assert await renew(database, "here", after(20))
            assert await alive(database, after(31)) == ["here"]
            rows = {row.id: row for row in await all_workers(database)}
            assert rows["other"] == OTHER
            assert (rows["left"].beat_at, rows["claimed"].reaped_by) == (GONE, "here")

    asyncio.run(test())


def test_a_dead_one_is_claimed_once_and_beats_no_more(url: str) -> None:
    async def test() -> None:
        async with open_database(url) as database:
            await register(database, OTHER)
            assert await claim(database, OTHER, "a")
            assert not await claim(database, OTHER, "b")
            assert not await renew(database, OTHER.id, after(60))
            assert await claim(database, replace(OTHER, reaped_by="a"), "b")

    asyncio.run(test())


def test_one_that_beat_since_it_was_looked_at_is_not_claimed(url: str) -> None:
    async def test() -> None:
        async with open_database(url) as database:
            await register(database, OTHER)
            await renew(database, OTHER.id, after(31))
            assert not await claim(database, OTHER, "a")

    asyncio.run(test())


@dataclass(slots=True)
class Watched:
    """A reaper called `me` and the clock it goes by."""

    database: Database
    reaper: Reaper
    now: datetime = NOW

    async def ids_after_reaping(self, at: datetime) -> list[str]:
        self.now = at
        await renew(self.database, "me", at)
        await self.reaper.reap()
        return sorted(row.id for row in await all_workers(self.database))


@asynccontextmanager
async def watched(url: str) -> AsyncIterator[Watched]:
    async def may_take_over(run_id: RunId, generation: int) -> bool:
        return True

    async with open_database(url) as database:
        connection = connect(url, "normal", 2)
        rows = WorkflowClient(connection, 2)
        reaper = Reaper(
            database, rows, "me", DEAD_AFTER_S, may_take_over, frozenset, lambda: given.now
        )
        given = Watched(database, reaper)
        await register(database, replace(OTHER, id="me"))
        yield given
        rows.close()
        connection.close()


def test_a_row_is_struck_once_nothing_is_left_of_its_worker(sqlite_url: str) -> None:
    async def test() -> None:
        async with watched(sqlite_url) as given:
            await register(given.database, OTHER)
            assert await given.ids_after_reaping(after(10)) == ["me", "other"]
            assert await given.ids_after_reaping(after(20)) == ["me", "other"]
            assert await given.ids_after_reaping(after(31)) == ["me"]

    asyncio.run(test())


def test_who_has_slept_gives_the_others_time_to_beat(sqlite_url: str) -> None:
    async def test() -> None:
        async with watched(sqlite_url) as given:
            await register(given.database, OTHER)
            await register(given.database, replace(OTHER, id="third"))
            assert len(await given.ids_after_reaping(after(10))) == 3
            assert len(await given.ids_after_reaping(after(3600))) == 3
            await renew(given.database, OTHER.id, after(3605))
            assert len(await given.ids_after_reaping(after(3610))) == 3
            assert len(await given.ids_after_reaping(after(3620))) == 3
            assert await given.ids_after_reaping(after(3631)) == ["me", "other"]

    asyncio.run(test())


def test_what_a_reaper_died_over_is_taken_on_by_another(sqlite_url: str) -> None:
    async def test() -> None:
        async with watched(sqlite_url) as given:
            for worker_id, reaper in (("a", "b"), ("b", None), ("c", "somebody long gone")):
                await register(given.database, replace(OTHER, id=worker_id, reaped_by=reaper))
            # `b` lives and is about it; of the other's reaper there is not even a row.
            assert await given.ids_after_reaping(after(10)) == ["a", "b", "me"]
            await deregister(given.database, "b")
            assert await given.ids_after_reaping(after(11)) == ["me"]

    asyncio.run(test())


def test_a_worker_without_a_row_is_given_the_row_of_a_dead_one(sqlite_url: str) -> None:
    async def test() -> None:
        async with watched(sqlite_url) as given:
            connection = connect(sqlite_url, "normal", 2)
            rows = WorkflowClient(connection, 2)
            rows.open_queue("own-nameless", 1, 1.0)
            rows.open_queue("own-me", 1, 1.0)
            rows.open_queue("runs", 1, 1.0)
            await given.reaper.find_nameless()
            ids = {row.id: row.beat_at for row in await all_workers(given.database)}
            assert ids == {"me": NOW, "nameless": GONE}
            assert await given.ids_after_reaping(after(1)) == ["me"]
            assert rows.workers_named() == {"me"}
            rows.close()
            connection.close()

    asyncio.run(test())
