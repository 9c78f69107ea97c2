"""The verify stage: candidates a second through the real store, with a judge that costs nothing.

    python -m benchmarks.verify [--candidates N]

A candidate is: its page in memory, the ledger asked for three conditions, three cited verdicts
given, then its row, its two events and three ledger entries committed (in waves of 100). A second
pass over the same candidates is answered by the ledger alone. The last row adds reading the page
and the rules judge.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from netnew.bootstrap import SystemClock
from netnew.domain.budget import Budget
from netnew.domain.condition import MatchCondition
from netnew.domain.event import CandidateDecided, CandidateGenerated
from netnew.domain.evidence import Standing
from netnew.domain.ids import LOCAL_WORKSPACE, candidate_id, run_id
from netnew.domain.run import Run, RunSpec, RunStatus
from netnew.engine.entity import Entity
from netnew.engine.meter import Meter
from netnew.engine.parts import Parts
from netnew.engine.verify import Verifier
from netnew.judges.rules import RulesJudge
from netnew.ports import Changes, Judge
from netnew.store.store import SqlStore, open_store
from netnew.testing import CountingIds, FixedFetcher, ScriptedJudge, page

WAVE = 100
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


@dataclass(frozen=True)
class Timed:
    """Wall and processor seconds for `count` candidates."""

    name: str
    count: int
    wall_s: float
    cpu_s: float

    def row(self) -> str:
        return (
            f"| {self.name} | {self.count / self.wall_s:,.0f} | "
            f"{1e6 * self.wall_s / self.count:,.0f} | {1e6 * self.cpu_s / self.count:,.0f} |"
        )


def entities(count: int, ids: CountingIds) -> list[Entity]:
    made = []
    for i in range(count):
        entity = Entity(candidate_id(ids.uuid()), i)
        url = f"https://kettle{i}.example/"
        entity.keys.add(f"site:kettle{i}.example")
        entity.add_page(page(url, f"Kettle {i}", FACTS, (f"Maker number {i}.",)), Standing.OWN)
        made.append(entity)
    return made


async def timed(
    name: str, store: SqlStore, judge: Judge, conditions: Sequence[MatchCondition], count: int
) -> Timed:
    clock, ids = SystemClock(), CountingIds()
    spec = RunSpec("kettles", "maker", tuple(conditions))
    now = clock.now()
    run = Run(
        run_id(CountingIds(hash(name) % 10**9).uuid()),
        LOCAL_WORKSPACE,
        spec,
        RunStatus.RUNNING,
        now,
        now,
    )
    await store.runs.create(run)
    parts = Parts(store, FixedFetcher({}), (), judge, clock, ids, conditions_per_call=3)
    verifier = Verifier(parts, run.id, 1, spec, Meter(Budget(), clock), deeper_pages=0)
    ids.last = hash(name) % 10**9 * 1000
    batch = entities(count, ids)
    wall, cpu = time.perf_counter(), time.process_time()
    for start in range(0, count, WAVE):
        wave = batch[start : start + WAVE]
        ledger = await verifier.verify(wave, 16)
        told = [
            event
            for e in wave
            for event in (
                CandidateGenerated(e.id, e.name, e.url),
                CandidateDecided(e.id, e.name, e.url, e.status, e.verdicts),
            )
        ]
        rows = tuple(e.candidate(run.id, 1) for e in wave)
        await store.journal.commit(
            Changes(run.id, tuple(told), replace(run), rows, (), tuple(ledger))
        )
    return Timed(name, count, time.perf_counter() - wall, time.process_time() - cpu)


async def main(count: int) -> None:
    print("| verify stage, SQLite | candidates/s | µs wall | µs processor |")
    print("| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'netnew.db'}"
        async with open_store(url) as store:
            scripted = ScriptedJudge()
            print(
                (
                    await timed("zero-cost judge, empty ledger", store, scripted, SCRIPTED, count)
                ).row()
            )
            print(
                (
                    await timed("the same again, from the ledger", store, scripted, SCRIPTED, count)
                ).row()
            )
            rules = RulesJudge(SystemClock())
            print((await timed("rules judge, page read", store, rules, PLAIN, count)).row())


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--candidates", type=int, default=5_000)
    asyncio.run(main(asked.parse_args().candidates))
