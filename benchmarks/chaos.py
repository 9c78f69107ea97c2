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
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.chaos_web import KINDS, Server, World, by_kind, serving, worlds
from benchmarks.chaos_worker import settings_for
from netnew.bootstrap import App, open_app
from netnew.domain.event import Event
from netnew.domain.ids import RunId
from netnew.domain.run import Run
from netnew.engine.discover import READ_AT_ONCE
from netnew.service import RunResult

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
SHOWN = 12  # differences that are printed, of each story

Said = dict[str, object]
"""Of a run: what a user sees, without ids and times."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one run."""

    said: Said
    candidates: int
    events: int
    faults: tuple[str, ...]


@dataclass(slots=True)
class Story:
    """What happened to the workers of one database."""

    database: str
    kills: int = 0
    early: int = 0
    at_the_end: int = 0
    stopped: int = 0
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    repeated: Counter[str] = field(default_factory=Counter)
    in_flight: Counter[str] = field(default_factory=Counter)
    bound: Counter[str] = field(default_factory=Counter)
    unlike: int = 0
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def row(self) -> str:
        paid = [f"{self.repeated[k]} / {self.in_flight[k]} / {self.bound[k]}" for k in KINDS]
        outcomes = self.outcomes.values()
        cells = (
            self.database,
            f"{self.kills} ({self.early}, {self.at_the_end}, {self.stopped})",
            len(self.outcomes),
            sum(o.candidates for o in outcomes),
            sum(o.events for o in outcomes),
            *paid,
            self.unlike,
            len(self.faults),
            f"{self.seconds:.0f}",
        )
        return "| " + " | ".join(map(str, cells)) + " |"


