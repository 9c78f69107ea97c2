"""Candidates of a run that others judge: it comes to the same end, and nothing is paid twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from netnew.app.run_executor import RunExecutor
from netnew.domain.budget import Budget, Spend
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.condition import Verdict
from netnew.domain.judging_batch import JudgingBatch
from netnew.domain.run import Run, RunSpec, RunStatus, TerminationReason
from netnew.engine.context import OtherWorker
from netnew.ports.judging import JudgeRequest
from netnew.testing import ScriptedJudge
from tests.support.engine_fixture import SPEC, EngineFixture, bench, kettles

pytestmark = pytest.mark.anyio

MANY = 450
LIMITLESS = replace(SPEC, match_limit=10_000)


@dataclass(slots=True)
class SlowJudge(ScriptedJudge):
    """It lets others have their turn before it answers, as a service does."""

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        await asyncio.sleep(0.002)
        return await ScriptedJudge.judge(self, request)


@dataclass(slots=True)
class Other:
    """A second worker over the same store, which is lost after `survives` batches."""

    bench: EngineFixture
    survives: int = 10_000
    batches: list[JudgingBatch] = field(default_factory=list)
    judge: ScriptedJudge = field(default_factory=SlowJudge)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def find(self, spec: RunSpec) -> Sequence[OtherWorker]:
        return (self.judged,)

    async def judged(self, batch: JudgingBatch) -> Spend | None:
        self.batches.append(batch)
        self.begun.set()
        dies = len(self.batches) > self.survives
        working = RunExecutor(self.bench.store, self.bench.clock, self._open)
        try:
            async with asyncio.timeout(0.05 if dies else None):
                return await working.judge_batch(batch)
        except TimeoutError:
            return None

    def _open(self, spec: RunSpec):  # type: ignore[no-untyped-def]
        return self.bench.opened(self.judge)


def alone(b: EngineFixture) -> None:
    b.judge = SlowJudge()
    b.source.per_page = MANY
    b.context |= {"judge_is_free": False, "in_flight": 8}


def shared(b: EngineFixture, survives: int = 10_000) -> Other:
    alone(b)
    other = Other(b, survives)
    b.context["others"] = other.find
    return other


def said(rows: list[Candidate]) -> dict[str, object]:
    return {r.url: (r.name, r.status, r.verdicts, r.enrichments, r.found_by) for r in rows}


def assert_same_ends(rows: list[Candidate], others: list[Candidate]) -> None:
    """They stand alike, and no verdict differs. An unmatched one may have one verdict more or less:
    which condition is judged first depends on what was learned until then, and the first clear no
    ends it."""

    def ends(of: list[Candidate]) -> dict[str, object]:
        return {r.url: (r.name, r.status, r.enrichments, r.found_by) for r in of}

    assert ends(rows) == ends(others)
    theirs = {(r.url, v.condition): v for r in others for v in r.verdicts}
    for row in rows:
        for verdict in row.verdicts:
            assert theirs.get((row.url, verdict.condition), verdict) == verdict
        if row.status is MatchStatus.MATCHED:
            assert len(row.verdicts) == len(SPEC.conditions)


async def undisturbed(folder: Path, spec: RunSpec) -> tuple[Run, dict[str, object]]:
    async with bench(folder, kettles(MANY)) as b:
        alone(b)
        run = await b.run(spec)
        return run, said(await b.rows(run))


async def assert_told_once(b: EngineFixture, run: Run) -> None:
    events = await b.events(run)
    assert [e.seq for e in events] == list(range(1, run.last_seq + 1))
    told = Counter((e.body.kind, getattr(e.body, "candidate_id", None)) for e in events)
    assert {n for (kind, _), n in told.items() if kind.startswith("candidate.")} == {1}


async def test_a_shared_run_ends_as_one_that_is_not(tmp_path: Path) -> None:
    whole, rows = await undisturbed(tmp_path / "whole", LIMITLESS)
    async with bench(tmp_path, kettles(MANY)) as b:
        other = shared(b)
        run = await b.run(LIMITLESS)
        assert said(await b.rows(run)) == rows
        assert (run.status, run.counts, run.rounds) == (whole.status, whole.counts, whole.rounds)
        assert len(other.judge.asked) > 50
        asked = Counter(b.judge.asked) + Counter(other.judge.asked)
        assert set(asked.values()) == {1}
        assert replace(run.spend, seconds=0) == replace(whole.spend, seconds=0)
        assert run.spend.judgements == asked.total()
        await assert_told_once(b, run)


async def test_a_lost_worker_costs_what_it_had_in_flight(tmp_path: Path) -> None:
    async with bench(tmp_path / "whole", kettles(MANY)) as b:
        alone(b)
        rows = await b.rows(await b.run(LIMITLESS))
    async with bench(tmp_path, kettles(MANY)) as b:
        other = shared(b, survives=1)
        run = await b.run(LIMITLESS)
        assert run.status is RunStatus.COMPLETED
        assert_same_ends(await b.rows(run), rows)
        assert 2 <= len(other.batches) <= 3  # both lanes end where it is lost
        asked = Counter(b.judge.asked) + Counter(other.judge.asked)
        repeated = {name for (name, _), times in asked.items() if times > 1}
        assert len(repeated) <= 8
        await assert_told_once(b, run)


@pytest.mark.parametrize("limit", ["match", "evaluate"])
async def test_limits_are_not_passed_by_what_is_judged_elsewhere(
    tmp_path: Path, limit: str
) -> None:
    limits = {"match_limit": 60} if limit == "match" else {"evaluate_limit": 90}
    spec = replace(LIMITLESS, **limits)
    async with bench(tmp_path, kettles(MANY)) as b:
        other = shared(b)
        run = await b.run(spec)
        assert other.batches
        judged = {name for name, _ in b.judge.asked} | {name for name, _ in other.judge.asked}
        if limit == "match":
            assert run.termination_reason is TerminationReason.MATCH_LIMIT_MET
            assert run.counts.matched == 60
        else:
            assert run.termination_reason is TerminationReason.EVALUATE_LIMIT_MET
            assert len(judged) == 90
        # Who was asked about is told of: nobody was judged for nothing.
        assert {c.name for c in await b.rows(run) if c.verdicts} == judged


async def test_a_stop_ends_the_work_of_others(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(MANY)) as b:
        other = shared(b)
        other.judge = Stuck()
        run = await b.service.create_run(LIMITLESS)
        working = asyncio.ensure_future(b.service.work(run.id))
        await other.begun.wait()
        await b.service.cancel(run.id)
        run = await working
        assert run.status is RunStatus.CANCELLED
        b.context["others"] = None
        await b.service.resume(run.id)
        run = await b.service.work(run.id)
        assert run.status is RunStatus.COMPLETED
        assert run.counts.generated == MANY
        assert run.counts.unmatched + run.counts.matched == MANY
        assert set(Counter(b.judge.asked).values()) == {1}


@dataclass(slots=True)
class Stuck(ScriptedJudge):
    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        await asyncio.Event().wait()
        return ()


async def test_who_lost_the_run_has_nobody_working_for_it(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(MANY)) as b:
        other = shared(b)
        run = await b.service.create_run(LIMITLESS)
        await b.some(run, 2)
        assert other.batches
        await b.kill()
        b.context["others"] = None
        await b.some(run, 1)
        before = len(other.judge.asked)
        assert await other.judged(other.batches[0]) == Spend()
        assert len(other.judge.asked) == before


@pytest.mark.parametrize("why", ["free", "capped", "few"])
async def test_what_is_not_worth_sharing_is_not_shared(tmp_path: Path, why: str) -> None:
    async with bench(tmp_path, kettles(30 if why == "few" else MANY)) as b:
        other = shared(b)
        b.context["judge_is_free"] = why == "free"
        budget = Budget(cost=5.0) if why == "capped" else Budget()
        run = await b.run(replace(LIMITLESS, budget=budget))
        assert run.status is RunStatus.COMPLETED
        assert not other.batches


async def test_the_same_question_again_asks_nobody(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(MANY)) as b:
        other = shared(b)
        await b.run(LIMITLESS)
        asked, batches = len(b.judge.asked), len(other.batches)
        again = await b.run(LIMITLESS)
        assert (len(b.judge.asked), len(other.batches)) == (asked, batches)
        assert again.spend.judgements == 0
