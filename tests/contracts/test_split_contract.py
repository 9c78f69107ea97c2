"""A merge undone: what the store and the run say afterwards, over both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.condition import ConditionOutcome
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import Conflict, NotFound
from netnew.domain.event import CandidateDecided, CandidateGenerated, RoundEnded
from netnew.domain.page import Snapshot
from netnew.domain.run import Counts, Run, RunStatus
from netnew.domain.search import Hit
from netnew.store.store import SqlStore
from netnew.testing import NOON, page
from tests.support.advisors import ScriptedAdvisor
from tests.support.engine_fixture import SPEC, EngineFixture
from tests.support.stores import Implementation, implementation_of

RED = {"Colour": "red", "Open": "yes"}
OWN, OLD = "https://kettle.com/", "http://old-kettle.com/"
LISTED = "https://dir.test/kettle"


@pytest.fixture(params=["sqlite", "postgres"])
def implementation(request: pytest.FixtureRequest, tmp_path: Path) -> Implementation:
    return implementation_of(request, tmp_path, NOON)


def two(own: dict[str, str], listed: dict[str, str]) -> dict[str, Snapshot]:
    """A firm's site, and a profile that names an old address, which leads there."""
    home = page(OWN, "Kettle", own)
    moved = replace(home, url=OLD, redirects=(OLD,))
    return {
        OWN: home,
        OLD: moved,
        LISTED: page(LISTED, "Kettle", {"Website": OLD, **listed}),
    }


def checked(
    implementation: Implementation,
    pages: dict[str, Snapshot],
    work: Callable[[EngineFixture], Awaitable[None]],
    hits: tuple[str, ...] = (OWN, LISTED),
) -> None:
    async def with_store() -> None:
        async with implementation.open() as store:
            assert isinstance(store, SqlStore)
            await work(EngineFixture(store, pages, hits=[Hit(url) for url in hits]))

    asyncio.run(with_store())


async def all_rows(b: EngineFixture, run: Run) -> list[Candidate]:
    return [row async for row in b.store.candidates.of_run(run.id)]


def by_url(rows: list[Candidate]) -> dict[str, Candidate]:
    return {row.url: row for row in rows}


def test_who_was_lost_comes_back_and_the_counters_move(implementation: Implementation) -> None:
    async def work(b: EngineFixture) -> None:
        run = await b.run(SPEC)
        assert run.counts == Counts(generated=1, matched=1, discarded=1)
        done = await b.service.undo_merge(run.id, 1)
        (merge,) = await b.service.queries.merges(run.id)
        assert merge == done.merge
        assert merge.undone
        after = await b.service.queries.run(run.id)
        assert after.counts == Counts(generated=2, matched=1)
        assert (after.status, after.termination_reason) == (run.status, run.termination_reason)
        own, listed = await b.rows(run)
        assert (own, listed) == (done.kept, done.lost)
        assert listed == merge.lost_candidate
        assert (own.url, own.pages, own.status) == (OWN, (OWN,), MatchStatus.MATCHED)
        assert own.identity.keys.isdisjoint(listed.identity.keys)
        generated, rest = (e.body for e in (await b.events(run))[run.last_seq :])
        assert generated == CandidateGenerated(listed.id, listed.name, listed.url)
        assert isinstance(rest, RoundEnded)
        assert (rest.is_rest, rest.counts) == (True, after.counts)

    checked(implementation, two(RED, RED), work)


def test_a_match_that_the_other_proved_is_unclear_then(implementation: Implementation) -> None:
    async def work(b: EngineFixture) -> None:
        run = await b.run(replace(SPEC, enrichments=(Enrichment("Seats", "how many"),)))
        (row,) = await b.rows(run)
        assert row.status is MatchStatus.MATCHED
        assert row.enrichments[0].value == "4"
        done = await b.service.undo_merge(run.id, 1)
        outcomes = {v.condition: v.outcome for v in done.kept.verdicts}
        assert outcomes == {"colour": ConditionOutcome.MATCHED, "open": ConditionOutcome.UNCLEAR}
        assert done.kept.enrichments[0].value is None
        assert (await b.service.queries.run(run.id)).counts == Counts(generated=2, unclear=1)
        decided = [e.body for e in await b.events(run) if isinstance(e.body, CandidateDecided)]
        assert decided[-1].status is MatchStatus.UNCLEAR

    checked(implementation, two({"Colour": "red"}, {"Open": "yes", "Seats": "4"}), work)


@pytest.mark.parametrize("own", [RED, {"Colour": "red"}])
def test_a_run_that_goes_on_does_not_merge_them_again(
    implementation: Implementation, own: dict[str, str]
) -> None:
    async def work(b: EngineFixture) -> None:
        run = await b.run(SPEC)
        await b.service.undo_merge(run.id, 1)
        await b.service.extend(run.id, 10)
        run = await b.service.work(run.id)
        rows = by_url(await b.rows(run))
        assert set(rows) == {OWN, LISTED}
        whole = own == RED
        assert rows[OWN].status is (MatchStatus.MATCHED if whole else MatchStatus.UNCLEAR)
        assert rows[LISTED].status is MatchStatus.UNCLEAR
        assert rows[LISTED].pages == (LISTED,)
        assert {c.url for v in rows[OWN].verdicts for c in v.citations} == {OWN}
        counted = run.counts
        assert (counted.generated, counted.matched) == (2, int(whole))
        assert [m.undone for m in await b.service.queries.merges(run.id)] == [True]

    checked(implementation, two(own, {"Open": "yes"}), work)


