"""A preview: worked on here and now, within a deadline, and a run like any other afterwards."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from netnew.domain.candidate import MatchStatus
from netnew.domain.condition import Verdict
from netnew.domain.errors import InvalidInput, NotFound
from netnew.domain.event import CandidateGenerated, RoundEnded
from netnew.domain.ids import RunId
from netnew.domain.run import ExcludeList, RunSpec, RunStatus, TerminationReason
from netnew.ports.judging import JudgeRequest, ObjectiveReading
from netnew.ports.models import Charge
from netnew.testing import ScriptedJudge
from tests.support.advisors import ScriptedAdvisor
from tests.support.engine_fixture import SPEC, EngineFixture, bench, kettles

pytestmark = pytest.mark.anyio


@dataclass(slots=True)
class SlowJudge(ScriptedJudge):
    """Says something to the first `quick` questions, and nothing ever after."""

    quick: int = 0
    began: asyncio.Event = field(default_factory=asyncio.Event)

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        if self.quick <= 0:
            self.began.set()
            await asyncio.Event().wait()
        self.quick -= 1
        return await ScriptedJudge.judge(self, request)


@dataclass
class SlowReader(ScriptedAdvisor):
    """Never comes to an end with an objective."""

    read: int = 0

    async def read_objective(
        self, spec: RunSpec, today: date, charge: Charge
    ) -> ObjectiveReading | None:
        self.read += 1
        await asyncio.Event().wait()
        return None


def slow(b: EngineFixture, quick: int = 0) -> SlowJudge:
    b.judge = judge = SlowJudge(quick=quick)
    b.context["judge_is_free"] = False
    return judge


async def test_a_preview_comes_back_as_a_completed_run(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        run = await b.service.preview(SPEC)
        assert run.status is RunStatus.COMPLETED
        assert run.spec.generator == "preview"
        assert run.termination_reason is TerminationReason.EVALUATE_LIMIT_MET
        assert run.counts.matched + run.counts.unmatched == 10
        assert await b.service.queries.run(run.id) == run
        assert [e.seq for e in await b.events(run)] == list(range(1, run.last_seq + 1))


async def test_a_preview_lists_and_counts_what_it_judged_alone(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        run = await b.service.preview(SPEC)
        rows, events = await b.rows(run), await b.events(run)
        assert [r.status is MatchStatus.GENERATED for r in rows] == [False] * 10
        assert run.counts.generated == 10
        generated = [e for e in events if isinstance(e.body, CandidateGenerated)]
        assert {e.body.candidate_id for e in generated} == {r.id for r in rows}
        rounds = [e.body for e in events if isinstance(e.body, RoundEnded)]
        assert [(x.new_candidates, x.counts.generated) for x in rounds] == [(10, 10)]
        # What it left aside is found again once more is asked for.
        await b.service.extend(run.id, 30, judge_all=True)
        run = await b.service.work(run.id)
        assert run.counts.generated == len(await b.rows(run)) == 20


async def test_a_preview_is_extended_by_a_worker(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        run = await b.service.preview(SPEC)
        await b.service.extend(run.id, 5)
        run = await b.service.work(run.id)
        assert (run.status, run.generation) == (RunStatus.COMPLETED, 2)
        assert run.counts.matched + run.counts.unmatched == 15


async def test_at_its_deadline_a_preview_keeps_what_it_has(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        slow(b, quick=12)
        run = await b.service.preview(SPEC, deadline_s=3.0)
        assert run.status is RunStatus.COMPLETED
        assert run.termination_reason is TerminationReason.USER_CANCELLED
        judged = run.counts.matched + run.counts.unmatched
        assert 0 < judged < 10
        rows = await b.rows(run)
        assert all(r.status is not MatchStatus.GENERATED for r in rows)
        assert len(rows) == run.counts.generated == judged
        assert [e.seq for e in await b.events(run)] == list(range(1, run.last_seq + 1))


async def test_what_a_preview_had_under_way_at_its_end_writes_no_more(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        slow(b)
        run = await b.service.preview(SPEC, deadline_s=0.2)
        assert not b.service.executor.is_open(run.id, 1)
        await b.kill()
        assert await b.service.queries.run(run.id) == run


async def test_a_preview_whose_model_reads_for_long_is_read_by_rules(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        b.advisor = reader = SlowReader(lambda one, other: None)
        run = await b.service.preview(replace(SPEC, conditions=()), deadline_s=2.0)
        assert reader.read == 1
        assert run.status.is_terminal
        assert run.spec.conditions
        assert not run.spec.unread


async def test_a_preview_that_fails_comes_back_as_failed(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        b.source.asleep_for = ""
        run = await b.service.preview(SPEC)
        assert run.status is RunStatus.FAILED
        assert run.termination_reason is TerminationReason.ERROR_OCCURRED


async def test_a_preview_cancelled_by_another_comes_back_as_cancelled(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        judge = slow(b)
        preview = asyncio.create_task(b.service.preview(SPEC, deadline_s=0.5))
        await judge.began.wait()
        (run,) = await b.service.queries.runs()
        await b.service.cancel(run.id)
        assert (await preview).status is RunStatus.CANCELLED


async def test_several_previews_are_worked_on_side_by_side(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        asked = [replace(SPEC, objective=f"red kettles of town {n}") for n in range(4)]
        runs = await asyncio.gather(*(b.service.preview(spec) for spec in asked))
        assert {run.status for run in runs} == {RunStatus.COMPLETED}
        assert len({run.id for run in runs}) == 4


async def test_a_preview_left_by_a_dead_process_is_ended_by_a_worker(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        judge = slow(b)
        preview = asyncio.create_task(b.service.preview(SPEC))
        await judge.began.wait()
        preview.cancel()
        await asyncio.wait({preview})
        await b.kill()
        b.judge = ScriptedJudge()
        (run,) = await b.service.queries.runs()
        assert run.status is RunStatus.RUNNING
        while await b.some(run, 1):
            pass
        run = await b.service.queries.run(run.id)
        assert run.status is RunStatus.COMPLETED
        assert run.counts.matched + run.counts.unmatched == 10


async def test_what_cannot_be_asked_makes_no_run(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        with pytest.raises(InvalidInput):
            await b.service.preview(replace(SPEC, objective=" "))
        unknown = ExcludeList(run_ids=(RunId("run_" + "0" * 32),))
        with pytest.raises(NotFound):
            await b.service.preview(replace(SPEC, exclude=unknown))
        assert await b.service.queries.count_runs() == 0
