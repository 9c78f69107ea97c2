"""Runs whose work is to be noted down, in the database they run over: for tests of workers.

As a program it is a worker in a process of its own. It says on standard output what it does, and
leaves when its standard input is closed.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from uuid import UUID

import sqlalchemy as sa
import structlog

from netnew.db.database import Database, open_database
from netnew.domain.errors import NetnewError, TransientError
from netnew.domain.ids import RunId, run_id
from netnew.durable.executor import Work
from netnew.durable.queue import Enqueue, WorkflowQueue, open_queue
from netnew.durable.reaper import MayTakeOver
from netnew.durable.worker import Worker, open_worker
from netnew.durable.worker_options import WorkerOptions

ROOT = Path(__file__).resolve().parents[2]

_notes = sa.Table(
    "noted",
    sa.MetaData(),
    sa.Column("run_id", sa.Text),
    sa.Column("generation", sa.Integer),
    sa.Column("number", sa.Integer),
    sa.Column("what", sa.Text),
    sa.Column("worker_id", sa.Text),
)


def run(number: int) -> RunId:
    return run_id(UUID(int=number))


@dataclass(frozen=True, slots=True)
class Note:
    run_id: str
    generation: int
    number: int
    what: str
    worker_id: str


@dataclass(slots=True)
class NotedRuns:
    """Work of `steps` a generation, each of `seconds`; each is noted when it begins and ends.

    As a run does, it goes on from what is in the database.
    """

    database: Database
    stretches: int = 3
    seconds: float = 0.0
    aloud: bool = False
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self, run_id: RunId, generation: int, worker_id: str) -> bool:
        try:
            return await self._stretch(run_id, generation, worker_id)
        except TransientError as error:  # as the real work does, it is tried again
            print(f"tried again: {error}", file=sys.stderr, flush=True)
            return True

    async def _stretch(self, run_id: RunId, generation: int, worker_id: str) -> bool:
        ended = [x for x in await self.notes("ended") if x.run_id == run_id]
        number = len([x for x in ended if x.generation == generation])
        if number >= self.stretches:
            return False
        await self.note(Note(run_id, generation, number, "begun", worker_id))
        self.begun.set()
        await asyncio.sleep(self.seconds)
        await self.note(Note(run_id, generation, number, "ended", worker_id))
        return number + 1 < self.stretches

    async def note(self, note: Note) -> None:
        await self.database.write(_write, note)
        if self.aloud:
            print(note.what, note.run_id, note.number, flush=True)

    async def notes(self, what: str) -> list[Note]:
        return [note for note in await self.database.read(_read) if note.what == what]

    async def times_ended(self) -> Counter[tuple[str, int, int]]:
        """How often each step of each generation was done to its end."""
        return Counter((x.run_id, x.generation, x.number) for x in await self.notes("ended"))

    async def submit(self, enqueue: Enqueue) -> None:
        await self.database.write(_enqueue, enqueue)


@dataclass(slots=True)
class Opened:
    """A database, its queue and the noted runs."""

    url: str
    database: Database
    queue: WorkflowQueue
    runs: NotedRuns

    @asynccontextmanager
    async def worker(
        self,
        options: WorkerOptions | None = None,
        work: Work | None = None,
        may_take_over: MayTakeOver | None = None,
    ) -> AsyncIterator[Worker]:
        async with open_worker(
            self.database,
            self.url,
            work or self.runs.work,
            may_take_over or anything_goes,
            options or WorkerOptions("home", takes_all=True, beat_s=0.2),
        ) as worker:
            yield worker

    async def start(
        self, run_id: RunId, generation: int = 0, *, place: str = "", worker_id: str = ""
    ) -> None:
        started = self.queue.start_run(run_id, generation, place=place, worker_id=worker_id)
        await self.runs.submit(started)


async def anything_goes(run_id: RunId, generation: int) -> bool:
    return True


@asynccontextmanager
async def noted_runs(url: str, stretches: int = 3, seconds: float = 0.0) -> AsyncIterator[Opened]:
    async with open_database(url) as database, open_queue(url) as queue:
        await database.write(_make, None)
        yield Opened(url, database, queue, NotedRuns(database, stretches, seconds))


class WorkerProcess:
    """A worker in a process of its own; `says` gives its next line."""

    def __init__(
        self, url: str, stretches: int, seconds: float, dead_after_s: float = 30.0
    ) -> None:
        arguments = [url, str(stretches), str(seconds), str(dead_after_s)]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.recorded_runs", *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        self.id = self.says()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def until(self, beginning: str) -> None:
        """Read on to a line that begins so."""
        said = []
        while not (line := self.says()).startswith(beginning):
            said.append(line)
            assert line, f"{beginning!r} was not said; the process: {self.process.poll()}; {said}"

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self._close()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def leave(self) -> None:
        """Ask it to leave, and wait until it has."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait() == 0

    def _close(self) -> None:
        self.process.wait()
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()


def _make(connection: sa.Connection, wanted: Sequence[None]) -> list[None]:
    connection.execute(sa.schema.CreateTable(_notes, if_not_exists=True))
    return [None for _ in wanted]


def _write(connection: sa.Connection, notes: Sequence[Note]) -> list[None]:
    for note in notes:
        row = {name: getattr(note, name) for name in Note.__slots__}
        connection.execute(sa.insert(_notes).values(row))
    return [None for _ in notes]


def _read(connection: sa.Connection) -> list[Note]:
    return [Note(*row) for row in connection.execute(sa.select(_notes))]


def _enqueue(
    connection: sa.Connection, handed_in: Sequence[Enqueue]
) -> Sequence[NetnewError | None]:
    for enqueue in handed_in:
        enqueue(connection)
    return [None for _ in handed_in]


async def _main(url: str, stretches: int, seconds: float, dead_after_s: float) -> None:
    # Standard output is for what is said on purpose.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    async with open_database(url) as database:
        await database.write(_make, None)
        runs = NotedRuns(database, stretches, seconds, aloud=True)
        options = WorkerOptions("home", True, beat_s=0.2, dead_after_s=dead_after_s)
        async with open_worker(database, url, runs.work, anything_goes, options) as worker:
            print(worker.id, flush=True)
            await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])))
