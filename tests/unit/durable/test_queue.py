"""The queue in a process that does no work, and what the engine leaves behind there."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from netnew.durable.queue import open_queue
from tests.support.databases import KINDS, new_database
from tests.support.recorded_runs import noted_runs, run


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, request, tmp_path)


def test_ended_generations_are_forgotten_and_others_kept(url: str) -> None:
    async def test() -> None:
        async with noted_runs(url, stretches=1) as opened:
            for number in range(3):
                await opened.start(run(number))
            async with opened.worker() as worker:
                await worker.until_idle(0.2)
            await opened.start(run(3))
            await opened.start(run(4))
            await opened.queue.cancel(run(4), 0)
            now = datetime.now(UTC)
            assert await opened.queue.forget(now - timedelta(hours=1)) == 0
            assert await opened.queue.forget(now + timedelta(hours=1)) == 4
            assert await opened.queue.forget(now + timedelta(hours=1)) == 0
            async with opened.worker() as worker:
                await worker.until_done(run(3), 0)
            assert (run(3), 0, 0) in await opened.runs.times_ended()

    asyncio.run(test())


def test_the_first_process_may_be_one_that_does_no_work(tmp_path: Path) -> None:
    async def test() -> None:
        async with open_queue(f"sqlite:///{tmp_path / 'new.db'}") as queue:
            assert await queue.forget(datetime.now(UTC)) == 0

    asyncio.run(test())


def test_many_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from netnew.durable.queue import open_queue\n"
        "async def main():\n"
        "    async with open_queue(sys.argv[1]): pass\n"
        "asyncio.run(main())"
    )
    url = f"sqlite:///{tmp_path / 'new.db'}"
    several = [subprocess.Popen([sys.executable, "-c", program, url]) for _ in range(4)]
    assert [process.wait() for process in several] == [0] * 4


NOISY = """
import asyncio, sys
from tests.support.recorded_runs import noted_runs, run

async def main():
    async with noted_runs(sys.argv[1], stretches=2, seconds=0.2) as opened:
        await opened.start(run(1))
        await opened.start(run(2))
        async with opened.worker() as worker:
            await opened.runs.begun.wait()
            await opened.queue.cancel(run(1), 0)
            await opened.queue.resume(run(2), 0)
            await worker.until_idle()
            # The engine's cancelled run has looked what became of it by now.
            await asyncio.sleep(1.2)
            assert len(await opened.runs.times_ended()) >= 2

asyncio.run(main())
"""


def test_the_engine_says_nothing_where_all_is_well(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'netnew.db'}"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", NOISY, url],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("module", ["netnew.durable", "netnew.durable.worker_registry"])
def test_who_works_can_be_asked_without_the_engine(module: str) -> None:
    program = f"import sys, {module}; sys.exit('dbos' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_what_is_for_later_is_taken_once_its_time_has_come(url: str) -> None:
    async def test() -> None:
        async with noted_runs(url, stretches=1) as opened:
            await opened.runs.submit(opened.queue.start_run(run(1), 0, after_s=3_600))
            await opened.runs.submit(opened.queue.start_run(run(2), 0, after_s=0.1))
            async with opened.worker() as worker:
                await worker.until_done(run(2), 0)
            assert await opened.runs.times_ended() == {(run(2), 0, 0): 1}

    asyncio.run(test())


def test_what_is_for_later_is_begun_at_once_by_whoever_resumes_it(url: str) -> None:
    async def test() -> None:
        async with noted_runs(url, stretches=1) as opened:
            await opened.runs.submit(opened.queue.start_run(run(1), 0, after_s=3_600))
            await opened.queue.resume(run(1), 0)
            async with opened.worker() as worker:
                await worker.until_done(run(1), 0)
            assert await opened.runs.times_ended() == {(run(1), 0, 0): 1}

    asyncio.run(test())
