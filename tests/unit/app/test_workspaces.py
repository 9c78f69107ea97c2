"""Two workspaces in one database: neither sees what is the other's; one worker works for both."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netnew.app.service import Service
from netnew.bootstrap import App, open_app
from netnew.domain.condition import MatchCondition
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import Conflict, NotFound, QuotaExceeded
from netnew.domain.ids import CandidateId, RunId, WorkspaceId
from netnew.domain.run import ExcludeList, Run, RunSpec, RunStatus, TerminationReason
from netnew.domain.webhook import Webhook
from netnew.settings import Settings
from tests.support.databases import KINDS, new_database

pytestmark = pytest.mark.anyio

ROWS = 12
NOBODY = RunId("run_" + "0" * 32)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass(frozen=True)
class Place:
    """A HOME, a database and a list to find in."""

    url: str
    folder: Path

    @property
    def spec(self) -> RunSpec:
        return RunSpec(
            "all red kettles",
            "kettle",
            (MatchCondition("colour", "Colour: red"),),
            sources=(f"csv:{self.folder / 'kettles.csv'}",),
            judge="rules",
        )

    @asynccontextmanager
    async def opened(self, **settings: object) -> AsyncIterator[Two]:
        own = {"home": self.folder, "database_url": self.url, **settings}
        async with open_app(Settings.load(**own)) as app:
            one, other = (app.workspaces.of(WorkspaceId(x)) for x in ("one", "other"))
            yield Two(app, one, other)


@dataclass(frozen=True)
class Two:
    app: App
    one: Service
    other: Service

    async def done(self, service: Service, spec: RunSpec) -> Run:
        return await service.work((await service.create_run(spec)).id)


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    made = Place(new_database(request.param, request, tmp_path), tmp_path)
    rows = [f"Kettle {n},{'red' if n % 2 else 'blue'}" for n in range(ROWS)]
    (tmp_path / "kettles.csv").write_text("\n".join(["Name,Colour", *rows]), encoding="utf-8")
    return made


COMMANDS: dict[str, Callable[[Service, RunId], Awaitable[object]]] = {
    "run": lambda s, r: s.queries.run(r),
    "result": lambda s, r: s.queries.result(r),
    "work": lambda s, r: s.work(r),
    "extend": lambda s, r: s.extend(r, 1),
    "enrich": lambda s, r: s.enrich(r, (Enrichment("Colour", "its colour"),)),
    "resume": lambda s, r: s.resume(r),
    "adopt": lambda s, r: s.adopt(r),
    "pause": lambda s, r: s.pause(r),
    "unpause": lambda s, r: s.unpause(r),
    "cancel": lambda s, r: s.cancel(r),
    "keep": lambda s, r: s.keep(r),
    "refresh": lambda s, r: s.refresh(r),
    "delete": lambda s, r: s.delete(r),
    "undo a merge": lambda s, r: s.undo_merge(r, 1),
    "watch": lambda s, r: anext(s.queries.watch(r)),
    "exclude": lambda s, r: s.create_run(
        RunSpec("all kettles", sources=("pyenv",), judge="rules", exclude=ExcludeList(run_ids=(r,)))
    ),
}


async def test_a_run_of_another_workspace_does_not_exist(place: Place) -> None:
    async with place.opened() as two:
        run = await two.done(two.one, place.spec)
        candidates = (await two.one.queries.result(run.id)).candidates
        assert run.counts.matched == ROWS / 2
        for name, command in COMMANDS.items():
            with pytest.raises(NotFound) as of_another:
                await command(two.other, run.id)
            with pytest.raises(NotFound) as of_nobody:
                await command(two.other, NOBODY)
            said = str(of_another.value).replace(run.id, NOBODY)
            assert said == str(of_nobody.value), name
        assert [c async for c in two.other.queries.candidates(run.id)] == []
        for candidate in candidates:
            with pytest.raises(NotFound):
                await two.other.queries.candidate(CandidateId(candidate.id))
        assert await two.other.queries.events(run.id) == []
        assert await two.other.queries.status_changes(run.id) == []
        assert await two.other.queries.source_failures(run.id) == []
        assert await two.other.queries.merges(run.id) == []
        assert (await two.other.queries.runs(), await two.other.queries.count_runs()) == ([], 0)
        assert await two.one.queries.run(run.id) == run
        assert (await two.one.queries.result(run.id)).candidates == candidates


async def test_an_id_that_is_taken_elsewhere_is_taken(place: Place) -> None:
    async with place.opened() as two:
        run = await two.one.create_run(place.spec)
        with pytest.raises(Conflict):
            await two.other.begin(await two.other.plan(place.spec), as_id=run.id)
        assert await two.one.queries.run(run.id) == run


async def test_each_has_verdicts_of_its_own(place: Place) -> None:
    async with place.opened() as two:
        first = await two.done(two.one, place.spec)
        others = await two.done(two.other, place.spec)
        again = await two.done(two.one, place.spec)
        assert (first.spend.ledger_hits, others.spend.ledger_hits) == (0, 0)
        assert again.spend.ledger_hits == ROWS
        assert first.counts == others.counts == again.counts


async def test_each_has_a_day_of_its_own(place: Place) -> None:
    async with place.opened(day_budget_searches=1) as two:
        spent = await two.done(two.one, place.spec)
        assert spent.spend.searches == 1
        held = await two.done(two.one, replace(place.spec, objective="all blue kettles"))
        assert held.termination_reason is TerminationReason.BUDGET_EXHAUSTED
        with pytest.raises(QuotaExceeded):
            await two.one.find_entities("kettle", "red kettles")
        free = await two.done(two.other, place.spec)
        assert (held.counts.generated, free.counts.matched) == (0, ROWS / 2)


async def test_each_has_webhooks_of_its_own(place: Place) -> None:
    async with place.opened() as two:
        hooks = two.app.desks.webhooks
        one, other = two.one.workspace_id, two.other.workspace_id
        planned = await two.one.plan(place.spec)

        def hook(run_id: RunId) -> Webhook:
            at = datetime(2026, 1, 5, tzinfo=UTC)
            return Webhook("hook_1", run_id, one, "own", "https://a.example/", ("x",), "", at)

        run = await two.one.begin(planned, joining=lambda run_id: (hooks.attach(hook(run_id)),))
        assert await hooks.of_run(one, run.id) == [hook(run.id)]
        assert await hooks.of_run(other, run.id) == []
        assert await hooks.deliveries(one, run.id) == []
        with pytest.raises(NotFound):
            await hooks.deliveries(other, run.id)
        assert await hooks.secret_of(one) != await hooks.secret_of(other)


async def test_one_worker_works_on_the_runs_of_all(place: Place) -> None:
    async with place.opened() as two:
        runs = [(s, await s.create_run(place.spec)) for s in (two.one, two.other, two.one)]
        async with two.app.open_worker(takes_all=True) as worker:
            await asyncio.gather(*(worker.until_done(run.id, 1) for _, run in runs))
        for service, run in runs:
            done = await service.queries.run(run.id)
            assert (done.status, done.workspace_id) == (RunStatus.COMPLETED, service.workspace_id)
            assert done.counts.matched == ROWS / 2
            assert {c.run_id for c in (await service.queries.result(run.id)).candidates} == {run.id}
        assert [await s.queries.count_runs() for s in (two.one, two.other)] == [2, 1]


async def test_a_run_deleted_in_one_leaves_the_same_question_in_the_other(place: Place) -> None:
    async with place.opened() as two:
        mine = await two.done(two.one, place.spec)
        others = await two.done(two.other, place.spec)
        await two.one.delete(mine.id)
        assert await two.other.queries.run(others.id) == others
        assert len((await two.other.queries.result(others.id)).candidates) == ROWS