HEAD = (
    "| database | kills (early, at an end, stopped before) | runs | candidates | events "
    "| judge calls: again / in flight / bound | pages | searches | unlike any | differences | s |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)


class WorkerProcess:
    """A worker in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def begin(cls, home: Path, url: str, server: Server) -> WorkerProcess:
        arguments = (str(home), url, server.address, str(IN_FLIGHT), str(DEAD_AFTER_S))
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
    return all([(await app.service.run(id)).status.is_terminal for id in runs.values()])


async def wait_for_all(app: App, runs: dict[str, RunId]) -> None:
    for id in runs.values():
        async for _ in app.service.watch(id):
            pass


async def outcome_of(app: App, id: RunId) -> Outcome:
    result = await app.service.result(id)
    events = await app.service.events(id, 0, 1_000_000)
    everything = [c async for c in app.service.candidates(id)]
    faults = (*faults_of(result.run, events), *twice(everything_key(c) for c in everything))
    return Outcome(said_by(result), len(result.candidates), len(events), faults)


def everything_key(candidate: object) -> str:
    return str(getattr(candidate, "id", ""))


def said_by(result: RunResult) -> Said:
    """Rows by address; the number of each status; why it ended."""
    run = result.run
    said: Said = {
        f"{c.url} {name}": getattr(c, name)
        for c in result.candidates
        for name in ("name", "status", "verdicts", "enrichments", "identity", "found_by")
    }
    ended = ("status", "termination_reason", "termination_detail", "rounds", "counts", "estimate")
    return said | {name: getattr(run, name) for name in ended}


def faults_of(run: Run, events: Sequence[Event]) -> Iterator[str]:
    """What is wrong with the events of a run that has ended."""
    numbers = [event.seq for event in events]
    if numbers != list(range(1, run.last_seq + 1)):
        yield f"events are numbered {numbers[:3]}…{numbers[-3:]} of {run.last_seq}"
    yield from twice(
        f"{e.body.kind} {getattr(e.body, 'candidate_id', getattr(e.body, 'number', ''))}"
        for e in events
        if e.body.kind in ("candidate.generated", "candidate.discarded", "round.ended")
    )
    last: dict[tuple[str, str], object] = {}
    for event in events:
        about = getattr(event.body, "candidate_id", None)
        if about is not None and last.get((event.body.kind, about)) == event.body:
            yield f"{event.body.kind} of {about} told twice with the same content"
        if about is not None:
            last[event.body.kind, about] = event.body
    if events and getattr(events[-1].body, "status", None) is not run.status:
        yield f"the last event is {events[-1].body}"


def twice(keys: Iterator[str]) -> Iterator[str]:
    return (f"{key} {n} times" for key, n in Counter(keys).items() if n > 1)


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

    async def _begin(self) -> WorkerProcess:
        return await WorkerProcess.begin(self.home, self.url, self.server)

    async def _kill(self, worker: WorkerProcess) -> None:
        self.story.kills += 1
        await self._count_bound()
        await worker.kill(self.server)

    async def _count_bound(self) -> None:
        runs = [await self.app.service.run(id) for id in self.runs.values()]
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


async def undisturbed(some: Sequence[World], server: Server) -> dict[str, Outcome]:
    """One worker, left alone, over SQLite."""
    with tempfile.TemporaryDirectory(prefix="netnew-chaos-") as folder:
        home = Path(folder)
        url = f"sqlite:///{home / 'netnew.db'}"
        async with opened(home, url, server) as app:
            runs = await ask(app, some, server)
            worker = await WorkerProcess.begin(home, url, server)
            await worker.ready()
            await wait_for_all(app, runs)
            await worker.leave()
            return {name: await outcome_of(app, id) for name, id in runs.items()}


@asynccontextmanager
async def opened(home: Path, url: str, server: Server) -> AsyncIterator[App]:
    async with open_app(settings_for(home, url, server.address)) as app:
        yield app


async def disturbed(
    database: str, url: str, kills: int, seed: int, runs_at_once: int, entities: int | None = None
) -> Story:
    """The story of so many runs over the database at `url`."""
    some = worlds(runs_at_once, entities)
    story, began = Story(database), time.monotonic()
    async with serving(some, LATENCY) as server:
        port = server.address
        whole = await undisturbed(some, server)
        calls, server.counts = server.counts, type(server.counts)()
        paid = {w.name: len(calls.of_world(w)) for w in some}
        with tempfile.TemporaryDirectory(prefix="netnew-chaos-") as folder:
            home = Path(folder)
            url = url or f"sqlite:///{home / 'netnew.db'}"
            async with opened(home, url, server) as app:
                runs = await ask(app, some, server)
                chaos = Chaos(
                    app, home, url, server, runs, paid, story, random.Random(f"{seed} {database}")
                )
                await chaos.until_all_ended(kills)
                assert server.address == port
                for name, id in runs.items():
                    story.outcomes[name] = await outcome_of(app, id)
        compare(story, whole, calls.calls, server.counts.calls)
        story.in_flight = Counter(server.counts.in_flight)
    story.faults += [
        f"{kind}: {story.repeated[kind]} paid again, {story.bound[kind]} allowed"
        for kind in KINDS
        if story.repeated[kind] > story.bound[kind]
    ]
    story.seconds = time.monotonic() - began
    return story


def compare(
    story: Story,
    whole: dict[str, Outcome],
    calls: Counter[tuple[str, str]],
    now: Counter[tuple[str, str]],
) -> None:
    """Note down every difference."""
    for name, outcome in story.outcomes.items():
        story.faults += [f"{name}: {fault}" for fault in outcome.faults]
        before = whole[name].said
        for key in sorted(before.keys() | outcome.said.keys()):
            if before.get(key) != outcome.said.get(key):
                story.faults.append(
                    f"{name}: {key}\n    was {before.get(key)}\n    is  {outcome.said.get(key)}"
                )
    story.repeated = Counter(by_kind((now - calls).items()))
    story.unlike = len(now.keys() - calls.keys())
    missing = calls - now
    story.faults += [f"never called: {call}" for call in list(missing)[:10]]


@contextmanager
def database_urls(kind: str) -> Iterator[Iterator[str]]:
    """Addresses of new databases; empty for a SQLite file in the HOME of the runs."""
    if kind == "sqlite":
        with nullcontext():
            yield iter(lambda: "", None)
        return
    from tests.support.postgres import running_postgres

    with running_postgres(durable=True) as server:
        yield iter(lambda: server.url_of(server.make_database()), None)


def tell(story: Story) -> None:
    print(story.row(), flush=True)
    for fault in story.faults[:SHOWN]:
        print("  !", fault, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=60, help="at least, over each database")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=6, help="at once")
    parser.add_argument("--database", choices=("sqlite", "postgres"), action="append")
    given = parser.parse_args()
    print(HEAD, flush=True)
    well, kills = True, 0
    for kind in given.database or ("sqlite", "postgres"):
        left, seed = given.kills, given.seed
        with database_urls(kind) as urls:
            while left > 0:
                story = asyncio.run(disturbed(kind, next(urls), left, seed, given.runs))
                tell(story)
                left, seed, kills = left - story.kills, seed + 1, kills + story.kills
                well = well and not story.faults
    print(f"\n{kills} kills; {'no difference' if well else 'there are differences'}")
    sys.exit(not well)


if __name__ == "__main__":
    main()
