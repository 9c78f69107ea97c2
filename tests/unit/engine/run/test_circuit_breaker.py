"""A judge that cannot be asked: nothing found is lost, and the run ends with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest

from netnew.domain.candidate import MatchStatus
from netnew.domain.condition import Verdict
from netnew.domain.errors import ModelUnavailable
from netnew.domain.ids import candidate_id
from netnew.domain.run import RunStatus, TerminationReason
from netnew.engine.resolution.entity import Entity
from netnew.engine.run.circuit_breaker import (
    MAX_IN_A_ROW,
    MAX_IN_ALL,
    MAX_OF_ONE,
    JudgeCircuitBreaker,
)
from netnew.ports.judging import JudgeRequest
from netnew.testing import ScriptedJudge
from tests.support.engine_fixture import SPEC, EngineFixture, bench, kettles

pytestmark = pytest.mark.anyio
AWAY = ModelUnavailable("m", "its server is busy (503)")


@dataclass(slots=True)
class ShakyJudge(ScriptedJudge):
    """A judge that cannot be asked where `fails` says so of the name and the try."""

    fails: Callable[[str, int], bool] = lambda name, tried: False
    tried: dict[str, int] = field(default_factory=dict)

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        name = request.candidate.name
        self.tried[name] = self.tried.get(name, 0) + 1
        if self.fails(name, self.tried[name]):
            raise AWAY
        return await ScriptedJudge.judge(self, request)


def shaky(b: EngineFixture, fails: Callable[[str, int], bool]) -> ShakyJudge:
    judge = ShakyJudge(fails=fails)
    b.judge = judge
    return judge


def test_only_failures_in_a_row_make_an_outage() -> None:
    breaker, one = JudgeCircuitBreaker(), Entity(candidate_id(UUID(int=1)), 1)
    for _ in range(MAX_IN_A_ROW - 1):
        breaker.failed(AWAY, one)
    breaker.answered()
    breaker.failed(AWAY, one)
    assert not breaker.is_out
    assert breaker.problem == ""
    for _ in range(MAX_IN_A_ROW - 1):
        breaker.failed(AWAY, one)
    assert breaker.problem == "the judge cannot be asked: model m: its server is busy (503)"


def test_failures_between_answers_are_bounded_over_the_whole_run() -> None:
    breaker, one = JudgeCircuitBreaker(), Entity(candidate_id(UUID(int=1)), 1)
    for _ in range(MAX_IN_ALL - 1):
        breaker.failed(AWAY, one)
        breaker.answered()
    breaker.failed(AWAY, one)
    assert breaker.is_out
    breaker.answered()
    assert not breaker.is_out, "more answers than failures: it is worth going on"


@pytest.mark.parametrize(
    ("calls", "is_told"),
    [("", False), ("a", True), ("1a", False), ("1ab", True), ("ab1", False), ("aaa", True)],
)
def test_at_the_end_failures_on_one_candidate_alone_are_none_of_the_judge(
    calls: str, is_told: bool
) -> None:
    breaker = JudgeCircuitBreaker()
    entities = {name: Entity(candidate_id(UUID(int=n)), n) for n, name in enumerate("ab", 1)}
    for call in calls:
        if call == "1":
            breaker.answered()
        else:
            breaker.failed(AWAY, entities[call])
    assert bool(breaker.problem_at_the_end) is is_told


async def test_a_judge_that_stays_away_ends_the_run_with_all_rows(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(30)) as b:
        judge = shaky(b, lambda name, tried: True)
        run = await b.run(SPEC)
        assert run.status is RunStatus.FAILED
        assert run.termination_reason is TerminationReason.MODEL_UNAVAILABLE
        assert "cannot be asked: model m: its server is busy (503)" in run.termination_detail
        assert run.counts.generated >= MAX_IN_A_ROW
        assert {c.status for c in await b.rows(run)} == {MatchStatus.GENERATED}
        # Those under way when it was noticed are asked, too; not all, again and again.
        assert sum(judge.tried.values()) <= 30 + MAX_IN_A_ROW


async def test_a_judge_that_is_away_for_a_few_candidates_fails_the_run_as_well(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path, kettles(2)) as b:
        judge = shaky(b, lambda name, tried: True)
        run = await b.run(SPEC)
        assert run.status is RunStatus.FAILED
        assert set(judge.tried.values()) == {MAX_OF_ONE}
        b.judge = ScriptedJudge()
        await b.service.resume(run.id)
        assert (await b.service.work(run.id)).counts.matched == 1


async def test_resumed_once_the_judge_is_back_the_run_judges_all(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(30)) as b:
        shaky(b, lambda name, tried: True)
        run = await b.run(SPEC)
        b.judge = ScriptedJudge()
        await b.service.resume(run.id)
        run = await b.service.work(run.id)
        assert run.status is RunStatus.COMPLETED
        assert run.counts.matched == 18
        assert run.counts.generated == 30


async def test_a_short_outage_is_made_up_for_in_the_next_round(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        judge = shaky(b, lambda name, tried: tried == 1)
        run = await b.run(SPEC)
        assert run.status is RunStatus.COMPLETED
        assert run.counts.matched == 3
        assert run.counts.unmatched == 2
        assert min(judge.tried.values()) >= 2


async def test_a_candidate_that_always_fails_is_left_unjudged_and_the_others_are(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path, kettles(10)) as b:
        judge = shaky(b, lambda name, tried: name == "Kettle 1")
        run = await b.run(SPEC)
        assert run.status is RunStatus.COMPLETED
        assert judge.tried["Kettle 1"] == MAX_OF_ONE
        (left,) = [c for c in await b.rows(run) if c.status is MatchStatus.GENERATED]
        assert left.name == "Kettle 1"
        assert run.counts.matched == 5
