"""A judge that takes its time and is counted: for runs that several processes share.

`CountingServer` is asked over loopback before each verdict. As a program this is a worker of a HOME
that takes all and judges so; it says its id on standard output, and leaves when its standard input
is closed.
"""

from __future__ import annotations

import asyncio
import csv
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from netnew.bootstrap import App, open_app
from netnew.domain.condition import Verdict
from netnew.domain.run import RunSpec
from netnew.engine.context import RunContext
from netnew.ports.judging import JudgeRequest
from netnew.settings import Settings
from netnew.testing import ScriptedJudge
from tests.support.engine_fixture import COLOURS, SPEC

ROOT = Path(__file__).resolve().parents[2]
A_LIST = 100


@dataclass(slots=True)
class CountedJudge(ScriptedJudge):
    """The scripted judge, once the server at `port` has answered."""

    port: int = 0

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        for condition in request.conditions:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(f"{os.getpid()}\t{request.candidate.name}\t{condition.name}\n".encode())
            await reader.readline()
            writer.close()
        return await ScriptedJudge.judge(self, request)


@dataclass(slots=True)
class CountingServer:
    """Answers after `seconds`. `asked`: how often each (candidate, condition) was asked about;
    `by`: how many were asked for by the process of an id."""

    seconds: float
    port: int = 0
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    by: Counter[int] = field(default_factory=Counter)
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def repeated(self) -> set[str]:
        """Those asked about again."""
        return {name for (name, _), times in self.asked.items() if times > 1}

    async def until(self, holds: Callable[[], bool]) -> None:
        while not holds():
            self._came.clear()
            await self._came.wait()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pid, name, condition = (await reader.readline()).decode().strip().split("\t")
        self.asked[name, condition] += 1
        self.by[int(pid)] += 1
        self._came.set()
        await asyncio.sleep(self.seconds)
        writer.write(b"\n")
        writer.close()


@asynccontextmanager
async def counting(seconds: float) -> AsyncIterator[CountingServer]:
    counts = CountingServer(seconds)
    async with await asyncio.start_server(counts.answer, "127.0.0.1", 0) as server:
        counts.port = server.sockets[0].getsockname()[1]
        yield counts


def lists_of_kettles(folder: Path, lists: int) -> RunSpec:
    """A question about so many lists of a hundred; three of five kettles are red."""
    sources = []
    for number in range(lists):
        path = folder / f"list{number}.csv"
        with path.open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["Name", "Colour", "Open"])
            for row in range(A_LIST):
                table.writerow([f"Kettle {number * A_LIST + row}", COLOURS[row % 5], "yes"])
        sources.append(f"csv:{path}")
    return replace(SPEC, sources=tuple(sources), match_limit=10_000, generator="core")


@dataclass(slots=True)
class Worker:
    """A worker in a process of its own."""

    process: asyncio.subprocess.Process
    id: str

    @property
    def pid(self) -> int:
        return self.process.pid

    @classmethod
    async def start(cls, home: Path, url: str, port: int, in_flight: int) -> Self:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.support.counted_judge", str(home), url, str(port), str(in_flight)),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        return cls(process, (await process.stdout.readline()).decode().strip())

    async def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def leave(self) -> None:
        """Ask it to leave, where it is not dead, and wait until it has."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        await self.process.wait()


def settings_for(home: Path, url: str) -> Settings:
    return Settings.load(home=home, database_url=url, log_level="error")


@asynccontextmanager
async def open_counted(home: Path, url: str, port: int, in_flight: int) -> AsyncIterator[App]:
    """An app whose runs are judged so."""
    async with open_app(settings_for(home, url), judge=CountedJudge(port=port)) as app:
        open_context = app.service.executor.open_context

        @asynccontextmanager
        async def so_many(spec: RunSpec) -> AsyncIterator[RunContext]:
            async with open_context(spec) as context:
                yield replace(context, in_flight=in_flight)

        app.service.executor.open_context = so_many
        yield app


async def _main(home: Path, url: str, port: int, in_flight: int) -> None:
    async with (
        open_counted(home, url, port, in_flight) as app,
        app.open_worker(takes_all=True) as worker,
    ):
        print(worker.id, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
