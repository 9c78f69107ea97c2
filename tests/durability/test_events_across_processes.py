"""Events written by other processes, one of them killed, come to a watcher in order and whole."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from netnew.db.database import open_database
from netnew.domain.event import Event, RunStatusChanged, SourceFailed
from netnew.domain.ids import LOCAL_WORKSPACE, run_id
from netnew.domain.run import Run, RunSpec, RunStatus
from netnew.ports.store import Changes
from netnew.store import SqlStore
from netnew.store.tailer import Tailer
from tests.support.databases import KINDS, new_database

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RUN = run_id(UUID(int=1))

CHILD = """
import asyncio, sys
from netnew.domain.event import SourceFailed
from netnew.domain.ids import RunId
from netnew.ports.store import Changes
from netnew.store import open_store

url, run, name, most = sys.argv[1], RunId(sys.argv[2]), sys.argv[3], int(sys.argv[4])

async def worker(store, first):
    for number in range(first, most, 5):
        events = tuple(SourceFailed(name, f"{number}", "") for _ in range(number % 4))
        receipt = await store.journal.commit(Changes(run, events))
        print(number, receipt.last_seq, flush=True)

async def main():
    async with open_store(url) as store:
        await asyncio.gather(*(worker(store, first) for first in range(5)))

asyncio.run(main())
"""


class NoonClock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, request, tmp_path)


def test_a_watcher_sees_all_that_others_write_in_order(url: str) -> None:
    async def work() -> None:
        async with asyncio.timeout(60), open_database(url) as database:
            store = SqlStore(database, LOCAL_WORKSPACE, NoonClock())
            run = Run(RUN, LOCAL_WORKSPACE, RunSpec("x"), RunStatus.RUNNING, NOW, NOW)
            await store.runs.create(run)
            tailer = Tailer(database, LOCAL_WORKSPACE)
            watchers = [asyncio.create_task(_watch(tailer, after)) for after in (0, 0, 100)]
            told = await asyncio.to_thread(_write_by_two, url)
            ended = RunStatusChanged(RunStatus.COMPLETED)
            done = replace(run, status=RunStatus.COMPLETED)
            receipt = await store.journal.commit(Changes(RUN, (ended,), done))
            seen, again, late = await asyncio.gather(*watchers)
        assert [event.seq for event in seen] == list(range(1, receipt.last_seq + 1))
        assert again == seen
        assert late == seen[100:]
        _check(seen, told)

    asyncio.run(work())


async def _watch(tailer: Tailer, after: int) -> list[Event]:
    return [event async for page in tailer.watch(RUN, after) for event in page]


def _write_by_two(url: str) -> dict[str, dict[int, int]]:
    """What each of two processes was told of its commits; the second is killed."""
    command = [sys.executable, "-c", CHILD, url, RUN]
    with (
        subprocess.Popen([*command, "whole", "200"], stdout=subprocess.PIPE, text=True) as whole,
        subprocess.Popen([*command, "killed", "100000"], stdout=subprocess.PIPE, text=True) as cut,
    ):
        assert whole.stdout is not None
        assert cut.stdout is not None
        for _ in range(50):
            cut.stdout.readline()
        told = {"whole": _receipts(whole.stdout.readlines())}
        cut.kill()
        told["killed"] = _receipts(cut.stdout.readlines())
    assert len(told["whole"]) == 200
    assert whole.returncode == 0
    return told


def _receipts(lines: list[str]) -> dict[int, int]:
    """Last number of each commit; the last line may have been cut."""
    return {
        int(number): int(seq)
        for number, seq in (line.split() for line in lines if line.endswith("\n"))
    }


def _check(seen: list[Event], told: dict[str, dict[int, int]]) -> None:
    """Each commit that was told is there, its events beside each other."""
    written: dict[tuple[str, int], list[int]] = {}
    for event in seen:
        if isinstance(event.body, SourceFailed):
            written.setdefault((event.body.source, int(event.body.query)), []).append(event.seq)
    for name, receipts in told.items():
        for number, last in receipts.items():
            if number % 4:
                first = last - number % 4 + 1
                assert written[name, number] == list(range(first, last + 1))
