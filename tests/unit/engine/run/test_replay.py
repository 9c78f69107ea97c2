"""A process that takes a run goes on where it was left, and comes to the same end."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from netnew.domain.budget import Budget
from netnew.domain.candidate import Candidate
from netnew.domain.condition import Verdict
from netnew.domain.enrichment import Enrichment
from netnew.domain.page import Link
from netnew.domain.run import Run, RunSpec, RunStatus
from netnew.domain.search import Hit
from netnew.ports.judging import JudgeRequest
from netnew.testing import ScriptedJudge, page
from tests.support.engine_fixture import SPEC, bench, kettles

pytestmark = pytest.mark.anyio

MANY = 130
FIELDS = (Enrichment("City", "where"),)


def said(rows: list[Candidate]) -> dict[str, object]:
    """What a user sees of each row, without ids (they name the run)."""
    return {r.url: (r.name, r.status, r.verdicts, r.enrichments, r.found_by) for r in rows}


async def undisturbed(folder: Path, spec: RunSpec) -> tuple[Run, dict[str, object]]:
    async with bench(folder, kettles(MANY)) as b:
        run = await b.run(spec)
        return run, said(await b.rows(run))


@pytest.mark.parametrize("stretches", [1, 2, 3, 7])
async def test_a_run_killed_again_and_again_ends_as_if_it_had_not_been(
    tmp_path: Path, stretches: int
) -> None:
    whole, rows = await undisturbed(tmp_path / "whole", replace(SPEC, enrichments=FIELDS))
    async with bench(tmp_path, kettles(MANY)) as b:
        b.context["in_flight"] = 4
        run = await b.service.create_run(replace(SPEC, enrichments=FIELDS))
        kills = 0
        # Later processes get further than it takes to retrace.
        while await b.some(run, stretches * (kills + 1)):
            await b.kill()
            kills += 1
        assert kills >= 1
        run = await b.service.queries.run(run.id)
        assert run.status is RunStatus.COMPLETED
        assert said(await b.rows(run)) == rows
        assert run.counts == whole.counts
        assert run.termination_detail == whole.termination_detail
        assert run.rounds == whole.rounds
        events = await b.events(run)
        assert [e.seq for e in events] == list(range(1, run.last_seq + 1))
        told = Counter(
            (e.body.kind, getattr(e.body, "candidate_id", getattr(e.body, "number", None)))
            for e in events
            if e.body.kind != "run.status"
        )
        assert set(told.values()) == {1}
        repeated = Counter(b.judge.asked) - Counter(set(b.judge.asked))
        assert len({name for name, _ in repeated}) <= kills * 4
        assert max(Counter(b.fetcher.fetched).values()) == 1
        assert max(Counter(b.source.asked).values()) == 1
        assert (run.spend.searches, run.spend.pages) == (whole.spend.searches, whole.spend.pages)


@dataclass(slots=True)
class StuckJudge(ScriptedJudge):
    """Does not come to an end with a condition, once deeper pages are shown."""

    stuck_at: str = ""
    is_stuck: asyncio.Event = field(default_factory=asyncio.Event)

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        verdicts = await ScriptedJudge.judge(self, request)
        if len(request.evidence) > 1 and request.conditions[0].name == self.stuck_at:
            self.is_stuck.set()
            await asyncio.Event().wait()
        return verdicts


async def test_what_was_unclear_before_a_deeper_page_is_asked_again_after_a_kill(
    tmp_path: Path,
) -> None:
    home, about = "https://kettle.com/", "https://kettle.com/about"
    pages = {
        home: page(home, "Kettle", text=("A maker.",), links=[Link(about, "About us")]),
        about: page(about, "About us", {"Colour": "red", "Open": "yes"}),
    }
    judge = StuckJudge(stuck_at="open")
    async with bench(tmp_path, pages, hits=[Hit(home)]) as b:
        b.judge, b.context["judge_is_free"] = judge, False
        run = await b.service.create_run(SPEC)
        working = asyncio.create_task(b.service.work(run.id))
        await judge.is_stuck.wait()
        working.cancel()
        await asyncio.wait({working})
        b.restart()
        judge.stuck_at = ""
        run = await b.service.work(run.id)
        assert run.counts.matched == 1
        assert Counter(judge.asked) == {("Kettle", "colour"): 2, ("Kettle", "open"): 3}


async def test_a_budget_is_met_at_the_same_place_after_a_kill(tmp_path: Path) -> None:
    spec = replace(SPEC, budget=Budget(pages=47))
    whole, rows = await undisturbed(tmp_path / "whole", spec)
    async with bench(tmp_path, kettles(MANY)) as b:
        run = await b.service.create_run(spec)
        await b.some(run, 3)
        await b.kill()
        run = await b.service.work(run.id)
        assert run.termination_reason is whole.termination_reason
        assert said(await b.rows(run)) == rows
        assert (run.spend.pages, run.spend.searches) == (whole.spend.pages, whole.spend.searches)


async def test_what_has_grown_old_meanwhile_is_retraced_all_the_same(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(MANY)) as b:
        run = await b.service.create_run(SPEC)
        await b.some(run, 6)
        await b.kill()
        fetched, asked = list(b.fetcher.fetched), list(b.source.asked)
        b.clock.advance(timedelta(days=6))
        run = await b.service.work(run.id)
        assert run.status is RunStatus.COMPLETED
        again = b.source.asked[len(asked) :]
        assert not set(again) & set(asked)
        assert not set(b.fetcher.fetched[len(fetched) :]) & set(fetched)
        assert max(Counter(b.judge.asked).values()) == 1


async def test_who_was_taken_over_writes_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(MANY)) as b:
        run = await b.service.create_run(SPEC)
        await b.some(run, 2)
        zombie = b.service
        b.restart()
        assert await b.some(run, 2)
        before = len(await b.events(run))
        await zombie.executor.step(run.id, 1, "w")
        assert len(await b.events(run)) == before
        assert not zombie.executor.is_open(run.id, 1)
        run = await b.service.work(run.id)
        assert [e.seq for e in await b.events(run)] == list(range(1, run.last_seq + 1))


async def test_who_has_slept_and_takes_what_is_no_more_his_does_not_end_it(tmp_path: Path) -> None:
    """The engine lets go on whose it is; his step must not say that there is nothing to do."""
    async with bench(tmp_path, kettles(MANY)) as b:
        run = await b.service.create_run(SPEC)
        await b.some(run, 2)
        rightful = b.service
        b.restart()
        await b.some(run, 1)  # the other woke, and took it
        assert await rightful.executor.step(run.id, 1, "rightful")
        while await rightful.executor.step(run.id, 1, "rightful"):
            pass
        run = await b.service.queries.run(run.id)
        assert (run.status, run.worker_id) == (RunStatus.COMPLETED, "rightful")
        assert max(Counter(b.judge.asked).values()) == 1


async def test_a_run_that_its_workers_do_not_survive_is_parked(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        run = await b.service.create_run(SPEC)
        may = [await b.service.executor.may_take_over(run.id, 1) for _ in range(7)]
        assert may == [True] * 5 + [False] * 2
        parked = await b.service.queries.run(run.id)
        assert parked.status is RunStatus.FAILED
        assert "6 workers died" in parked.termination_detail
        resumed = await b.service.resume(run.id)
        assert (resumed.takeovers, resumed.generation) == (0, 2)
        assert (await b.service.work(run.id)).counts.matched == 3


async def test_seconds_of_all_processes_count_towards_the_cap(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(MANY)) as b:
        run = await b.service.create_run(replace(SPEC, budget=Budget(seconds=100)))
        for _ in range(3):
            await b.some(run, 2)
            b.clock.seconds += 40
            await b.some(run, 1)
            await b.kill()
        run = await b.service.work(run.id)
        assert run.termination_detail.startswith("the cap on seconds")
        assert run.spend.seconds >= 100


async def test_the_failure_of_one_that_was_taken_over_does_not_end_the_run(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(MANY)) as b:
        run = await b.service.create_run(SPEC)
        await b.some(run, 2)
        zombie = b.service
        b.restart()
        await b.some(run, 1)
        await zombie.executor._fail((run.id, 1), OSError("it slept"))
        assert (await b.service.queries.run(run.id)).status is RunStatus.RUNNING
        assert (await b.service.work(run.id)).is_exhausted
