"""Extend, resume, enrich, refresh, pause, stop, through the use cases; nothing is bought twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from netnew.domain.budget import Budget
from netnew.domain.candidate import MatchStatus, RecheckOutcome
from netnew.domain.condition import Verdict
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import Conflict, InvalidInput, NotFound, TakenOver
from netnew.domain.ids import RunId
from netnew.domain.run import ExcludeList, Run, RunStatus, TerminationReason
from netnew.ports.judging import JudgeRequest
from netnew.ports.store import Changes
from netnew.testing import ScriptedJudge, page
from tests.support.engine_fixture import CONDITIONS, SPEC, EngineFixture, bench, kettles

pytestmark = pytest.mark.anyio

FEW = replace(SPEC, match_limit=10)
CITY = Enrichment("City", "where")


def bought(b: EngineFixture) -> int:
    """The most often that anything was asked of the judge."""
    return max(Counter(b.judge.asked).values())


async def matches(b: EngineFixture, run: Run) -> set[str]:
    return {c.name for c in await b.rows(run) if c.status is MatchStatus.MATCHED}


# -------------------------------------------------------------------------------------- extend


async def test_an_extended_run_finds_only_new_ones_and_buys_nothing_again(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        first = await b.run(FEW)
        before = await matches(b, first)
        fetched = list(b.fetcher.fetched)
        run = await b.service.extend(first.id, 7)
        assert (run.status, run.generation) == (RunStatus.QUEUED, 2)
        run = await b.service.work(run.id)
        assert run.termination_reason is TerminationReason.MATCH_LIMIT_MET
        assert run.counts.matched == 17
        after = await matches(b, run)
        assert before < after
        assert bought(b) == 1
        assert not set(b.fetcher.fetched[len(fetched) :]) & set(fetched)
        assert [e.seq for e in await b.events(run)] == list(range(1, run.last_seq + 1))
        generations = {c.name: c.generation for c in await b.rows(run)}
        assert {generations[name] for name in before} == {1}
        assert {generations[name] for name in after - before} == {2}


async def test_a_match_stays_of_its_generation_when_more_is_written_of_it(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        first = await b.run(FEW)
        before = await matches(b, first)
        await b.service.extend(first.id, 7)
        await b.service.enrich(first.id, [CITY])
        run = await b.service.work(first.id)
        rows = [c for c in await b.rows(run) if c.status is MatchStatus.MATCHED]
        assert all(c.enrichments for c in rows)
        assert {c.name for c in rows if c.generation == 1} == before


async def test_extending_a_month_later_buys_nothing_that_is_decided(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        first = await b.run(FEW)
        asked = set(b.judge.asked)
        b.clock.advance(timedelta(days=30))
        await b.service.extend(first.id, 7)
        run = await b.service.work(first.id)
        assert run.counts.matched == 17
        assert bought(b) == 1
        assert asked <= set(b.judge.asked)


async def test_a_run_is_extended_while_it_runs(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        run = await b.service.create_run(FEW)
        await b.some(run, 1)
        await b.service.extend(run.id, 5)
        run = await b.service.work(run.id)
        assert run.counts.matched == 15
        assert run.generation == 1


async def test_an_extension_that_comes_as_the_run_ends_is_not_lost(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        run = await b.service.create_run(FEW)
        while (await b.service.queries.run(run.id)).counts.matched < 10:
            await b.some(run, 1)
        await b.service.extend(run.id, 5)
        run = await b.service.work(run.id)
        assert (run.counts.matched, run.spec.match_limit, run.generation) == (15, 15, 1)


async def test_extending_too_far_changes_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        run = await b.run(SPEC)
        with pytest.raises(InvalidInput):
            await b.service.extend(run.id, 100_000)
        assert await b.service.queries.run(run.id) == run
        with pytest.raises(NotFound):
            await b.service.extend(RunId("run_" + "0" * 32), 1)


# -------------------------------------------------------------------------------------- resume


async def test_a_run_that_met_its_budget_goes_on_with_another(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        short = await b.run(replace(SPEC, budget=Budget(pages=20)))
        assert short.termination_reason is TerminationReason.BUDGET_EXHAUSTED
        await b.service.resume(short.id)
        again = await b.service.work(short.id)
        assert again.termination_reason is TerminationReason.BUDGET_EXHAUSTED
        assert again.spend.pages == 40
        await b.service.resume(short.id, Budget(pages=1000))
        run = await b.service.work(short.id)
        assert run.is_exhausted
        assert run.counts.generated == 60
        assert bought(b) == 1
        assert max(Counter(b.fetcher.fetched).values()) == 1
        with pytest.raises(Conflict, match="exhausted"):
            await b.service.resume(run.id)


@pytest.mark.parametrize("command", ["resume", "resume with another", "extend", "widen", "refresh"])
async def test_caps_of_whoever_asks_hold_where_a_budget_is_given_anew(
    tmp_path: Path, command: str
) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        ended = await b.run(replace(FEW, match_limit=50, budget=Budget(cost=9.0, pages=12)))
        assert ended.termination_reason is TerminationReason.BUDGET_EXHAUSTED
        caps, ask = Budget(cost=2.0, pages=20), b.service
        run = await {
            "resume": lambda: ask.resume(ended.id, caps=caps),
            "resume with another": lambda: ask.resume(ended.id, Budget(pages=12), caps=caps),
            "extend": lambda: ask.extend(ended.id, 1, caps=caps),
            "widen": lambda: ask.widen(ended.id, 1, 1_000, caps=caps),
            "refresh": lambda: ask.refresh(ended.id, caps=caps),
        }[command]()
        assert run.spec.budget == Budget(cost=2.0, pages=12)


async def test_a_run_under_way_keeps_the_budget_it_began_with(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        run = await b.service.create_run(replace(FEW, budget=Budget(cost=9.0)))
        assert (await b.service.extend(run.id, 1, caps=Budget(cost=2.0))).spec.budget.cost == 9.0


async def test_a_cancelled_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        run = await b.service.create_run(SPEC)
        await b.some(run, 3)
        await b.service.cancel(run.id)
        cancelled = await b.service.work(run.id)
        assert cancelled.status is RunStatus.CANCELLED
        kept = await matches(b, cancelled)
        assert kept
        await b.service.resume(run.id)
        run = await b.service.work(run.id)
        assert run.is_exhausted
        assert kept <= await matches(b, run)
        assert run.counts.generated == 60
        assert bought(b) == 1


async def test_a_failed_run_goes_on_once_its_source_answers(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        b.source.asleep_for = ""
        failed = await b.run(SPEC)
        assert failed.status is RunStatus.FAILED
        b.source.asleep_for = None
        await b.service.resume(failed.id)
        run = await b.service.work(failed.id)
        assert (run.status, run.counts.matched) == (RunStatus.COMPLETED, 3)


# ----------------------------------------------------------------------------- pause, stop, cancel


async def test_a_paused_run_goes_on_with_what_is_left_of_its_budget(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        run = await b.service.create_run(replace(SPEC, budget=Budget(pages=30)))
        await b.some(run, 3)
        await b.service.pause(run.id)
        paused = await b.service.work(run.id)
        assert (paused.status, paused.termination_reason) == (RunStatus.PAUSED, None)
        await b.service.unpause(run.id)
        run = await b.service.work(run.id)
        assert run.termination_reason is TerminationReason.BUDGET_EXHAUSTED
        assert run.spend.pages == 30


async def test_stop_and_keep_ends_early_as_completed(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        run = await b.service.create_run(SPEC)
        await b.some(run, 3)
        await b.service.keep(run.id)
        run = await b.service.work(run.id)
        assert run.status is RunStatus.COMPLETED
        assert run.termination_reason is TerminationReason.USER_CANCELLED
        assert not run.is_exhausted
        assert await matches(b, run)


async def test_what_is_in_flight_at_a_cancel_is_kept_and_nothing_more_begun(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        judge = SlowJudge()
        b.judge, b.context["in_flight"] = judge, 8
        run = await b.service.create_run(SPEC)
        working = asyncio.ensure_future(b.service.work(run.id))
        await judge.begun.wait()
        await asyncio.sleep(0.05)
        under_way = len(judge.asked)
        await b.service.cancel(run.id)
        await asyncio.sleep(0.4)
        judge.go.set()
        ended = await working
        assert ended.status is RunStatus.CANCELLED
        decided = [c for c in await b.rows(run) if c.status is not MatchStatus.GENERATED]
        assert under_way == 8
        assert {c.generation for c in decided} == {1}
        # Each in flight may ask for its further condition; no other candidate is begun.
        assert len({name for name, _ in judge.asked}) == 8
        assert len(decided) == 8


class SlowJudge(ScriptedJudge):
    """Answers once it may."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go = asyncio.Event(), asyncio.Event()
        self.most = self.now = 0

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        self.now += 1
        self.most = max(self.most, self.now)
        verdicts = await super().judge(request)
        self.begun.set()
        await self.go.wait()
        self.now -= 1
        return verdicts


