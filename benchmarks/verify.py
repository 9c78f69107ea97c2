"""The verify stage: candidates a second through the real store, with a judge that costs nothing.

    python -m benchmarks.verify [--candidates N]

A candidate is: its page in memory, the ledger asked for three conditions, three cited verdicts
given, then its row, its two events and three ledger entries committed, each candidate by itself and
64 at a time, as a run does. A second pass over the same candidates is answered by the ledger alone.
The last row adds reading the page and the rules judge.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from netnew.bootstrap import SystemClock
from netnew.domain.budget import Budget
from netnew.domain.condition import MatchCondition
from netnew.domain.event import CandidateDecided, CandidateGenerated
from netnew.domain.evidence import PageRole
from netnew.domain.ids import LOCAL_WORKSPACE, candidate_id_for, run_id
from netnew.domain.ledger import LedgerEntry
from netnew.domain.run import Run, RunSpec, RunStatus
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.context import RunContext
from netnew.engine.resolution.entity import Entity
from netnew.engine.resolution.entity_counts import EntityCounts
from netnew.engine.run.judging_pool import JudgingPool
from netnew.engine.verification.follow_up import FollowUp
from netnew.engine.verification.verifier import Known, Verifier
from netnew.gc_threshold import raise_gc_threshold
from netnew.judges.rules import RulesJudge
from netnew.ports.judging import Judge
from netnew.ports.sources import Fetcher, Source
from netnew.ports.store import Changes
from netnew.store.store import SqlStore, open_store
from netnew.testing import CountingIds, FixedFetcher, ScriptedJudge, page

BATCH = 100
SCRIPTED = (
    MatchCondition("colour", "Colour: red"),
    MatchCondition("open", "Open: yes"),
    MatchCondition("town", "Town: Hope"),
)
PLAIN = (
    MatchCondition("colour", "Its colour is red."),
    MatchCondition("staff", "It has at least 10 employees."),
    MatchCondition("country", "It is located in France."),
)
FACTS = {
    "Colour": "red",
    "Open": "yes",
    "Town": "Hope",
    "Employees": "12",
    "Country": "France",
    "Founded": "1999",
}


@dataclass(slots=True)
class Stage:
    """The verify stage of one run: entities in, rows, events and ledger entries out."""

    run: Run
    context: RunContext
    meter: BudgetMeter
    entity_counts: EntityCounts
    verifier: Verifier
    _known: dict[str, Known] = field(default_factory=dict)

    @classmethod
    async def of(
        cls,
        name: str,
        store: SqlStore,
        judge: Judge,
        spec: RunSpec,
        fetcher: Fetcher | None = None,
        sources: Sequence[Source] = (),
    ) -> Stage:
        """That of a new run called `name`."""
        clock = SystemClock()
        now = clock.now()
        id = run_id(UUID(bytes=sha256(name.encode()).digest()[:16]))
        run = Run(id, LOCAL_WORKSPACE, spec, RunStatus.RUNNING, now, now)
        await store.runs.create(run)
        context = RunContext(
            store,
            fetcher or FixedFetcher({}),
            tuple(sources),
            judge,
            clock,
            CountingIds(),
            conditions_per_call=3,
        )
        meter = BudgetMeter(Budget(), clock)
        verifier = Verifier(context, run.id, 1, spec, meter, FollowUp(context, meter, 0, 0))
        return cls(run, context, meter, EntityCounts(), verifier)

    async def verify(self, entities: Sequence[Entity]) -> None:
        """Judge all and commit them, each by itself, as many at a time as a run does."""
        pool = JudgingPool(self._one, lambda: sys.maxsize, self.context.in_flight)
        for start in range(0, len(entities), BATCH):
            self._known |= await self.verifier.known(entities[start : start + BATCH])
        pool.give(entities)
        while pool.is_busy:
            await pool.settle(BATCH, 60)

    async def _one(self, entity: Entity) -> None:
        await self._commit(
            entity, await self.verifier.verify(entity, self._known.pop(entity.id, {}))
        )

    async def _commit(self, e: Entity, ledger: list[LedgerEntry]) -> None:
        self.run = replace(self.run, counts=self.entity_counts.counts(), spend=self.meter.spend)
        told = (
            CandidateGenerated(e.id, e.name, e.url),
            CandidateDecided(e.id, e.name, e.url, e.status, e.verdicts),
        )
        rows = (e.candidate(self.run.id, 1),)
        changes = Changes(self.run.id, told, self.run, rows, ledger=tuple(ledger))
        await self.context.store.journal.commit(changes)


def entities(count: int, of: Stage) -> list[Entity]:
    made = []
    for i in range(count):
        key, url = f"site:kettle{i}.example", f"https://kettle{i}.example/"
        entity = Entity(candidate_id_for(of.run.id, key), i, of.entity_counts)
        entity.keys.add(key)
        entity.add_page(page(url, f"Kettle {i}", FACTS, (f"Maker number {i}.",)), PageRole.OWN)
        made.append(entity)
    return made


async def timed(
    name: str, store: SqlStore, judge: Judge, conditions: tuple[MatchCondition, ...], count: int
) -> str:
    """A line of the table."""
    stage = await Stage.of(name, store, judge, RunSpec("kettles", "maker", conditions))
    batch = entities(count, stage)
    wall, cpu = time.perf_counter(), time.process_time()
    await stage.verify(batch)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    per = 1e6 / count
    return f"| {name} | {count / wall:,.0f} | {per * wall:,.0f} | {per * cpu:,.0f} |"


async def main(count: int) -> None:
    print("| verify stage, SQLite | candidates/s | µs wall | µs processor |")
    print("| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'netnew.db'}"
        async with open_store(url) as store:
            scripted, rules = ScriptedJudge(), RulesJudge(SystemClock())
            print(await timed("zero-cost judge, empty ledger", store, scripted, SCRIPTED, count))
            print(await timed("the same again, from the ledger", store, scripted, SCRIPTED, count))
            print(await timed("rules judge, page read", store, rules, PLAIN, count))


if __name__ == "__main__":
    raise_gc_threshold()
    asked = argparse.ArgumentParser()
    asked.add_argument("--candidates", type=int, default=5_000)
    asyncio.run(main(asked.parse_args().candidates))
