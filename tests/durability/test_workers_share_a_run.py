"""Two workers judge the candidates of one run; one of them is killed while it does.

One has the run and writes all of it. What the other is asked for goes through the ledger, so that
nothing is asked about twice but what was in flight at the kill.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from netnew.bootstrap import App
from netnew.domain.candidate import MatchStatus
from netnew.domain.ids import RunId
from netnew.domain.run import Run, RunSpec, RunStatus
from tests.support.counted_judge import (
    A_LIST,
    CountingServer,
    Worker,
    counting,
    lists_of_kettles,
    open_counted,
)
from tests.support.databases import KINDS, new_database

LISTS = 3
IN_FLIGHT = 4
SECONDS = 0.03


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, request, tmp_path)


@dataclass(slots=True)
class Two:
    """Two workers, a judge that counts, and an app to ask and look with."""

    app: App
    server: CountingServer
    workers: tuple[Worker, Worker]
    spec: RunSpec

    async def begin(self) -> Run:
        run = await self.app.service.create_run(self.spec)
        await self.server.until(lambda: len(self.server.by) == 2)
        return await self.app.service.queries.run(run.id)

    def of(self, run: Run) -> tuple[Worker, Worker]:
        """Who has the run, and who is asked for more."""
        one, other = self.workers
        return (one, other) if run.worker_id == one.id else (other, one)

    async def ended(self, run_id: RunId) -> Run:
        numbers: list[int] = []
        decided: list[str] = []
        async for events in self.app.service.queries.watch(run_id):
            numbers += [event.seq for event in events]
            decided += [e.body.name for e in events if e.body.kind == "candidate.decided"]
        assert numbers == list(range(1, len(numbers) + 1))
        assert sorted(decided) == sorted(f"Kettle {n}" for n in range(LISTS * A_LIST))
        run = await self.app.service.queries.run(run_id)
        assert run.status is RunStatus.COMPLETED
        result = await self.app.service.queries.result(run_id)
        matched = {c.name for c in result.candidates if c.status is MatchStatus.MATCHED}
        red = {f"Kettle {n}" for n in range(LISTS * A_LIST) if n % 5 in (0, 1, 3)}
        assert matched == red
        return run


@asynccontextmanager
async def two(url: str, folder: Path) -> AsyncIterator[Two]:
    home = folder / "home"
    async with counting(SECONDS) as server, open_counted(home, url, server.port, 1) as app:
        workers = await asyncio.gather(
            *(Worker.start(home, url, server.port, IN_FLIGHT) for _ in range(2))
        )
        try:
            yield Two(app, server, workers, lists_of_kettles(folder, LISTS))
        finally:
            await asyncio.gather(*(worker.leave() for worker in workers))


def within(url: str, folder: Path, test: Callable[[Two], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(120), two(url, folder) as opened:
            await test(opened)

    asyncio.run(whole())


def test_both_judge_and_nobody_is_asked_about_twice(url: str, tmp_path: Path) -> None:
    async def test(opened: Two) -> None:
        run = await opened.ended((await opened.begin()).id)
        server = opened.server
        assert set(server.by) == {worker.pid for worker in opened.workers}
        assert min(server.by.values()) > 10 * IN_FLIGHT
        assert not server.repeated
        assert run.spend.judgements == run.spend.judge_calls == server.asked.total()
        assert run.takeovers == 0

    within(url, tmp_path, test)


def test_another_that_is_killed_costs_what_it_had_in_flight(url: str, tmp_path: Path) -> None:
    async def test(opened: Two) -> None:
        run = await opened.begin()
        _, other = opened.of(run)
        await opened.server.until(lambda: opened.server.by[other.pid] > 3 * IN_FLIGHT)
        await other.kill()
        run = await opened.ended(run.id)
        assert len(opened.server.repeated) <= IN_FLIGHT
        assert (run.epoch, run.takeovers) == (1, 0)

    within(url, tmp_path, test)


def test_the_other_goes_on_with_the_run_of_a_killed_one(url: str, tmp_path: Path) -> None:
    async def test(opened: Two) -> None:
        run = await opened.begin()
        worker, other = opened.of(run)
        await opened.server.until(lambda: opened.server.by[other.pid] > 3 * IN_FLIGHT)
        await worker.kill()
        run = await opened.ended(run.id)
        # What each had in flight: one when it was killed, the other when it took the run.
        assert len(opened.server.repeated) <= 2 * IN_FLIGHT
        assert (run.epoch, run.worker_id) == (2, other.id)

    within(url, tmp_path, test)