async def test_no_call_is_begun_once_the_match_limit_is_met(tmp_path: Path) -> None:
    matched: set[str] = set()

    class Counting(ScriptedJudge):
        in_flight = 0
        begun_after = 0

        async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
            if len(matched) >= 10:
                self.begun_after += 1
            self.in_flight += 1
            await asyncio.sleep(0.002)
            verdicts = await super().judge(request)
            self.in_flight -= 1
            if request.conditions[-1].name == "open" and verdicts[-1].outcome.value == "matched":
                matched.add(request.candidate.name)
            return verdicts

    async with bench(tmp_path, kettles(60)) as b:
        judge = Counting()
        b.judge = judge
        run = await b.run(FEW)
        assert run.counts.matched == 10
        assert (judge.begun_after, judge.in_flight) == (0, 0)


# -------------------------------------------------------------------------------------- enrich


async def test_fields_are_filled_on_existing_and_future_matches(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        run = await b.run(FEW)
        asked, searched = set(b.judge.asked), len(b.source.asked)
        await b.service.enrich(run.id, [CITY, Enrichment("Fax", "number")])
        filled = await b.service.work(run.id)
        assert (filled.status, filled.generation) == (RunStatus.COMPLETED, 2)
        assert filled.termination_reason is TerminationReason.MATCH_LIMIT_MET
        rows = [c for c in await b.rows(filled) if c.status is MatchStatus.MATCHED]
        assert all(c.enrichments[0].value and c.enrichments[0].citations for c in rows)
        assert all(c.enrichments[1].value is None for c in rows)
        assert len(b.source.asked) == searched
        assert set(b.judge.asked) == asked
        await b.service.extend(run.id, 5)
        more = await b.service.work(run.id)
        rows = [c for c in await b.rows(more) if c.status is MatchStatus.MATCHED]
        assert len(rows) == 15
        assert all([v.name for v in c.enrichments] == ["City", "Fax"] for c in rows)


async def test_fields_asked_for_while_it_runs_reach_what_matched_before(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        run = await b.service.create_run(FEW)
        await b.some(run, 2)
        await b.service.enrich(run.id, [CITY])
        run = await b.service.work(run.id)
        rows = [c for c in await b.rows(run) if c.status is MatchStatus.MATCHED]
        assert len(rows) == 10
        assert all(c.enrichments[0].value for c in rows)


async def test_a_field_with_the_name_of_a_condition_is_refused(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        run = await b.run(SPEC)
        with pytest.raises(InvalidInput, match="colour"):
            await b.service.enrich(run.id, [Enrichment("colour", "which")])
        assert await b.service.queries.run(run.id) == run


# -------------------------------------------------------------------------------------- refresh


async def test_a_refresh_gives_the_net_new_alone(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(20)) as b:
        first = await b.run(SPEC)
        found = await matches(b, first)
        url = "https://kettle99.com/"
        b.pages[url] = page(url, "Kettle 99", {"Colour": "red", "Open": "yes"}, at=b.clock.now())
        b.source.answers["*"].append(type(b.source.answers["*"][0])(url))
        b.clock.advance(timedelta(days=2))
        b.judge.asked.clear()
        fresh = await b.service.refresh(first.id)
        fresh = await b.service.work(fresh.id)
        assert fresh.spec.refreshes == first.id
        assert await matches(b, fresh) == {"Kettle 99"}
        assert {name for name, _ in b.judge.asked} == {"Kettle 99"}
        third = await b.service.work((await b.service.refresh(fresh.id)).id)
        assert not await matches(b, third) & (found | {"Kettle 99"})


async def test_a_recheck_tells_what_changed_and_what_is_gone(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(20)) as b:
        b.context["page_max_age"] = timedelta(days=1)
        first = await b.run(replace(SPEC, enrichments=(CITY,)))
        b.clock.advance(timedelta(days=2))
        now = b.clock.now()
        for url, old in list(b.pages.items()):
            b.pages[url] = replace(old, fetched_at=now)
        moved = {"Colour": "red", "Open": "yes", "City": "Paris"}
        b.pages["https://kettle0.com/"] = page("https://kettle0.com/", "Kettle 0", moved, at=now)
        closed = {"Colour": "red", "Open": "no", "City": "Town 1"}
        b.pages["https://kettle1.com/"] = page("https://kettle1.com/", "Kettle 1", closed, at=now)
        b.judge.asked.clear()
        fresh = await b.service.refresh(first.id, rechecks=True)
        fresh = await b.service.work(fresh.id)
        result = await b.service.queries.result(fresh.id)
        assert [(c.name, c.recheck) for c in result.rechecked] == [
            ("Kettle 0", RecheckOutcome.CHANGED),
            ("Kettle 1", RecheckOutcome.GONE),
        ]
        assert result.rechecked[0].enrichments[0].value == "Paris"
        assert {name for name, _ in b.judge.asked} == {"Kettle 0", "Kettle 1"}
        assert fresh.counts.matched == 0
        kinds = Counter(e.body.kind for e in await b.events(fresh))
        assert kinds["candidate.rechecked"] == 2


async def test_a_long_exclude_list_is_kept_apart_and_works(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(20)) as b:
        names = tuple(f"Nobody {i}" for i in range(2_000))
        exclude = ExcludeList(names=(*names, "Kettle 0"), urls=("https://kettle1.com",))
        run = await b.run(replace(SPEC, exclude=exclude))
        assert run.spec.exclude == ExcludeList(kept_apart=2_002)
        assert not await matches(b, run) & {"Kettle 0", "Kettle 1"}
        fresh = await b.service.work((await b.service.refresh(run.id)).id)
        assert fresh.counts.matched == 0


# --------------------------------------------------------------------------------- budget, life


async def test_a_day_budget_holds_for_all_runs_together(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        b.context["day_budget"] = Budget(pages=40)
        first = await b.run(replace(SPEC, budget=Budget(pages=30)))
        assert first.spend.pages == 30
        other = tuple(reversed(CONDITIONS))
        second = await b.run(replace(SPEC, conditions=other))
        assert second.termination_reason is TerminationReason.BUDGET_EXHAUSTED
        assert "day's cap on pages" in second.termination_detail
        assert 40 <= first.spend.pages + second.spend.pages <= 60
        b.clock.advance(timedelta(days=1))
        await b.service.resume(second.id)
        assert (await b.service.work(second.id)).spend.pages > second.spend.pages


async def test_a_run_that_outlives_its_lifetime_fails_as_timed_out(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        run = await b.service.create_run(SPEC)
        await b.some(run, 2)
        b.clock.advance(timedelta(days=8))
        run = await b.service.work(run.id)
        assert run.status is RunStatus.FAILED
        assert run.termination_reason is TerminationReason.TIMEOUT


async def test_an_extension_while_fields_are_filled_begins_at_once(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(60)) as b:
        run = await b.run(FEW)
        await b.service.enrich(run.id, [CITY])
        await b.some(run, 1)
        extended = await b.service.extend(run.id, 5)
        assert (extended.generation, extended.status) == (3, RunStatus.QUEUED)
        assert not await b.service.executor.step(run.id, 2, "w")
        run = await b.service.work(run.id)
        rows = [c for c in await b.rows(run) if c.status is MatchStatus.MATCHED]
        assert len(rows) == 15
        assert all(c.enrichments[0].value for c in rows)
        assert [e.seq for e in await b.events(run)] == list(range(1, run.last_seq + 1))


async def test_a_run_ended_just_as_a_worker_takes_it_is_not_set_running_again(
    tmp_path: Path,
) -> None:
    async with bench(tmp_path) as b:
        run = await b.service.create_run(SPEC)
        taken = await b.store.runs.take(run.id, 1, "w")
        assert taken is not None
        ended = await b.service.cancel(run.id)
        assert ended.status is RunStatus.CANCELLED
        running = replace(taken, status=RunStatus.RUNNING)
        with pytest.raises(TakenOver):
            await b.store.journal.commit(Changes(run.id, run=running, epoch=taken.epoch))
        assert await b.service.queries.run(run.id) == ended
