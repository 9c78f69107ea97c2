"""What is fetched ahead while candidates are judged: the same run, and nothing beyond a cap."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from netnew.domain.budget import Budget, Cap
from netnew.domain.run import Run
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.discovery.frontier import Frontier, QueryLead
from netnew.engine.discovery.prefetch import Prefetcher, a_round_of
from netnew.engine.effort import GENERATORS
from tests.support.engine_fixture import SPEC, EngineFixture, bench, kettles

pytestmark = pytest.mark.anyio
NO_CAPS = Budget()


async def asked(
    folder: Path, is_free: bool, budget: Budget = NO_CAPS
) -> tuple[Run, EngineFixture, list]:
    async with bench(folder, kettles(60)) as b:
        b.context["judge_is_free"] = is_free
        run = await b.run(replace(SPEC, budget=budget, match_limit=1000))
        rows = [(r.url, r.status, r.verdicts) for r in await b.rows(run)]
        return run, b, rows


async def test_the_rows_are_those_of_a_run_that_fetches_nothing_ahead(tmp_path: Path) -> None:
    for name in ("plain", "ahead"):
        (tmp_path / name).mkdir()
    plain, _, rows = await asked(tmp_path / "plain", is_free=True)
    ahead, _, same = await asked(tmp_path / "ahead", is_free=False)
    assert same == rows
    assert (ahead.counts, ahead.rounds) == (plain.counts, plain.rounds)


async def test_all_that_was_served_is_told(tmp_path: Path) -> None:
    run, b, _ = await asked(tmp_path, is_free=False)
    assert run.spend.searches == len(b.source.asked) == len(set(b.source.asked))
    # One broken off is fetched again by this fetcher; the real one has both wait for it.
    assert run.spend.pages == len(set(b.fetcher.fetched))


@pytest.mark.parametrize("searches", [1, 5, 17, 40])
async def test_no_cap_is_passed(tmp_path: Path, searches: int) -> None:
    budget = Budget(searches=searches, pages=30)
    run, b, _ = await asked(tmp_path, is_free=False, budget=budget)
    assert len(b.source.asked) <= searches
    assert len(set(b.fetcher.fetched)) <= 30
    assert run.spend.searches == len(b.source.asked)


async def test_what_is_fetched_ahead_is_used_once_or_told_as_spent(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(30)) as b, b.opened(b.judge) as context:
        meter = BudgetMeter(Budget(), b.clock)
        ahead = Prefetcher(context, meter, a_round_of(GENERATORS["core"]))
        leads = [QueryLead("fixed", f"kettles {n}", 1, "u", 1.0) for n in range(3)]
        ahead.begin(leads, ["https://kettle29.com/"], set())
        assert ahead._task is not None
        await ahead._task
        assert len(b.source.asked) == 3
        assert ahead.has_asked(("fixed", "kettles 0", 1))
        assert not ahead.has_asked(("fixed", "kettles 0", 1))
        assert ahead.has_read("https://kettle29.com/")
        read = len(ahead.read)
        ahead.end_round()  # it may still be used in the round that comes
        assert meter.spend.pages == 0
        ahead.end_round()
        assert (meter.spend.searches, meter.spend.pages) == (2, read)
        ahead.end()
        assert (meter.spend.searches, meter.spend.pages) == (2, read)


async def test_a_search_that_costs_money_is_not_made_ahead(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(10)) as b, b.opened(b.judge) as context:
        b.source.search_price = 0.005
        ahead = Prefetcher(context, BudgetMeter(Budget(), b.clock), {Cap.SEARCHES: 1, Cap.PAGES: 1})
        ahead.begin([QueryLead("fixed", "kettles", 1, "u", 1.0)], [], set())
        assert ahead._task is not None
        await ahead._task
        assert not b.source.asked


def test_looking_ahead_takes_nothing() -> None:
    frontier = Frontier(5)
    for n in range(6):
        frontier.add_query("s", f"q{n}", "u", n / 10)
        frontier.add_page(f"https://a{n}.com/", "list:a", n / 10)
    likely = [lead.query for lead in frontier.likely_queries(3)]
    links = frontier.likely_pages(3)
    assert likely == [lead.query for lead in frontier.take_queries(3)] == ["q5", "q4", "q3"]
    assert links == [lead.url for lead in frontier.take_pages(3)]
