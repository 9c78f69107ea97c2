"""What commands and workers rely on in the store: one suite over both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from netnew.domain.budget import Spend
from netnew.domain.errors import Conflict, InvalidInput, NotFound, TakenOver
from netnew.domain.event import RunChanged, RunStatusChanged
from netnew.domain.ids import LOCAL_WORKSPACE, WorkspaceId, run_id
from netnew.domain.run import Run, RunSpec, RunStatus, StopRequest
from netnew.ports.store import Changes, Store, UnitOfWork
from tests.support.stores import Implementation, implementation_of

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def implementation(request: pytest.FixtureRequest, tmp_path: Path) -> Implementation:
    return implementation_of(request, tmp_path, NOW)


def a_run(status: RunStatus = RunStatus.QUEUED, generation: int = 1) -> Run:
    return Run(
        run_id(uuid4()), LOCAL_WORKSPACE, RunSpec("x"), status, NOW, NOW, generation=generation
    )


def asked_to(request: StopRequest) -> Callable[[Run], Changes]:
    return lambda run: Changes(run.id, run=replace(run, stop_requested=request))


# ------------------------------------------------------------------------------------- commands


def test_a_new_run_is_kept_with_its_events_and_its_exclude_list(
    implementation: Implementation,
) -> None:
    async def work(store: Store) -> None:
        told = (RunStatusChanged(RunStatus.QUEUED),)
        run = await store.runs.create(a_run(), told, b"12345678abcdefgh")
        assert run.last_seq == 1
        assert [e.body for e in await store.events.after(run.id, 0)] == list(told)
        assert await store.runs.excluded(run.id) == b"12345678abcdefgh"
        other = await store.runs.create(a_run())
        assert await store.runs.excluded(other.id) == b""

    implementation.check(work)


def test_what_joins_a_transaction_is_there_with_it_or_not_at_all(
    implementation: Implementation,
) -> None:
    async def work(store: Store) -> None:
        seen: list[UnitOfWork] = []
        run = await store.runs.create(a_run(), joins=[seen.append])
        assert len(seen) == 1

        def fails(unit: UnitOfWork) -> None:
            raise ZeroDivisionError

        other = a_run()
        with pytest.raises(ZeroDivisionError):
            await store.runs.create(other, joins=[fails])
        with pytest.raises(NotFound):
            await store.runs.get(other.id)
        with pytest.raises(ZeroDivisionError):
            await store.journal.alter(
                run.id,
                lambda run: Changes(run.id, run=replace(run, spec=RunSpec("else")), joins=(fails,)),
            )
        assert (await store.runs.get(run.id)).spec == RunSpec("x")

    implementation.check(work)


def test_a_command_sees_the_run_and_changes_what_is_asked(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())

        def more(run: Run) -> Changes:
            spec = replace(run.spec, match_limit=run.spec.match_limit + 1)
            return Changes(run.id, (RunChanged(spec.match_limit),), replace(run, spec=spec))

        await asyncio.gather(*(store.journal.alter(run.id, more) for _ in range(10)))
        altered = await store.runs.get(run.id)
        assert altered.spec.match_limit == 110
        assert altered.revision == 10
        told = [e.body for e in await store.events.after(run.id, 0)]
        assert [body.match_limit for body in told if isinstance(body, RunChanged)] == [
            *range(101, 111)
        ]

    implementation.check(work)


def test_a_command_that_is_refused_changes_nothing(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())

        def refuse(run: Run) -> Changes:
            raise InvalidInput("match_limit", "it is too much")

        with pytest.raises(InvalidInput):
            await store.journal.alter(run.id, refuse)
        assert await store.journal.alter(run.id, lambda run: None) == run
        assert await store.runs.get(run.id) == run

    implementation.check(work)


def test_progress_does_not_write_what_is_asked(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())
        old = replace(run, status=RunStatus.RUNNING, rounds=3, spec=RunSpec("another"))
        await store.journal.commit(Changes(run.id, run=old))
        kept = await store.runs.get(run.id)
        assert (kept.spec, kept.status, kept.rounds) == (RunSpec("x"), RunStatus.RUNNING, 3)

    implementation.check(work)


# -------------------------------------------------------------------------------------- workers


def test_a_request_to_stop_comes_with_the_next_receipt(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run(RunStatus.RUNNING))
        before = await store.journal.commit(Changes(run.id))
        assert (before.stop_requested, before.revision) == (StopRequest.NONE, 0)
        await store.journal.alter(run.id, asked_to(StopRequest.PAUSE))
        after = await store.journal.commit(Changes(run.id, run=run))
        assert (after.stop_requested, after.revision) == (StopRequest.PAUSE, 1)
        signal = await store.runs.signal(run.id)
        assert (signal.stop_requested, signal.revision, signal.epoch) == (StopRequest.PAUSE, 1, 0)

    implementation.check(work)


def test_who_was_taken_over_writes_no_more(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())
        first = await store.runs.take(run.id, 1, "one")
        assert first is not None
        assert (first.epoch, first.worker_id) == (1, "one")
        told = (RunChanged(5),)
        await store.journal.commit(Changes(run.id, told, epoch=first.epoch))
        second = await store.runs.take(run.id, 1, "two")
        assert second is not None
        with pytest.raises(TakenOver):
            await store.journal.commit(Changes(run.id, told, epoch=first.epoch))
        both = await asyncio.gather(
            store.journal.commit(Changes(run.id, told, epoch=first.epoch)),
            store.journal.commit(Changes(run.id, told, epoch=second.epoch)),
            return_exceptions=True,
        )
        assert isinstance(both[0], TakenOver)
        assert not isinstance(both[1], BaseException)
        assert [e.seq for e in await store.events.after(run.id, 0)] == [1, 2]

    implementation.check(work)


@pytest.mark.parametrize(
    ("status", "generation"),
    [(RunStatus.COMPLETED, 1), (RunStatus.PAUSED, 1), (RunStatus.QUEUED, 2)],
)
def test_there_is_nothing_to_take_once_it_has_ended_or_begun_again(
    implementation: Implementation, status: RunStatus, generation: int
) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run(status, generation))
        assert await store.runs.take(run.id, 1, "one") is None
        assert (await store.runs.get(run.id)).epoch == 0
        assert await store.runs.take(run_id(uuid4()), 1, "one") is None

    implementation.check(work)


def test_an_end_is_refused_where_something_was_asked_meanwhile(
    implementation: Implementation,
) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())
        taken = await store.runs.take(run.id, 1, "one")
        assert taken is not None
        ended = replace(taken, status=RunStatus.COMPLETED)
        await store.journal.alter(run.id, lambda run: Changes(run.id, run=run))
        end = Changes(run.id, (RunStatusChanged(ended.status),), ended, epoch=taken.epoch)
        with pytest.raises(Conflict):
            await store.journal.commit(replace(end, if_revision=0))
        assert (await store.runs.get(run.id)).status is RunStatus.QUEUED
        await store.journal.commit(replace(end, if_revision=1))
        assert (await store.runs.get(run.id)).status is RunStatus.COMPLETED

    implementation.check(work)


def test_the_unfinished_are_those_queued_or_running(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        runs = [await store.runs.create(a_run(status)) for status in RunStatus]
        unfinished = await store.runs.unfinished()
        wanted = {r.id for r in runs if r.status in (RunStatus.QUEUED, RunStatus.RUNNING)}
        assert {r.id for r in unfinished} == wanted

    implementation.check(work)


# --------------------------------------------------------------------------------------- budget


def test_what_is_spent_adds_up_by_day_and_workspace(implementation: Implementation) -> None:
    async def work(store: Store) -> None:
        run = await store.runs.create(a_run())
        spent = Spend(cost=0.25, tokens=10, searches=2, pages=3, seconds=1.5)
        await asyncio.gather(
            *(store.journal.commit(Changes(run.id, spent=spent)) for _ in range(4))
        )
        today = await store.runs.spent_on(NOW.date())
        assert today == Spend(cost=1.0, tokens=40, searches=8, pages=12, seconds=6.0)
        assert await store.runs.spent_on(date(2026, 1, 2)) == Spend()
        async with implementation.open(WorkspaceId("other")) as other:
            assert await other.runs.spent_on(NOW.date()) == Spend()

    implementation.check(work)
