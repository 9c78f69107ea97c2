"""Kettle makers and all it takes to look for the red ones: a store, a source, pages, a judge."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from netnew.app.dependencies import ServiceDependencies
from netnew.app.service import Service
from netnew.domain.candidate import Candidate
from netnew.domain.condition import MatchCondition
from netnew.domain.errors import SourceUnavailable
from netnew.domain.event import Event
from netnew.domain.page import Snapshot
from netnew.domain.run import Run, RunSpec
from netnew.domain.search import Hit, SearchAnswer
from netnew.engine.context import JudgeSetup, RunContext
from netnew.ports.judging import Advisor
from netnew.store.store import SqlStore, open_store
from netnew.testing import CountingIds, FixedFetcher, FixedSource, FrozenClock, ScriptedJudge, page

COLOURS = ("red", "red", "blue", "red", "green")
CONDITIONS = (MatchCondition("colour", "Colour: red"), MatchCondition("open", "Open: yes"))


def kettles(count: int = 5) -> dict[str, Snapshot]:
    """Pages of kettle makers; every third colour is not red, the last is not open."""
    pages = {}
    for i in range(count):
        url = f"https://kettle{i}.com/"
        facts = {"Colour": COLOURS[i % 5], "Open": "no" if i == count - 1 else "yes"}
        pages[url] = page(url, f"Kettle {i}", {**facts, "City": f"Town {i}"}, (f"Maker {i}.",))
    return pages


class AnySource(FixedSource):
    """Answers every query with the same hits, but for those with the word `asleep_for`."""

    asleep_for: str | None = None

    async def search(self, query: str, page: int) -> SearchAnswer:
        self.asked.append((query, page))
        if self.asleep_for is not None and self.asleep_for in query.casefold():
            raise SourceUnavailable("fixed", "it is asleep")
        hits = tuple(self.answers["*"])
        end = page * self.per_page
        return SearchAnswer(hits[end - self.per_page : end], has_more=end < len(hits))


@dataclass
class EngineFixture:
    """One HOME with its parts; `run` asks a spec to the end."""

    store: SqlStore
    pages: dict[str, Snapshot]
    clock: FrozenClock = field(default_factory=FrozenClock)
    ids: CountingIds = field(default_factory=CountingIds)
    judge: ScriptedJudge = field(default_factory=ScriptedJudge)
    advisor: Advisor | None = None
    hits: list[Hit] | None = None
    context: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        hits = self.hits if self.hits is not None else [Hit(u) for u in self.pages]
        # Three pages of an answer, as deep as the generator goes, have them all.
        self.source = AnySource({"*": hits}, per_page=max(10, -(-len(hits) // 3)))
        self.fetcher = FixedFetcher(self.pages, self.store.pages)
        self.restart()

    def restart(self) -> None:
        """A service that knows nothing but what the store has: as after a kill."""
        around = ServiceDependencies(self.clock, self.ids, self._judging, ("fixed",), self._open)
        self.service = Service(self.store, around)

    async def _judging(self, spec: RunSpec) -> JudgeSetup:
        return JudgeSetup("rules", self.judge, self.advisor)

    async def kill(self) -> None:
        """What was under way is gone, unwritten; another process begins."""
        await self.service.executor.close()
        self.restart()

    async def some(self, run: Run, stretches: int) -> bool:
        """So many steps of a run, or as many as it takes to end; whether there is more."""
        generation = (await self.service.queries.run(run.id)).generation
        more = True
        for _ in range(stretches):
            more = more and await self.service.executor.step(run.id, generation, "w")
        return more

    @asynccontextmanager
    async def opened(self, judge: ScriptedJudge) -> AsyncIterator[RunContext]:
        """The parts of a run, with that judge."""
        fixed = (self.store, self.fetcher, (self.source,), judge, self.clock, self.ids)
        yield RunContext(*fixed, **{"advisor": self.advisor, **self.context})

    def _open(self, spec: RunSpec) -> AbstractAsyncContextManager[RunContext]:
        return self.opened(self.judge)

    async def run(self, spec: RunSpec) -> Run:
        run = await self.service.create_run(spec)
        return await self.service.work(run.id)

    async def events(self, run: Run) -> list[Event]:
        return await self.service.queries.events(run.id, 0, 100_000)

    async def rows(self, run: Run) -> list[Candidate]:
        return list((await self.service.queries.result(run.id)).candidates)


@asynccontextmanager
async def bench(
    folder: Path, pages: dict[str, Snapshot] | None = None, hits: list[Hit] | None = None
) -> AsyncIterator[EngineFixture]:
    clock = FrozenClock()
    async with open_store(f"sqlite:///{folder / 'netnew.db'}", clock=clock) as store:
        yield EngineFixture(store, kettles() if pages is None else pages, clock, hits=hits)


SPEC = RunSpec("all red kettles", "maker", CONDITIONS, generator="base")
