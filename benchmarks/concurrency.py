"""Many runs at once on one worker, and one worker against two, in real processes.

    python -m benchmarks.concurrency [--postgres]

Each run has a web of its own (benchmarks/chaos_web.py). Fifty at once: how far each has come when a
quarter, half, three quarters of all candidates are judged. One worker against two: candidates a
second, from when all workers are up to the end of the last run, with the rules (which want the
processor) and with a judge that is waited for; who worked on what, and whether any run was taken
from its worker or anything asked twice.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chaos import WorkerProcess, ask, opened, wait_for_all
from benchmarks.chaos_outcome import outcome_of
from benchmarks.chaos_web import World, serving, worlds
from netnew.bootstrap import App
from netnew.domain.ids import RunId

SHARES = (0.25, 0.5, 0.75)
LOOK_EVERY_S = 0.2


async def side_by_side(url: str, some: Sequence[World]) -> None:
    """One worker, all runs at once; prints how even they come along."""
    print(f"\n{len(some)} runs at once on one worker, 20 ms a judgement, 4 in flight a run\n")
    print("| all judged | least | median | most of a run | s |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="netnew-many-") as folder:
        home = Path(folder)
        url = url or f"sqlite:///{home / 'netnew.db'}"
        async with serving(some, {"judge": 0.02}) as server, opened(home, url, server) as app:
            runs = await ask(app, some, server)
            worker = await WorkerProcess.begin(home, url, server)
            await worker.ready()
            began = time.monotonic()
            watching = asyncio.create_task(wait_for_all(app, runs))
            seen: list[tuple[float, list[int]]] = []
            while not watching.done():
                seen.append((time.monotonic() - began, await judged(app, runs)))
                await asyncio.wait({watching}, timeout=LOOK_EVERY_S)
            await worker.leave()
            tell_shares(seen, await judged(app, runs))


async def judged(app: App, runs: dict[str, RunId]) -> list[int]:
    found = [(await app.service.queries.run(id)).counts for id in runs.values()]
    return [c.matched + c.unmatched + c.unclear for c in found]


def tell_shares(seen: list[tuple[float, list[int]]], last: list[int]) -> None:
    for share in SHARES:
        at, now = next(x for x in seen if sum(x[1]) >= share * sum(last))
        shares = sorted(n / m for n, m in zip(now, last, strict=True))
        cells = (shares[0], statistics.median(shares), shares[-1])
        total = sum(now) / sum(last)
        print(f"| {total:.0%} | {' | '.join(f'{x:.0%}' for x in cells)} | {at:.1f} |", flush=True)
    print(f"| 100% | | | | {seen[-1][0]:.1f} |")


@dataclass(frozen=True, slots=True)
class Load:
    """What a judgement takes (0: by rules, in the process), and what a worker does at once."""

    name: str
    seconds: float
    in_flight: int
    runs_at_once: int


LOADS = (Load("rules", 0.0, 0, 64), Load("100 ms, 3 runs each", 0.1, 4, 3))


async def compete(kind: str, url: str, some: Sequence[World], load: Load, workers: int) -> str:
    """A line of the table: so many workers over one database."""
    with tempfile.TemporaryDirectory(prefix="netnew-many-") as folder:
        home = Path(folder)
        url = url or f"sqlite:///{home / 'netnew.db'}"
        async with (
            serving(some, {"judge": load.seconds}) as server,
            opened(home, url, server) as app,
        ):
            processes = [
                await WorkerProcess.begin(home, url, server, load.in_flight, load.runs_at_once)
                for _ in range(workers)
            ]
            for process in processes:
                await process.ready()
            began, cpu = time.monotonic(), time.process_time()
            runs = await ask(app, some, server)
            await wait_for_all(app, runs)
            took, cpu = time.monotonic() - began, time.process_time() - cpu
            for process in processes:
                await process.leave()
            found = [await app.service.queries.run(id) for id in runs.values()]
            outcomes = [await outcome_of(app, id) for id in runs.values()]
    by = Counter(run.worker_id for run in found)
    candidates = sum(o.candidates for o in outcomes)
    taken = sum(run.takeovers + run.epoch - 1 for run in found)
    faults = sum(len(o.faults) for o in outcomes)
    failed = sum(run.status.value != "completed" for run in found)
    again = sum(n - 1 for n in server.counts.calls.values())
    shares = " + ".join(map(str, sorted(by.values(), reverse=True)))
    rate = candidates / took
    cells = (f"{rate:,.0f}", f"{took:.1f}", f"{cpu / took:.2f}", shares, taken, again)
    told = " | ".join(map(str, cells))
    return f"| {kind} | {load.name} | {workers} | {told} | {failed + faults} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--postgres", action="store_true", help="PostgreSQL, too")
    parser.add_argument("--runs", type=int, default=12, help="of one worker against two")
    given = parser.parse_args()
    asyncio.run(side_by_side("", worlds(50, entities=20)))
    some = worlds(given.runs)
    print(f"\n{given.runs} runs, one worker against two\n")
    head = "database | judge | workers | candidates/s | s | cores of the web | runs of each | taken"
    print(f"| {head} | again | faults |")
    print("|---|---|---|---|---|---|---|---|---|---|", flush=True)
    tell_of_all("SQLite", iter(lambda: "", None), some)
    if given.postgres:
        from tests.support.postgres import running_postgres

        with running_postgres(durable=True) as server:
            urls = iter(lambda: server.url_of(server.make_database()), None)
            tell_of_all("PostgreSQL", urls, some)


def tell_of_all(kind: str, urls: Iterator[str], some: Sequence[World]) -> None:
    for load in LOADS:
        for workers in (1, 2):
            print(asyncio.run(compete(kind, next(urls), some, load, workers)), flush=True)


if __name__ == "__main__":
    main()
