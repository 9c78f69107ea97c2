"""Whether a candidate costs the same late in a run as early: runs of 1,000 to 100,000 candidates.

    python -m benchmarks.growth [--sizes 1000 10000 100000]

The web has a catalogue that is walked to its end: it leads to the sites of entities, to profiles
that name a website, and to lists of more. Its search engine is asked all follow-ups and knows
nothing. Pages are made when they are read and not kept. Each round is discovered, resolved, judged
by a judge that costs nothing, committed candidate by candidate to SQLite, and learned from. µs of
processor per candidate, by stage; `late`: of the last tenth alone.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.verify import Stage
from netnew.bootstrap import SystemClock
from netnew.domain.candidate import MatchStatus
from netnew.domain.condition import MatchCondition, MatchRule
from netnew.domain.page import Link, Snapshot
from netnew.domain.run import RunSpec
from netnew.domain.search import Hit
from netnew.engine.discovery.discovery import Discovery
from netnew.engine.discovery.frontier import Frontier
from netnew.engine.discovery.relevance import Relevance
from netnew.engine.effort import generator_named
from netnew.engine.planning.plan import plan
from netnew.engine.resolution.exclusions import Exclusions
from netnew.engine.resolution.resolver import Resolver
from netnew.gc_threshold import raise_gc_threshold
from netnew.store.store import SqlStore, open_store
from netnew.testing import FixedFetcher, FixedSource, ScriptedJudge, page

CONDITIONS = (
    MatchCondition("colour", "Colour: red"),
    MatchCondition("open", "Open: yes"),
    MatchCondition("town", "It is in Town 1"),
)
STAGES = ("discover", "verify", "learn")
COLOURS = ("red", "red", "blue")
ON_A_LIST = 10


class Web(Mapping[str, Snapshot]):
    """Pages about `count` makers, made when they are read. Of ten makers five have a site, two a
    profile and a site, and three are found through lists alone."""

    def __init__(self, count: int) -> None:
        self.count = count

    def hits(self) -> tuple[Hit, ...]:
        """What the catalogue leads to."""
        return tuple(hit for i in range(self.count) for hit in self._hits(i))

    def _hits(self, i: int) -> Iterator[Hit]:
        if i % 10 < 5:
            yield Hit(f"https://kettle{i}.com/")
        elif i % 10 < 7:
            yield Hit(f"https://profiles.test/kettles/{i}")
        if i % (ON_A_LIST * 10) == 0:
            yield from (Hit(f"https://lists{i % 7}.test/{i + k}") for k in range(3))

    def __getitem__(self, url: str) -> Snapshot:
        place, _, number = url.removeprefix("https://").rstrip("/").rpartition("/")
        if place.startswith("lists"):
            return self._list(url, int(number))
        if place:
            return self._maker(url, int(number), f"https://kettle{number}.com/")
        return self._maker(url, int(url.removeprefix("https://kettle").removesuffix(".com/")))

    def _maker(self, url: str, i: int, website: str | None = None) -> Snapshot:
        facts = {
            "Colour": COLOURS[i % 3],
            "Open": "no" if i % 11 == 0 else "yes",
            "Town": f"Town {i % 500}",
            "Model": f"Model K{i}",
        }
        if website is not None:
            facts["Website"] = website
        text = (f"Kettle {i} is made by hand in a small workshop, one of {i % 40}, for everyone.",)
        return page(url, f"Kettle{i}", facts, text)

    def _list(self, url: str, first: int) -> Snapshot:
        makers = range(first - first % 100 + 7 + first % 3, self.count, 10)[:ON_A_LIST]
        links = [Link(f"https://kettle{i}.com/", f"Kettle {i}", group=1, lead=True) for i in makers]
        return page(url, f"The best kettles, part {first}", links=links)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return self.count


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor seconds by stage."""

    by_stage: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))

    @contextmanager
    def on(self, stage: str) -> Iterator[None]:
        began = time.process_time()
        yield
        self.by_stage[stage] += time.process_time() - began

    @property
    def all(self) -> float:
        return sum(self.by_stage.values())


@dataclass(frozen=True, slots=True)
class Walked:
    """A run of `count` candidates; `late_us` for each of the last tenth."""

    count: int
    spent: Spent
    late_us: float

    def row(self) -> str:
        whole = [1e6 * self.spent.by_stage[stage] / self.count for stage in STAGES]
        columns = (*whole, sum(whole), self.late_us, peak_mb())
        return f"| {self.count:,} | {' | '.join(f'{x:,.0f}' for x in columns)} |"


def peak_mb() -> float:
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def walk(store: SqlStore, count: int, exclusions: Exclusions | None = None) -> Walked:
    """One run over a web of `count` makers."""
    web, clock = Web(count), SystemClock()
    catalogue = FixedSource({"": web.hits()}, "catalogue", enumerates=True, per_page=100)
    engine = FixedSource({}, "engine")
    rule = MatchRule(0.66)
    spec = RunSpec("red kettles", "maker", CONDITIONS, match_rule=rule, generator="pro")
    planned = plan(spec, ScriptedJudge(), clock)
    stage = await Stage.of(
        f"growth {count}",
        store,
        ScriptedJudge(),
        planned.spec,
        FixedFetcher(web),
        (catalogue, engine),
    )
    resolver = Resolver(
        stage.run.id, clock, exclusions or Exclusions(), entity_counts=stage.entity_counts
    )
    generator = generator_named("pro")
    discovery = Discovery(
        stage.context,
        planned.spec,
        generator,
        stage.meter,
        resolver,
        Frontier(generator.result_pages),
        Relevance(planned.spec, clock.now().date()),
        never,
    )
    discovery.start(planned.queries)
    spent, before, late_from = Spent(), 0.0, 0
    while discovery.open_leads:
        if not late_from and len(resolver.entities) > 0.9 * count:
            late_from, before = len(resolver.entities), spent.all
        with spent.on("discover"):
            this = await discovery.round()
        if not this.sighted:
            break
        with spent.on("discover"):
            waiting = [
                e
                for e in resolver.drain_changed()
                if not resolver.is_excluded(e)
                and e.status in (MatchStatus.GENERATED, MatchStatus.UNCLEAR)
            ]
        with spent.on("verify"):
            await stage.verify(waiting)
        with spent.on("learn"):
            discovery.learn(this)
            resolver.drain_removed()
            stage.entity_counts.sightings.estimate()
    counts = resolver.counts()
    assert counts.generated == count, counts
    return Walked(count, spent, 1e6 * (spent.all - before) / (count - late_from))


async def never() -> bool:
    return False


async def main(sizes: list[int]) -> None:
    print("| candidates | discover, resolve | verify, commit | learn | all | late | peak MB |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            async with open_store(f"sqlite:///{Path(folder) / 'netnew.db'}") as store:
                print((await walk(store, size)).row(), flush=True)


if __name__ == "__main__":
    raise_gc_threshold()
    asked = argparse.ArgumentParser()
    asked.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    asyncio.run(main(asked.parse_args().sizes))
