"""How soon a committed event is seen in another process, and what watching costs.

    python -m benchmarks.events [--database-url URL] [--seconds S]

A child commits events through the journal, spread evenly over the watched runs, each with the
instant of its commit; this process watches all of them. Latency is from the return of `commit` to
the watcher having the event; CPU is this process's, as a share of one core. Without a
`--database-url` a SQLite file is made for it. Target: p95 of 100 ms, 0.3 core for 200 runs.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from uuid import uuid4

from netnew.db.database import Database, open_database
from netnew.domain.event import Event, SourceFailed
from netnew.domain.ids import LOCAL_WORKSPACE, RunId, run_id
from netnew.domain.run import Run, RunSpec, RunStatus
from netnew.ports.store import Changes
from netnew.store import SqlStore, open_store
from netnew.store.tailer import Tailer


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class Case:
    """`runs` are watched by `watchers` each; `commits_per_s` is the sum over all runs."""

    runs: int
    watchers: int
    commits_per_s: float

    def __str__(self) -> str:
        return f"{self.runs:>6}{self.watchers:>10}{self.commits_per_s:>12,.0f}"


CASES = (
    Case(1, 1, 20),
    Case(1, 1, 400),
    Case(1, 200, 20),
    Case(200, 1, 0),
    Case(200, 1, 20),
    Case(200, 1, 200),
    Case(200, 1, 400),
)


async def write(url: str, runs: list[RunId], pause_s: float) -> None:
    """The child: one commit after another, each telling the instant the one before it returned."""
    async with open_store(url) as store:
        number = 0
        while True:
            due = time.monotonic() + pause_s
            run = runs[number % len(runs)]
            receipt = await store.journal.commit(Changes(run, (SourceFailed("s", "q", "p"),)))
            print(run, receipt.last_seq, time.monotonic_ns(), flush=True)
            number += 1
            await asyncio.sleep(max(0.0, due - time.monotonic()))


async def watch(tailer: Tailer, run: RunId, seen: dict[tuple[str, int], list[int]]) -> None:
    pages = cast("AsyncIterator[list[Event]]", tailer.watch(run))
    async for page in pages:
        now = time.monotonic_ns()
        for event in page:
            seen.setdefault((run, event.seq), []).append(now)


async def measure(url: str, case: Case, seconds: float) -> str:
    async with open_database(url) as database:
        runs = await make_runs(database, case.runs)
        tailer = Tailer(database, LOCAL_WORKSPACE)
        seen: dict[tuple[str, int], list[int]] = {}
        watchers = [
            asyncio.create_task(watch(tailer, run, seen))
            for run in runs
            for _ in range(case.watchers)
        ]
        told: dict[tuple[str, int], int] = {}
        child = await begin(url, runs, case.commits_per_s)
        reading = asyncio.create_task(read(child, told))
        await asyncio.sleep(2)  # the child is up, all watchers have their first beat
        told.clear()
        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        cores = (time.process_time() - cpu) / (time.perf_counter() - wall)
        if child is not None:
            child.kill()
            await child.wait()
        await reading
        await asyncio.sleep(0.5)
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
    return f"{case}{latency(told, seen, case.watchers)}{cores:>10.3f}"


async def make_runs(database: Database, count: int) -> list[RunId]:
    store = SqlStore(database, LOCAL_WORKSPACE, SystemClock())
    now = datetime.now(UTC)
    runs = [run_id(uuid4()) for _ in range(count)]
    for id_ in runs:
        await store.runs.create(
            Run(id_, LOCAL_WORKSPACE, RunSpec("x" * 200), RunStatus.RUNNING, now, now)
        )
    return runs


async def begin(
    url: str, runs: list[RunId], commits_per_s: float
) -> asyncio.subprocess.Process | None:
    if not commits_per_s:
        return None
    command = [sys.executable, "-m", "benchmarks.events", "--write", str(1 / commits_per_s)]
    return await asyncio.create_subprocess_exec(
        *command,
        "--database-url",
        url,
        "--runs",
        ",".join(runs),
        stdout=asyncio.subprocess.PIPE,
    )


async def read(child: asyncio.subprocess.Process | None, told: dict[tuple[str, int], int]) -> None:
    if child is None or child.stdout is None:
        return
    async for line in child.stdout:
        if line.endswith(b"\n"):
            run, seq, at = line.decode().split()
            told[run, int(seq)] = int(at)


def latency(
    told: dict[tuple[str, int], int], seen: dict[tuple[str, int], list[int]], watchers: int
) -> str:
    if not told:
        return f"{'':>10}{'':>10}{'':>10}"
    for key in told:
        assert len(seen.get(key, ())) == watchers, f"{key} was seen by {len(seen.get(key, ()))}"
    # A watcher may have an event before its writer knows that the commit is over.
    took = sorted(max(0, at - told[key]) / 1e6 for key in told for at in seen[key])
    return f"{quantile(took, 0.5):>10.1f}{quantile(took, 0.95):>10.1f}{took[-1]:>10.1f}"


def quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def measure_all(url: str | None, seconds: float) -> None:
    head = f"{'runs':>6}{'watchers':>10}{'commits/s':>12}{'p50 ms':>10}{'p95 ms':>10}"
    print(f"{head}{'max ms':>10}{'cores':>10}")
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            of_case = url or f"sqlite:///{Path(folder) / 'bench.db'}"
            print(await measure(of_case, case, seconds), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--database-url", default=None)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--write", type=float, default=None, help=argparse.SUPPRESS)
    parser.add_argument("--runs", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write is not None:
        runs = [RunId(text) for text in given.runs.split(",")]
        asyncio.run(write(given.database_url, runs, given.write))
    else:
        asyncio.run(measure_all(given.database_url, given.seconds))


if __name__ == "__main__":
    main()
