"""Who could be meant: quick, unproved, ranked, each once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from netnew.domain.budget import Budget
from netnew.domain.errors import InvalidInput, QuotaExceeded, SourceUnavailable
from netnew.domain.page import Fetched, Link
from netnew.domain.search import Hit
from netnew.engine.discovery.entity_search import DEADLINE_S, FoundEntity
from netnew.testing import page
from tests.support.engine_fixture import EngineFixture, bench, kettles

pytestmark = pytest.mark.anyio

LIST_URL = "https://directory.org/kettle-makers"


def listed(count: int, host: str = "") -> tuple[Link, ...]:
    """Items of a list of makers, on their own sites or on the pages of a host about them."""
    urls = [f"https://{host}/{n}" if host else f"https://listed{n}.com/" for n in range(count)]
    return tuple(
        Link(url, f"Listed {n}", f"red kettles, shop {n}", group=1, lead=True)
        for n, url in enumerate(urls)
    )


@pytest.fixture
async def b(tmp_path: Path) -> AsyncIterator[EngineFixture]:
    async with bench(tmp_path, kettles(20)) as made:
        yield made


async def found(b: EngineFixture, limit: int = 100) -> list[FoundEntity]:
    return await b.service.find_entities("maker", "all red kettles", limit)


async def test_makers_are_found_each_once_with_name_address_and_a_word_about_them(
    b: EngineFixture,
) -> None:
    makers = await found(b)
    assert {x.url for x in makers} == {f"https://kettle{n}.com/" for n in range(20)}
    assert {x.name for x in makers} == {f"Kettle {n}" for n in range(20)}
    assert all(x.description for x in makers)


async def test_no_run_is_made_and_nothing_is_judged(b: EngineFixture) -> None:
    await found(b)
    assert await b.service.queries.count_runs() == 0
    assert b.judge.asked == []


async def test_what_it_took_counts_for_the_day_and_is_asked_once(b: EngineFixture) -> None:
    await found(b)
    spent = await b.store.runs.spent_on(b.clock.now().date())
    assert spent.pages == 20
    assert spent.searches == len(b.source.asked) <= 10
    await found(b)
    assert await b.store.runs.spent_on(b.clock.now().date()) == spent


async def test_no_more_are_given_than_are_wanted_and_the_likeliest_come_first(
    tmp_path: Path,
) -> None:
    pages = kettles(10)
    for n in (3, 7):
        url = f"https://kettle{n}.com/"
        pages[url] = page(url, f"Tea {n}", text=("Leaves for tea, and cups.",))
    async with bench(tmp_path, pages) as b:
        makers = await found(b)
        assert {x.name for x in makers[-2:]} == {"Tea 3", "Tea 7"}
        assert [x.name for x in makers[:3]] == ["Kettle 0", "Kettle 1", "Kettle 5"]
        assert await found(b, 4) == makers[:4]


async def test_it_is_filled_up_from_lists_and_from_pages_that_say_nothing(tmp_path: Path) -> None:
    pages = kettles(3)
    pages[LIST_URL] = page(LIST_URL, "All kettle makers", links=listed(5))
    hits = [Hit(url) for url in pages]
    hits.append(Hit("https://walled.com/", "Walled Kettles | Home", "Kettles behind a wall."))
    async with bench(tmp_path, pages, hits) as b:
        makers = await found(b)
        assert [x.name for x in makers[:3]] == ["Kettle 0", "Kettle 1", "Kettle 2"]
        weaker = {x.name: x for x in makers[3:]}
        assert weaker.keys() == {"Walled Kettles", *(f"Listed {n}" for n in range(5))}
        assert weaker["Walled Kettles"].description == "Kettles behind a wall."
        assert weaker["Listed 2"].description == "red kettles, shop 2"
        assert len(await found(b, 5)) == 5


async def test_a_directory_is_nobody_and_its_pages_stand_back_behind_own_sites(
    tmp_path: Path,
) -> None:
    pages = kettles(3)
    links = (*listed(4, "directory.org/maker"), *listed(2))
    pages[LIST_URL] = page(LIST_URL, "Kettle makers", links=links)
    async with bench(tmp_path, pages) as b:
        urls = {x.url for x in await found(b)}
        assert LIST_URL not in urls
        assert {"https://listed0.com/", "https://listed1.com/"} <= urls
        assert {u for u in urls if "directory.org" in u} == {
            "https://directory.org/maker/2",
            "https://directory.org/maker/3",
        }


async def test_a_profile_gives_the_address_of_the_site_it_names(tmp_path: Path) -> None:
    url = "https://directory.org/maker/9"
    pages = {url: page(url, "Kettle 9", {"Website": "https://kettle9.com/", "Colour": "red"})}
    async with bench(tmp_path, pages) as b:
        assert [(x.name, x.url) for x in await found(b)] == [("Kettle 9", "https://kettle9.com/")]


async def test_pages_that_do_not_come_are_not_waited_for(tmp_path: Path) -> None:
    async with bench(tmp_path, kettles(6)) as b:
        fetch = b.fetcher.fetch

        class Stuck:
            async def fetch(self, url: str, max_age: object = None) -> Fetched:
                if url == "https://kettle2.com/":
                    b.clock.seconds += DEADLINE_S
                    await asyncio.Event().wait()
                return await fetch(url)

        b.fetcher = Stuck()  # type: ignore[assignment]
        assert {x.name for x in await found(b)} == {f"Kettle {n}" for n in (0, 1, 3, 4, 5)}


async def test_where_no_source_answers_that_is_said(b: EngineFixture) -> None:
    b.source.asleep_for = ""
    with pytest.raises(SourceUnavailable):
        await found(b)


@pytest.mark.parametrize("limit", [0, 1_001])
async def test_a_limit_out_of_range_is_refused(b: EngineFixture, limit: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        await found(b, limit)
    assert refused.value.field == "limit"


async def test_the_caps_of_the_day_hold(b: EngineFixture) -> None:
    b.context["day_budget"] = Budget(pages=20)
    await found(b)
    with pytest.raises(QuotaExceeded) as refused:
        await found(b)
    assert refused.value.retry_after_s == 12 * 3600
