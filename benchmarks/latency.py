"""A judge that takes 300 ms: is it kept busy, is it left alone in time, how soon does a run stop?

    python -m benchmarks.latency [--waves N] [--postgres]

`wall / ideal`: the whole run, from its creation on, against calls x 300 ms / calls at once;
`judging`: from the begin of its first call to the end of its last. `begun
after`: calls begun once the call that met the match limit had ended. `cancel`: from the command,
given on another connection in the midst of the run, to the last event written; the calls then in
flight are kept.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from netnew.bootstrap import SystemClock
from netnew.domain.budget import Budget
from netnew.domain.condition import ConditionOutcome, MatchCondition, Verdict
from netnew.domain.run import Run, RunSpec
from netnew.ports.judging import JudgeRequest
from netnew.store.store import open_store
from netnew.testing import ScriptedJudge
from tests.support.engine_fixture import EngineFixture, kettles

SECONDS = 0.3
SPEC = RunSpec(
    "all red kettles",
    "maker",
    (MatchCondition("colour", "Colour: red"),),
    match_limit=10_000,
    generator="base",
    budget=Budget(pages=100_000),
)
HEAD = (
    "\n| at once | candidates | calls | wall s | to the first call | judging | ideal "
    "| wall / ideal | judging / ideal | most at once |"
)


@dataclass(slots=True)
class SlowJudge(ScriptedJudge):
    """Takes `SECONDS`. Notes when the match that meets `limit` was told, and what came after."""

    limit: int = 10_000
    calls: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    matched: int = 0
    met_with: int | None = None
    begun_after: int = 0
    first_at: float = 0.0
    last_at: float = 0.0
    busy: asyncio.Event = field(default_factory=asyncio.Event)

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        self.calls += 1
        self.first_at = self.first_at or time.monotonic()
        self.begun_after += self.met_with is not None
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        if self.calls > 3 * self.most_in_flight:
            self.busy.set()
        await asyncio.sleep(SECONDS)
        self.in_flight -= 1
        self.last_at = time.monotonic()
        verdicts = await ScriptedJudge.judge(self, request)
        self.matched += verdicts[0].outcome is ConditionOutcome.MATCHED
        if self.matched == self.limit and self.met_with is None:
            self.met_with = self.in_flight
        return verdicts


@asynccontextmanager
async def slow(
    url: str, candidates: int, at_once: int, limit: int = 10_000
) -> AsyncIterator[tuple[EngineFixture, SlowJudge]]:
    judge = SlowJudge(limit=limit)
    async with open_store(url) as store:
        # The clock that the store and the run go by is the machine's.
        b = EngineFixture(store, kettles(candidates), SystemClock(), judge=judge)  # type: ignore[arg-type]
        b.context |= {"in_flight": at_once, "judge_is_free": False}
        yield b, judge


async def busy(url: str, candidates: int, at_once: int) -> str:
    async with slow(url, candidates, at_once) as (b, judge):
        began = time.monotonic()
        run = await b.run(SPEC)
        wall = time.monotonic() - began
    ideal = judge.calls * SECONDS / at_once
    found, judged = judge.first_at - began, judge.last_at - judge.first_at
    seconds = (wall, found, judged, ideal)
    cells = (at_once, run.counts.generated, judge.calls, *(f"{x:.2f}" for x in seconds))
    ratios = f"{wall / ideal:.3f} | {judged / ideal:.3f}"
    return f"| {' | '.join(map(str, cells))} | {ratios} | {judge.most_in_flight} |"


async def limited(url: str, candidates: int, at_once: int, limit: int) -> str:
    async with slow(url, candidates, at_once, limit) as (b, judge):
        run = await b.run(replace(SPEC, match_limit=limit))
    cells = (at_once, limit, run.counts.matched, judge.calls, judge.met_with, judge.begun_after)
    return f"| {' | '.join(map(str, cells))} |"


async def cancelled(url: str, candidates: int, at_once: int) -> str:
    async with slow(url, candidates, at_once) as (b, judge), open_store(url) as other:
        run = await b.service.create_run(SPEC)
        working = asyncio.create_task(b.service.work(run.id))
        await judge.busy.wait()
        watcher = EngineFixture(other, {}, SystemClock())  # type: ignore[arg-type]
        asked = datetime.now(UTC)
        calls = judge.calls
        await watcher.service.cancel(run.id)
        ended: Run = await working
        last = (await b.events(run))[-1].at
    decided = ended.counts.matched + ended.counts.unmatched
    after = (last - asked).total_seconds()
    cells = (at_once, f"{after:.2f}", judge.calls - calls, decided, judge.calls)
    return f"| {' | '.join(map(str, cells))} | {ended.status} |"


async def measure(waves: int, urls: AsyncIterator[str]) -> None:
    print(HEAD)
    print("|---|---|---|---|---|---|---|---|---|---|")
    for at_once in (4, 16, 64):
        print(await busy(await anext(urls), waves * at_once, at_once), flush=True)
    print("\n| at once | limit | matched | calls | in flight when met | begun after |")
    print("|---|---|---|---|---|---|")
    for at_once, limit in ((16, 10), (16, 50), (64, 50)):
        print(await limited(await anext(urls), 640, at_once, limit), flush=True)
    print("\n| at once | cancel → last write, s | begun after | decided | calls | ended as |")
    print("|---|---|---|---|---|---|")
    for at_once in (1, 16, 64):
        print(await cancelled(await anext(urls), 640, at_once), flush=True)


async def files(folder: str) -> AsyncIterator[str]:
    number = 0
    while True:
        number += 1
        yield f"sqlite:///{Path(folder) / f'{number}.db'}"


async def measure_all(waves: int, postgres: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="netnew-slow-") as folder:
        print("SQLite")
        await measure(waves, files(folder))
    if postgres:
        from tests.support.postgres import running_postgres

        with running_postgres(durable=True) as server:

            async def databases() -> AsyncIterator[str]:
                while True:
                    yield server.url_of(server.make_database())

            print("\nPostgreSQL")
            await measure(waves, databases())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--waves", type=int, default=40, help="of calls at once")
    parser.add_argument("--postgres", action="store_true", help="PostgreSQL, too")
    given = parser.parse_args()
    asyncio.run(measure_all(given.waves, given.postgres))


if __name__ == "__main__":
    main()
