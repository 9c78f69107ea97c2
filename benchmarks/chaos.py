"""Workers are killed at random instants until all runs have ended; what came of it is compared.

    python -m benchmarks.chaos [--kills N] [--seed S] [--database sqlite|postgres]

Several runs at once, each on a web of its own, are worked on by real processes that SIGKILL ends:
before they are up, while they take up what was left, in the midst of it, at the very end of a run;
some are stopped (SIGSTOP) until another has taken over, and go on beside it. The server that sells
searches, pages and judgements counts every call. Compared with the same runs undisturbed: rows,
counts, why they ended, calls; and the events of each run are numbered 1..n and tell nothing twice.

It ends with exit code 1 where anything differs, or more was paid again than may be in flight.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.chaos_outcome import HEAD, Story, Undisturbed, compare, outcome_of, tell
from benchmarks.chaos_web import Counts, Server, World, serving, worlds
from benchmarks.chaos_worker import settings_for
from netnew.bootstrap import App, open_app
from netnew.domain.ids import RunId
from netnew.engine.discovery.discovery import READ_AT_ONCE

ROOT = Path(__file__).resolve().parent.parent
DEAD_AFTER_S = 1.5
IN_FLIGHT = 4
# The most that a run may have in flight: judgements by the setting above, pages and searches by the
# engine (`READ_AT_ONCE`, `queries_per_round` of the generator).
AT_ONCE = {"judge": IN_FLIGHT, "page": READ_AT_ONCE, "search": 16}
LATENCY = {"judge": 0.04, "page": 0.02, "search": 0.02}
# A worker is given so long to do something before it is killed, in seconds.
LIVES_AT_MOST_S = 2.5
UP_WITHIN_S = 1.5


class WorkerProcess:
    """A worker in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def begin(
        cls, home: Path, url: str, server: Server, in_flight: int = IN_FLIGHT, runs: int = 64
    ) -> WorkerProcess:
        arguments = (str(home), url, server.address, str(in_flight), str(DEAD_AFTER_S), str(runs))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.chaos_worker", *arguments),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        return cls(process)

    async def ready(self) -> None:
        assert self.process.stdout is not None
        said = await self.process.stdout.readline()
        assert said.startswith(b"ready"), f"a worker did not begin: {said!r}"

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def kill(self, server: Server) -> None:
        server.killed()
        self.signal(signal.SIGKILL)
        await self.process.wait()

    async def leave(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert await self.process.wait() == 0, "a worker did not leave well"


# ------------------------------------------------------------------------------------- runs


async def ask(app: App, some: Sequence[World], server: Server) -> dict[str, RunId]:
    """A run for each world, queued; by the world's name."""
    return {w.name: (await app.service.create_run(w.spec(server.address))).id for w in some}


async def all_ended(app: App, runs: dict[str, RunId]) -> bool:
    return all([(await app.service.queries.run(id)).status.is_terminal for id in runs.values()])


async def wait_for_all(app: App, runs: dict[str, RunId]) -> None:
    for id in runs.values():
        async for _ in app.service.queries.watch(id):
            pass


# ------------------------------------------------------------------------------------- chaos


@dataclass(slots=True)
class Chaos:
    """Kills the workers of some runs until those have ended. `paid` is what each world's run calls
    when undisturbed."""

    app: App
    home: Path
    url: str
    server: Server
    runs: dict[str, RunId]
    paid: dict[str, int]
    story: Story
    dice: random.Random
    _ended_near: set[str] = field(default_factory=set)

    async def until_all_ended(self, most_kills: int) -> None:
        """After `most_kills` the last worker is let be."""
        while not await all_ended(self.app, self.runs):
            if self.story.kills >= most_kills:
                await self._in_peace()
            elif self.dice.random() < 0.12:
                await self._early()
            elif self.dice.random() < 0.15:
                await self._stopped_and_killed()
            else:
                worker = await self._begin()
                await worker.ready()
                await self._let_work()
                await self._kill(worker)

    async def at_shares(self, shares: Sequence[float]) -> None:
        """Kill when so much of all calls was made (1: the last one), however long that takes."""
        for share in shares:
            enough = int(share * sum(self.paid.values()))
            worker = await self._begin()
            await worker.ready()
            while len(self.server.counts.calls) < enough:
                await self.server.called.wait()
            await asyncio.sleep(self.dice.uniform(0.0, 0.03))
            await self._kill(worker)
        await self._in_peace()

    async def _begin(self) -> WorkerProcess:
        return await WorkerProcess.begin(self.home, self.url, self.server)

    async def _kill(self, worker: WorkerProcess) -> None:
        self.story.kills += 1
        await self._count_bound()
        await worker.kill(self.server)

    async def _count_bound(self) -> None:
        runs = [await self.app.service.queries.run(id) for id in self.runs.values()]
        under_way = sum(not run.status.is_terminal for run in runs)
        self.story.bound.update({kind: n * under_way for kind, n in AT_ONCE.items()})

    async def _in_peace(self) -> None:
        worker = await self._begin()
        await worker.ready()
        await wait_for_all(self.app, self.runs)
        await worker.leave()

    async def _early(self) -> None:
        """Before it is up, or as it takes up the runs."""
        worker = await self._begin()
        await asyncio.sleep(self.dice.uniform(0.0, 1.0))
        self.story.early += 1
        await self._kill(worker)

    async def _stopped_and_killed(self) -> None:
        """It sleeps until another has its runs, works on beside it, and both are killed.

        Where it holds the lock of a SQLite file, the other gets there only when it wakes.
        """
        worker = await self._begin()
        await worker.ready()
        await self._let_work()
        await self._count_bound()
        worker.signal(signal.SIGSTOP)
        self.server.stopped()
        other = await self._begin()
        await asyncio.sleep(UP_WITHIN_S + DEAD_AFTER_S + self.dice.uniform(0.0, 1.5))
        worker.signal(signal.SIGCONT)
        await other.ready()
        self.story.stopped += 1
        await asyncio.sleep(self.dice.uniform(0.0, 1.5))
        both = [worker, other]
        self.dice.shuffle(both)
        for one in both:
            await self._kill(one)
            await asyncio.sleep(self.dice.uniform(0.0, 0.3))

    async def _let_work(self) -> None:
        """For a while, or until a run is about to end."""
        until = time.monotonic() + self.dice.uniform(0.0, LIVES_AT_MOST_S)
        while time.monotonic() < until:
            if self._one_is_near_its_end():
                self.story.at_the_end += 1
                await asyncio.sleep(self.dice.uniform(0.0, 0.12))
                return
            await asyncio.sleep(0.005)

    def _one_is_near_its_end(self) -> bool:
        """Whether a run has just made the last call it makes when undisturbed; told once a run."""
        for world in self.server.worlds:
            if world.name not in self._ended_near:
                calls = self.server.counts.of_world(world)
                if len(calls) >= self.paid[world.name]:
                    self._ended_near.add(world.name)
                    return True
        return False


async def undisturbed(some: Sequence[World]) -> Undisturbed:
    """One worker, left alone, over SQLite."""
    async with serving(some, LATENCY) as server:
        with tempfile.TemporaryDirectory(prefix="netnew-chaos-") as folder:
            home = Path(folder)
            url = f"sqlite:///{home / 'netnew.db'}"
            async with opened(home, url, server) as app:
                runs = await ask(app, some, server)
                worker = await WorkerProcess.begin(home, url, server)
                await worker.ready()
                await wait_for_all(app, runs)
                await worker.leave()
                outcomes = {name: await outcome_of(app, id) for name, id in runs.items()}
    return Undisturbed(outcomes, server.counts.calls)


@asynccontextmanager
async def opened(home: Path, url: str, server: Server) -> AsyncIterator[App]:
    async with open_app(settings_for(home, url, server.address)) as app:
        yield app


async def disturbed(
    story: Story,
    url: str,
    dice: random.Random,
    some: Sequence[World],
    whole: Undisturbed,
    kills: int | Sequence[float],
) -> Story:
    """The story of a run for each world over the database at `url` (empty: a file in their HOME).

    `kills`: how many at random instants, or at which shares of all calls.
    """
    began = time.monotonic()
    paid = {w.name: len(Counts(whole.calls).of_world(w)) for w in some}
    async with serving(some, LATENCY) as server:
        with tempfile.TemporaryDirectory(prefix="netnew-chaos-") as folder:
            home = Path(folder)
            url = url or f"sqlite:///{home / 'netnew.db'}"
            async with opened(home, url, server) as app:
                runs = await ask(app, some, server)
                chaos = Chaos(app, home, url, server, runs, paid, story, dice)
                if isinstance(kills, int):
                    await chaos.until_all_ended(kills)
                else:
                    await chaos.at_shares(kills)
                for name, id in runs.items():
                    story.outcomes[name] = await outcome_of(app, id)
        story.in_flight = server.counts.in_flight
        compare(story, whole, server.counts.calls)
    story.seconds = time.monotonic() - began
    return story


@contextmanager
def database_urls(kind: str) -> Iterator[Iterator[str]]:
    """Addresses of new databases; empty for a SQLite file in the HOME of the runs."""
    if kind == "sqlite":
        yield iter(lambda: "", None)
        return
    from tests.support.postgres import running_postgres

    with running_postgres(durable=True) as server:
        yield iter(lambda: server.url_of(server.make_database()), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=60, help="at least, over each database")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=6, help="at once")
    parser.add_argument("--database", choices=("sqlite", "postgres"), action="append")
    given = parser.parse_args()
    some = worlds(given.runs)
    whole = asyncio.run(undisturbed(some))
    print(HEAD, flush=True)
    well, kills = True, 0
    for kind in given.database or ("sqlite", "postgres"):
        left, seed = given.kills, given.seed
        with database_urls(kind) as urls:
            while left > 0:
                dice = random.Random(f"{seed} {kind}")
                story = asyncio.run(disturbed(Story(kind), next(urls), dice, some, whole, left))
                tell(story)
                left, seed, kills = left - story.kills, seed + 1, kills + story.kills
                well = well and not story.faults
    print(f"\n{kills} kills; {'no difference' if well else 'there are differences'}")
    sys.exit(not well)


if __name__ == "__main__":
    main()
