"""Begun unread: whoever asks does not wait for a model; the worker has it read, once for all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from netnew.domain.budget import Budget, Spend
from netnew.domain.candidate import MatchStatus
from netnew.domain.condition import MatchCondition
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import ModelMisconfigured, ModelUnavailable, QuotaExceeded
from netnew.domain.event import RunPlanned, RunStatusChanged
from netnew.domain.run import Run, RunSpec, RunStatus, TerminationReason
from netnew.ports.judging import ObjectiveReading
from netnew.ports.models import Charge
from tests.support.advisors import ScriptedAdvisor
from tests.support.engine_fixture import CONDITIONS, EngineFixture, bench, kettles

pytestmark = pytest.mark.anyio

SPEC = RunSpec("all red kettles", generator="base")
CITY = Enrichment("City", "where")
READING = ObjectiveReading("maker", CONDITIONS, (CITY,), ("red kettle makers",))


@dataclass
class Reader(ScriptedAdvisor):
    """Reads when it is let: each objective the first time so, then always otherwise."""

    readings: list[ObjectiveReading | Exception] = field(default_factory=lambda: [READING])
    read: list[RunSpec] = field(default_factory=list)
    asked_now: asyncio.Event = field(default_factory=asyncio.Event)
    may_read: asyncio.Event = field(default_factory=asyncio.Event)

    async def read_objective(
        self, spec: RunSpec, today: date, charge: Charge
    ) -> ObjectiveReading | None:
        self.read.append(spec)
        self.asked_now.set()
        await self.may_read.wait()
        charge(Spend(tokens=100, model_calls=1))
        reading = self.readings.pop(0) if self.readings else ObjectiveReading("teapot", ())
        if isinstance(reading, Exception):
            raise reading
        return reading


def reader(b: EngineFixture, *readings: ObjectiveReading | Exception, slow: bool = False) -> Reader:
    b.advisor = made = Reader(lambda one, other: None, readings=list(readings or (READING,)))
    if not slow:
        made.may_read.set()
    return made


@pytest.fixture
async def b(tmp_path: Path) -> AsyncIterator[EngineFixture]:
    async with bench(tmp_path, kettles(20)) as made:
        yield made


async def begun(b: EngineFixture, spec: RunSpec = SPEC) -> Run:
    return await b.service.begin(await b.service.plan(spec, reads=False))


async def planned(b: EngineFixture, run: Run) -> list[RunPlanned]:
    return [e.body for e in await b.events(run) if isinstance(e.body, RunPlanned)]


async def statuses(b: EngineFixture, run: Run) -> list[RunStatus]:
    return [e.body.status for e in await b.events(run) if isinstance(e.body, RunStatusChanged)]


def working(b: EngineFixture, run: Run) -> asyncio.Task[Run]:
    return asyncio.create_task(b.service.work(run.id))


async def test_beginning_asks_no_model_and_makes_an_unread_run(b: EngineFixture) -> None:
    advisor = reader(b, slow=True)
    run = await begun(b)
    assert run.spec.unread
    assert (run.spec.entity_type, run.spec.conditions, run.spec.queries) == ("", (), ())
    assert advisor.read == []


async def test_its_worker_has_it_read_and_written_down_before_the_first_round(
    b: EngineFixture,
) -> None:
    advisor = reader(b, slow=True)
    run = await begun(b)
    work = working(b, run)
    await advisor.asked_now.wait()
    waiting = await b.service.queries.run(run.id)
    assert (waiting.status, waiting.spec.unread) == (RunStatus.RUNNING, True)
    assert b.source.asked == []
    advisor.may_read.set()
    done = await work
    assert not done.spec.unread
    assert done.spec.entity_type == "maker"
    assert done.spec.conditions == CONDITIONS
    assert done.spec.enrichments == (CITY,)
    assert done.spec.queries == ("red kettle makers",)
    (told,) = await planned(b, run)
    assert (told.entity_type, told.conditions) == ("maker", ("colour", "open"))
    assert "red kettle makers" in told.queries
    stood = [RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.COMPLETED]
    assert await statuses(b, run) == stood
    assert done.counts.matched == 12


async def test_it_finds_what_is_found_where_the_model_reads_at_once(
    b: EngineFixture, tmp_path: Path
) -> None:
    reader(b)
    late = await b.service.work((await begun(b)).id)
    async with bench(tmp_path / "other", kettles(20)) as other:
        reader(other)
        at_once = await other.run(SPEC)
        assert late.spec == at_once.spec
        assert (late.counts, late.spend.tokens) == (at_once.counts, at_once.spend.tokens)
        assert late.termination_detail == at_once.termination_detail


async def test_what_was_asked_for_stays_and_only_queries_are_added(b: EngineFixture) -> None:
    reader(b, ObjectiveReading("maker", (MatchCondition("x", "X: y"),), (), ("red kettle makers",)))
    said = replace(SPEC, entity_type="maker", conditions=CONDITIONS[:1], enrichments=(CITY,))
    run = await begun(b, said)
    assert (run.spec.unread, run.spec.conditions) == (True, CONDITIONS[:1])
    done = await b.service.work(run.id)
    assert done.spec == replace(run.spec, unread=False, queries=("red kettle makers",))


async def test_what_reading_took_counts_for_the_run_and_the_day(b: EngineFixture) -> None:
    reader(b)
    done = await b.service.work((await begun(b)).id)
    assert (done.spend.tokens, done.spend.model_calls) == (100, 1)
    assert (await b.store.runs.spent_on(b.clock.now().date())).tokens == 100


@pytest.mark.parametrize(
    "spec",
    [
        replace(SPEC, entity_type="maker", conditions=CONDITIONS, queries=("red kettles",)),
        replace(SPEC, budget=Budget(tokens=0)),
    ],
)
async def test_what_needs_no_reading_or_may_not_pay_for_it_is_not_unread(
    b: EngineFixture, spec: RunSpec
) -> None:
    advisor = reader(b)
    run = await begun(b, spec)
    assert not run.spec.unread
    assert run.spec.conditions
    await b.service.work(run.id)
    assert advisor.read == []


async def test_with_rules_it_is_read_when_it_is_begun(b: EngineFixture) -> None:
    run = await begun(b)
    assert not run.spec.unread
    assert run.spec.conditions


# ------------------------------------------------------------------------------------ takeovers


async def test_a_worker_killed_while_it_reads_leaves_the_reading_to_the_next(
    b: EngineFixture,
) -> None:
    advisor = reader(b, slow=True)
    run = await begun(b)
    work = working(b, run)
    await advisor.asked_now.wait()
    work.cancel()
    await asyncio.wait({work})
    await b.kill()
    advisor.may_read.set()
    done = await b.service.work(run.id)
    assert done.spec.conditions == CONDITIONS
    assert len(await planned(b, run)) == 1
    assert (await statuses(b, run)).count(RunStatus.RUNNING) == 1


@pytest.mark.parametrize("stretches", [1, 2, 4])
async def test_what_was_read_holds_for_all_who_take_the_run_over(
    b: EngineFixture, stretches: int
) -> None:
    advisor = reader(b)
    run = await begun(b)
    kills = 0
    while await b.some(run, stretches * (kills + 1)):
        await b.kill()
        if not kills:
            b.clock.at += timedelta(days=2)  # what the model said is kept for one
        kills += 1
    done = await b.service.queries.run(run.id)
    assert kills
    assert len(advisor.read) == 1
    assert done.spec.conditions == CONDITIONS
    assert done.counts.matched == 12
    assert len(await planned(b, run)) == 1
    assert [e.seq for e in await b.events(run)] == list(range(1, done.last_seq + 1))


async def test_of_two_workers_only_the_later_writes_what_it_read(b: EngineFixture) -> None:
    advisor = reader(b, slow=True)
    run = await begun(b)
    first = working(b, run)
    await advisor.asked_now.wait()
    b.restart()
    advisor.asked_now.clear()
    second = working(b, run)
    await advisor.asked_now.wait()
    advisor.may_read.set()
    await asyncio.wait({first, second})
    done = second.result()
    assert len(await planned(b, run)) == 1
    assert done.status is RunStatus.COMPLETED
    assert [e.seq for e in await b.events(run)] == list(range(1, done.last_seq + 1))


# ------------------------------------------------------------------------- commands while it reads


async def test_cancelled_while_it_is_read_it_ends_at_once_and_stays_unread(
    b: EngineFixture,
) -> None:
    advisor = reader(b, slow=True)
    run = await begun(b)
    work = working(b, run)
    await advisor.asked_now.wait()
    await b.service.cancel(run.id)
    done = await work
    assert (done.status, done.spec.unread) == (RunStatus.CANCELLED, True)
    assert done.termination_reason is TerminationReason.USER_CANCELLED
    assert await planned(b, run) == []


async def test_paused_while_it_is_read_it_is_read_once_it_goes_on(b: EngineFixture) -> None:
    advisor = reader(b, slow=True)
    run = await begun(b)
    work = working(b, run)
    await advisor.asked_now.wait()
    await b.service.pause(run.id)
    assert (await work).status is RunStatus.PAUSED
    advisor.may_read.set()
    await b.service.unpause(run.id)
    done = await b.service.work(run.id)
    assert (done.status, done.spec.conditions) == (RunStatus.COMPLETED, CONDITIONS)
    assert len(await planned(b, run)) == 1


async def test_fields_asked_for_while_it_is_read_stay(b: EngineFixture) -> None:
    advisor = reader(b, READING, READING, slow=True)
    run = await begun(b)
    work = working(b, run)
    await advisor.asked_now.wait()
    open_ = Enrichment("Open", "whether it is")
    await b.service.enrich(run.id, (open_,))
    advisor.may_read.set()
    done = await work
    assert done.spec.enrichments == (open_,)
    assert done.spec.conditions == CONDITIONS
    assert done.spend.model_calls == 2
    matched = [r for r in await b.rows(run) if r.status is MatchStatus.MATCHED]
    assert {v.name for r in matched for v in r.enrichments} == {"Open"}


async def test_more_asked_for_while_it_is_read_costs_no_second_reading(b: EngineFixture) -> None:
    advisor = reader(b, slow=True)
    run = await begun(b, replace(SPEC, match_limit=5))
    work = working(b, run)
    await advisor.asked_now.wait()
    await b.service.extend(run.id, 2)
    advisor.may_read.set()
    done = await work
    assert len(advisor.read) == 1
    assert (done.spec.match_limit, done.counts.matched) == (7, 7)


async def test_extended_after_it_was_cancelled_unread_it_is_read(b: EngineFixture) -> None:
    reader(b)
    run = await begun(b)
    await b.service.cancel(run.id)
    assert (await b.service.queries.run(run.id)).spec.unread
    await b.service.extend(run.id, 5)
    done = await b.service.work(run.id)
    assert (done.generation, done.spec.conditions) == (2, CONDITIONS)
    assert len(await planned(b, run)) == 1


async def test_the_refresh_of_an_unread_run_is_read_by_its_worker(b: EngineFixture) -> None:
    advisor = reader(b)
    run = await begun(b)
    await b.service.cancel(run.id)
    again = await b.service.refresh(run.id)
    assert again.spec.unread
    assert advisor.read == []
    assert (await b.service.work(again.id)).spec.conditions == CONDITIONS


# ------------------------------------------------------------------------- models that do not read


@pytest.mark.parametrize(
    "answer",
    [
        ModelUnavailable("m", "503"),
        ObjectiveReading("maker", (MatchCondition("a", "A: b"), MatchCondition("a", "A: c"))),
    ],
)
async def test_where_the_model_has_no_usable_answer_rules_read_it(
    b: EngineFixture, answer: ObjectiveReading | Exception
) -> None:
    reader(b, answer)
    done = await b.service.work((await begun(b)).id)
    assert not done.spec.unread
    assert done.spec.entity_type == "red kettle"
    assert done.spec.conditions
    assert len(await planned(b, done)) == 1


async def test_a_model_that_never_can_ends_the_run_as_failed(b: EngineFixture) -> None:
    reader(b, ModelMisconfigured("m", "no such model"))
    run = await begun(b)
    with pytest.raises(ModelMisconfigured):
        await b.service.work(run.id)
    failed = await b.service.queries.run(run.id)
    assert failed.status is RunStatus.FAILED
    assert "no such model" in failed.termination_detail


# --------------------------------------------------------------------- where the day has a cap


async def test_a_reading_without_a_run_counts_for_the_day(b: EngineFixture) -> None:
    made = reader(b)
    planned = await b.service.read_objective(SPEC)
    assert (planned.spec.conditions, planned.spec.enrichments) == (CONDITIONS, (CITY,))
    assert (await b.store.runs.spent_on(b.clock.now().date())).tokens == 100
    await b.service.read_objective(SPEC)
    assert len(made.read) == 1
    assert (await b.store.runs.spent_on(b.clock.now().date())).tokens == 100


async def test_a_reading_without_a_run_is_refused_once_the_day_is_spent(b: EngineFixture) -> None:
    made = reader(b)
    b.context["day_budget"] = Budget(tokens=100)
    await b.service.read_objective(SPEC)
    with pytest.raises(QuotaExceeded):
        await b.service.read_objective(replace(SPEC, objective="all blue kettles"))
    assert len(made.read) == 1
    b.advisor = None  # rules cost nothing
    assert (await b.service.read_objective(SPEC)).spec.entity_type == "red kettle"


async def test_once_the_day_is_spent_rules_read_what_a_run_and_a_preview_ask(
    b: EngineFixture,
) -> None:
    made = reader(b)
    run = await begun(b)
    b.context["day_budget"] = Budget(tokens=0)
    done = await b.service.work(run.id)
    assert (done.spec.unread, done.spec.entity_type, made.read) == (False, "red kettle", [])
    looked = await b.service.preview(SPEC)
    assert (looked.spec.entity_type, looked.spend.tokens, made.read) == ("red kettle", 0, [])
