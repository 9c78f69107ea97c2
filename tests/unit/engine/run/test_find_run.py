"""A whole run over a real store, a fixed source, fixed pages and a scripted judge."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from netnew.domain.budget import Budget
from netnew.domain.candidate import MatchStatus
from netnew.domain.condition import ConditionOutcome, MatchCondition
from netnew.domain.enrichment import Enrichment
from netnew.domain.evidence import holds_in
from netnew.domain.page import Fetched, Link, Snapshot
from netnew.domain.run import ExcludeList, RunStatus, TerminationReason
from netnew.domain.search import Hit
from netnew.testing import page
from tests.support.engine_fixture import CONDITIONS, SPEC, bench, kettles

pytestmark = pytest.mark.anyio


async def test_a_run_ends_with_proved_rows_and_a_reason(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        run = await b.run(SPEC)
        assert run.status is RunStatus.COMPLETED
        assert run.termination_reason is TerminationReason.CANDIDATES_EXHAUSTED
        rows = await b.rows(run)
        assert [c.name for c in rows if c.status is MatchStatus.MATCHED] == [
            "Kettle 0",
            "Kettle 1",
            "Kettle 3",
        ]
        assert run.counts.matched == 3
        assert run.counts.unmatched == 2
        assert run.estimate is not None
        assert run.estimate.low >= 3


async def test_every_verdict_that_decides_is_cut_from_its_segment(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        run = await b.run(SPEC)
        citations = 0
        for candidate in await b.rows(run):
            for verdict in candidate.verdicts:
                assert verdict.outcome is ConditionOutcome.UNCLEAR or verdict.citations
                for citation in verdict.citations:
                    assert holds_in(citation, await b.store.pages.get(citation.snapshot_id))
                    citations += 1
        assert citations >= 8


async def test_events_are_numbered_without_a_gap_and_agree_with_the_rows(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        run = await b.run(SPEC)
        events = await b.service.queries.events(run.id, 0, 10_000)
        assert [e.seq for e in events] == list(range(1, run.last_seq + 1))
        decided = [e.body for e in events if e.body.kind == "candidate.decided"]
        assert {d.candidate_id: d.status for d in decided} == {
            c.id: c.status for c in await b.rows(run)
        }
        assert events[-1].body.kind == "run.status"


async def test_the_same_question_again_asks_no_judge_and_fetches_no_page(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        first = await b.run(SPEC)
        b.judge.asked.clear()
        b.fetcher.fetched.clear()
        second = await b.run(SPEC)
        assert b.judge.asked == []
        assert b.fetcher.fetched == []
        assert second.spend.judgements == second.spend.pages == 0
        assert second.spend.ledger_hits > 0
        assert second.counts == first.counts
        assert [c.name for c in await b.rows(second)] == [c.name for c in await b.rows(first)]


async def test_reordered_and_renamed_conditions_cost_nothing(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.run(SPEC)
        b.judge.asked.clear()
        renamed = (replace(CONDITIONS[1], name="still_open"), replace(CONDITIONS[0], name="shade"))
        again = await b.run(replace(SPEC, conditions=renamed))
        assert b.judge.asked == []
        assert again.counts.matched == 3
        named = {v.condition for c in await b.rows(again) for v in c.verdicts}
        assert named == {"still_open", "shade"}


async def test_a_changed_condition_buys_its_own_column_alone(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.run(SPEC)
        b.judge.asked.clear()
        b.fetcher.fetched.clear()
        changed = (CONDITIONS[0], MatchCondition("town", "City: Town 1"))
        again = await b.run(replace(SPEC, conditions=changed))
        assert {condition for _, condition in b.judge.asked} == {"town"}
        assert b.fetcher.fetched == []
        assert again.counts.matched == 1


async def test_a_page_that_changed_is_judged_again(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        await b.run(SPEC)
        b.clock.advance(timedelta(days=8))
        now = b.clock.now()
        for url, old in list(b.pages.items()):
            b.pages[url] = replace(old, fetched_at=now)
        b.pages["https://kettle2.com/"] = page(
            "https://kettle2.com/", "Kettle 2", {"Colour": "red", "Open": "yes"}, at=now
        )
        b.judge.asked.clear()
        again = await b.run(SPEC)
        assert {name for name, _ in b.judge.asked} == {"Kettle 2"}
        assert again.counts.matched == 4


async def test_a_source_that_holds_something_else_is_asked_again(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        b.source.revision = "1"
        await b.run(SPEC)
        b.source.revision = "2"
        again = await b.run(SPEC)
        assert again.spend.stored_searches == 0
        assert again.spend.searches > 0
        assert again.spend.judgements == 0


async def test_no_more_than_the_match_limit_is_ever_started(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(40)) as b:
        run = await b.run(replace(SPEC, match_limit=4))
        assert run.termination_reason is TerminationReason.MATCH_LIMIT_MET
        assert run.counts.matched == 4
        rows = await b.rows(run)
        assert sum(c.status is MatchStatus.GENERATED for c in rows) > 0


async def test_a_preview_judges_as_many_as_asked(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(40)) as b:
        run = await b.run(replace(SPEC, evaluate_limit=7))
        assert run.termination_reason is TerminationReason.EVALUATE_LIMIT_MET
        assert run.counts.matched + run.counts.unmatched + run.counts.unclear == 7


async def test_a_budget_ends_the_run_and_keeps_its_rows(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(40)) as b:
        run = await b.run(replace(SPEC, budget=Budget(pages=12)))
        assert run.status is RunStatus.COMPLETED
        assert run.termination_reason is TerminationReason.BUDGET_EXHAUSTED
        assert run.spend.pages == 12
        assert len(await b.rows(run)) == 12


async def test_a_cancelled_run_keeps_its_matches(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        run = await b.service.create_run(SPEC)
        await b.service.cancel(run.id)
        run = await b.service.work(run.id)
        assert run.status is RunStatus.CANCELLED
        assert run.termination_reason is TerminationReason.USER_CANCELLED


async def test_what_an_earlier_run_found_can_be_left_out(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        first = await b.run(SPEC)
        second = await b.run(replace(SPEC, exclude=ExcludeList(run_ids=(first.id,))))
        assert second.counts.matched == 0
        assert {c.name for c in await b.rows(second)} == {"Kettle 2", "Kettle 4"}


async def test_a_share_of_the_conditions_may_be_enough(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        half = replace(SPEC.match_rule, share=0.5, evaluate_all=True)
        run = await b.run(replace(SPEC, match_rule=half))
        assert run.counts.matched == 4
        assert all(len(c.verdicts) == 2 for c in await b.rows(run))


async def test_fields_are_filled_for_matches_and_bought_once(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        spec = replace(SPEC, enrichments=(Enrichment("City", "where"), Enrichment("Fax", "number")))
        run = await b.run(spec)
        values = {c.name: c.enrichments for c in await b.rows(run) if c.enrichments}
        assert set(values) == {"Kettle 0", "Kettle 1", "Kettle 3"}
        city, fax = values["Kettle 3"]
        assert (city.value, city.citations[0].excerpt) == ("Town 3", "City: Town 3")
        assert (fax.value, fax.citations) == (None, ())
        again = await b.run(spec)
        assert again.spend.judgements == 0


async def test_a_list_is_mined_and_its_next_page_followed(tmp_path: Path) -> None:
    makers = kettles(8)
    urls = list(makers)

    def listing(url: str, part: list[str], next_url: str | None) -> Snapshot:
        links = [Link(u, f"Kettle {u}", group=1, lead=True) for u in part]
        return replace(page(url, "8 red kettles to know", links=links), next_url=next_url)

    first = listing("https://list.test/1", urls[:4], "https://list.test/2")
    lists = {
        first.url: first,
        "https://list.test/2": listing("https://list.test/2", urls[4:], None),
    }
    async with bench(tmp_path, {**makers, **lists}, [Hit("https://list.test/1")]) as b:
        run = await b.run(SPEC)
        assert run.counts.generated == 8
        assert run.counts.matched == 5


async def test_a_source_that_fails_is_told_and_the_run_goes_on(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        b.source.asleep_for = "colour"
        run = await b.run(SPEC)
        failed = [
            e.body
            for e in await b.service.queries.events(run.id, 0, 1000)
            if e.body.kind == "source.failed"
        ]
        assert failed
        assert failed[0].problem == "it is asleep"
        assert run.counts.matched == 3


async def test_a_run_whose_sources_never_answer_fails_and_says_why(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        b.source.asleep_for = ""
        run = await b.run(SPEC)
        assert run.status is RunStatus.FAILED
        assert run.termination_reason is TerminationReason.ERROR_OCCURRED
        assert "it is asleep" in run.termination_detail


async def test_an_estimate_of_a_run_cut_short_is_a_lower_bound(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(40)) as b:
        short = await b.run(replace(SPEC, match_limit=4))
        assert short.estimate is not None
        assert short.estimate.is_lower_bound
        whole = await b.run(SPEC)
        assert whole.estimate is not None
        assert not whole.estimate.is_lower_bound


async def test_a_page_too_slow_for_the_time_left_is_given_up(tmp_path: Path) -> None:
    async with bench(tmp_path) as b:
        slow = "https://kettle1.com/"
        fetch, others = b.fetcher.fetch, asyncio.Semaphore(0)

        class SlowFetcher:
            async def fetch(self, url: str, max_age: timedelta | None = None) -> Fetched:
                if url == slow:
                    for _ in range(4):
                        await others.acquire()
                    b.clock.seconds = 100.0  # the time is up, and this page is not there yet
                    await asyncio.Event().wait()
                fetched = await fetch(url, max_age)
                others.release()
                return fetched

        b.fetcher = SlowFetcher()
        run = await b.run(replace(SPEC, budget=Budget(seconds=10)))
        assert run.termination_reason is TerminationReason.BUDGET_EXHAUSTED
        assert {c.name for c in await b.rows(run) if c.status is MatchStatus.MATCHED} == {
            "Kettle 0",
            "Kettle 3",
        }


async def test_what_a_redirect_shows_to_be_excluded_is_discarded(tmp_path: Path) -> None:
    profile = page("https://dir.test/k", "Kettle", {"Website": "http://old.com/", "Open": "yes"})
    own = page("https://kettle.com/", "Kettle", {"Colour": "red", "Open": "yes"})
    moved = replace(own, url="http://old.com/", redirects=("http://old.com/",))
    pages = {profile.url: profile, moved.url: moved}
    async with bench(tmp_path, pages, [Hit(profile.url)]) as b:
        run = await b.run(replace(SPEC, exclude=ExcludeList(urls=("https://kettle.com",))))
        assert run.counts.matched == run.counts.generated == 0
        assert run.counts.discarded == 1


async def test_two_profiles_of_one_firm_are_one_row_and_the_merge_is_logged(tmp_path: Path) -> None:
    own = page("https://kettle.com/", "Kettle", {"Colour": "red", "Open": "yes"})
    moved = replace(own, url="http://old-kettle.com/", redirects=("http://old-kettle.com/",))
    profile = page(
        "https://dir.test/kettle", "Kettle", {"Website": "http://old-kettle.com/", "Open": "yes"}
    )
    pages = {own.url: own, moved.url: moved, profile.url: profile}
    async with bench(tmp_path, pages, [Hit(own.url), Hit(profile.url)]) as b:
        run = await b.run(SPEC)
        (row,) = await b.rows(run)
        assert (row.url, row.status) == ("https://kettle.com/", MatchStatus.MATCHED)
        assert "https://dir.test/kettle" in row.alternate_urls
        assert len(await b.service.queries.merges(run.id)) == 1