def test_the_same_question_asked_anew_does_not_believe_what_was_forgotten(
    implementation: Implementation,
) -> None:
    """The rule merges them in another run; what is proved there is proved anew."""

    async def work(b: EngineFixture) -> None:
        run = await b.run(SPEC)
        await b.service.undo_merge(run.id, 1)
        asked = len(b.judge.asked)
        again = await b.run(SPEC)
        assert again.counts == run.counts
        assert b.judge.asked[asked:] == [("Kettle", "open")]

    checked(implementation, two({"Colour": "red"}, {"Open": "yes"}), work)


MODEL_PAIR = ("https://bluekettle.com/", "https://dir.test/blue-kettle")


def blue_kettles() -> dict[str, Snapshot]:
    return {url: page(url, "Blue Kettle", RED, (url,)) for url in MODEL_PAIR}


def test_what_a_model_merged_is_two_again_and_stays_so(implementation: Implementation) -> None:
    async def work(b: EngineFixture) -> None:
        b.context["advisor"] = advisor = ScriptedAdvisor(lambda one, other: True)
        run = await b.run(SPEC)
        assert run.counts.matched == 1
        done = await b.service.undo_merge(run.id, 1)
        assert done.lost.status is MatchStatus.MATCHED
        assert (await b.service.queries.run(run.id)).counts == Counts(generated=2, matched=2)
        await b.service.extend(run.id, 10)
        run = await b.service.work(run.id)
        assert run.counts == Counts(generated=2, matched=2)
        another = await b.run(SPEC)  # it was told apart by hand, for good
        assert another.counts == Counts(generated=2, matched=2)
        assert len(advisor.prompts) == 1

    checked(implementation, blue_kettles(), work, MODEL_PAIR)


def test_a_run_killed_on_its_way_after_an_undo_ends_alike(implementation: Implementation) -> None:
    async def work(b: EngineFixture) -> None:
        b.context["advisor"] = ScriptedAdvisor(lambda one, other: True)
        run = await b.run(SPEC)
        await b.service.undo_merge(run.id, 1)
        await b.service.extend(run.id, 10)
        kills = 1
        while await b.some(run, kills):
            await b.kill()
            kills += 1
        assert kills > 2
        run = await b.service.queries.run(run.id)
        assert run.counts == Counts(generated=2, matched=2)
        assert {r.url for r in await b.rows(run)} == set(MODEL_PAIR)

    checked(implementation, blue_kettles(), work, MODEL_PAIR)


def three() -> dict[str, Snapshot]:
    urls = (*MODEL_PAIR, "https://list.test/blue-kettle")
    return {url: page(url, "Blue Kettle", RED, (url,)) for url in urls}


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_merges_of_three_are_undone_in_any_order(
    implementation: Implementation, order: tuple[int, int]
) -> None:
    async def work(b: EngineFixture) -> None:
        b.context["advisor"] = ScriptedAdvisor(lambda one, other: True)
        run = await b.run(SPEC)
        assert run.counts == Counts(generated=1, matched=1, discarded=2)
        for number in order:
            await b.service.undo_merge(run.id, number)
        rows = await b.rows(run)
        assert {r.url for r in rows} == set(three())
        assert [r.pages for r in rows] == [(r.url,) for r in rows]
        assert (await b.service.queries.run(run.id)).counts == Counts(generated=3, matched=3)

    checked(implementation, three(), work, tuple(three()))


def test_what_cannot_be_undone_changes_nothing(implementation: Implementation) -> None:
    async def work(b: EngineFixture) -> None:
        run = await b.run(SPEC)
        with pytest.raises(NotFound):
            await b.service.undo_merge(run.id, 2)
        await b.service.extend(run.id, 10)
        with pytest.raises(Conflict, match="is queued; a merge can be undone once it has ended"):
            await b.service.undo_merge(run.id, 1)
        assert (await b.service.work(run.id)).status is RunStatus.COMPLETED
        await b.service.undo_merge(run.id, 1)
        before = await all_rows(b, run), await b.service.queries.run(run.id)
        with pytest.raises(Conflict, match="undone already"):
            await b.service.undo_merge(run.id, 1)
        assert (await all_rows(b, run), await b.service.queries.run(run.id)) == before

    checked(implementation, two(RED, RED), work)


def test_of_two_that_undo_it_at_once_one_is_refused(implementation: Implementation) -> None:
    async def work(b: EngineFixture) -> None:
        run = await b.run(SPEC)
        done = await asyncio.gather(
            *(b.service.undo_merge(run.id, 1) for _ in range(2)), return_exceptions=True
        )
        assert sum(isinstance(x, Conflict) for x in done) == 1
        assert (await b.service.queries.run(run.id)).counts == Counts(generated=2, matched=1)

    checked(implementation, two(RED, RED), work)


def test_a_paused_run_may_be_split_and_goes_on(implementation: Implementation) -> None:
    async def work(b: EngineFixture) -> None:
        run = await b.service.create_run(replace(SPEC, generator="core"))
        assert await b.some(run, 2)
        await b.service.pause(run.id)
        await b.some(run, 10)
        assert (await b.service.queries.run(run.id)).status is RunStatus.PAUSED
        await b.service.undo_merge(run.id, 1)
        await b.service.unpause(run.id)
        run = await b.service.work(run.id)
        assert run.counts.generated == 2
        assert set(by_url(await b.rows(run))) == {OWN, LISTED}

    checked(implementation, two(RED, RED), work)
