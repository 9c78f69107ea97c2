"""What the rounds of a run tell adds up to what it tells at its end, however it came there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from netnew.cli.progress_state import ProgressState
from netnew.domain.budget import Budget, Spend
from netnew.domain.candidate import MatchStatus
from netnew.domain.condition import Verdict
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import ModelMisconfigured
from netnew.domain.event import RoundEnded
from netnew.domain.run import Counts, Run, RunStatus
from netnew.ports.judging import JudgeRequest
from netnew.testing import ScriptedJudge, page
from tests.support.engine_fixture import SPEC, EngineFixture, bench, kettles

pytestmark = pytest.mark.anyio


def amounts(spend: Spend) -> dict[str, float | int]:
    return {k: v for k, v in spend.numbers().items() if k != "seconds"}


async def check(b: EngineFixture, run: Run) -> list[RoundEnded]:
    """Rows, rounds, events and the run itself say the same; the rounds."""
    events = await b.events(run)
    rounds = [e.body for e in events if isinstance(e.body, RoundEnded)]
    by_status = Counter(c.status for c in await b.rows(run))
    counts = run.counts
    assert counts == Counts(
        sum(by_status.values()) - by_status[MatchStatus.DISCARDED],
        by_status[MatchStatus.MATCHED],
        by_status[MatchStatus.UNMATCHED],
        by_status[MatchStatus.UNCLEAR],
        counts.discarded,
    )
    assert sum(x.new_candidates for x in rounds) == counts.generated
    assert sum(x.new_matches for x in rounds) == counts.matched
    assert rounds[-1].counts == counts
    assert amounts(rounds[-1].spend) == amounts(run.spend)
    for before, after in pairwise(rounds):
        assert after.new_candidates == after.counts.generated - before.counts.generated
        assert after.spend.pages >= before.spend.pages
    tally = ProgressState()
    for event in events:
        tally.take(event)
    assert tally.candidates == counts.generated
    assert tally.count(MatchStatus.MATCHED) == counts.matched
    assert tally.count(MatchStatus.UNCLEAR) == counts.unclear
    return rounds


async def test_a_run_of_several_rounds(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        rounds = await check(b, await b.run(SPEC))
        assert [x.is_rest for x in rounds] == [False] * len(rounds)
        assert len(rounds) > 1


async def test_two_that_are_found_to_be_one(tmp_path: Path) -> None:
    pages = kettles(6)
    facts = {"Colour": "red", "Open": "yes"}
    pages["https://kettle0.com/about"] = page("https://kettle0.com/about", "Kettle 0", facts)
    async with bench(tmp_path, pages) as b:
        await check(b, await b.run(SPEC))


@pytest.mark.parametrize("stretches", [1, 2, 3])
async def test_killed_and_taken_up_again(tmp_path: Path, stretches: int) -> None:
    async with bench(tmp_path, kettles(120)) as b:
        run = await b.service.create_run(SPEC)
        await b.some(run, stretches)
        await b.kill()
        await check(b, await b.service.work(run.id))


async def test_cancelled_within_a_round_and_resumed(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(200)) as b:
        run = await b.service.create_run(SPEC)
        b.judge = judge = CancellingJudge()
        judge.cancel = lambda: b.service.cancel(run.id)
        run = await b.service.work(run.id)
        assert run.status is RunStatus.CANCELLED
        assert 0 < run.counts.matched < 120
        rounds = await check(b, run)
        assert rounds[-1].is_rest
        await b.service.resume(run.id)
        run = await b.service.work(run.id)
        assert run.status is RunStatus.COMPLETED
        await check(b, run)


async def test_extended_enriched_and_extended_again(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        run = await b.run(replace(SPEC, match_limit=5))
        await check(b, run)
        await b.service.extend(run.id, 5)
        await check(b, await b.service.work(run.id))
        await b.service.enrich(run.id, (Enrichment("City", "The city"),))
        await check(b, await b.service.work(run.id))
        await b.service.extend(run.id, 100)
        await check(b, await b.service.work(run.id))


async def test_a_cap_and_a_preview(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        run = await b.run(replace(SPEC, budget=Budget(pages=20)))
        await check(b, run)
        await b.service.resume(run.id, Budget(pages=1_000))
        await check(b, await b.service.work(run.id))
        await check(b, await b.service.preview(SPEC))


class CancellingJudge(ScriptedJudge):
    """Has the run cancelled while the first round is judged."""

    cancel: Callable[[], Awaitable[object]] | None = None

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        if len(self.asked) == 20 and self.cancel is not None:
            await self.cancel()
        return await ScriptedJudge.judge(self, request)


class BreakingJudge(ScriptedJudge):
    """Works for a while, and then never again."""

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        if len(self.asked) > 20:
            raise ModelMisconfigured("m", "the key was not accepted")
        return await ScriptedJudge.judge(self, request)


async def test_broken_off_by_an_error(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        b.judge = BreakingJudge()
        run = await b.service.create_run(SPEC)
        with pytest.raises(ModelMisconfigured):
            await b.service.work(run.id)
        run = await b.service.queries.run(run.id)
        assert run.status is RunStatus.FAILED
        assert run.counts.generated > 0
        await check(b, run)
        b.judge = ScriptedJudge()
        await b.service.resume(run.id)
        await check(b, await b.service.work(run.id))
