"""Names without a link: read from tables with a model's help, and found by asking for them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from netnew.domain.candidate import MatchStatus
from netnew.domain.page import Snapshot
from netnew.domain.run import Run, RunSpec, RunStatus
from tests.support.engine_fixture import SPEC, EngineFixture, bench
from tests.support.name_web import (
    LIST,
    NAMES,
    ByName,
    TableReader,
    makers,
    register,
    site,
)

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def guild(
    folder: Path, advisor: TableReader | None, pages: dict[str, Snapshot] | None = None
) -> AsyncIterator[EngineFixture]:
    """A bench whose source finds the guild's list, and makers by their names."""
    web = pages or {LIST: register(), **makers()}
    async with bench(folder, web, []) as b:
        b.source = ByName.of(web, [u for u in web if u.startswith("https://guild.org/")])
        b.advisor = advisor
        yield b


def asked(b: EngineFixture) -> list[str]:
    assert isinstance(b.source, ByName)
    return b.source.names_asked


async def matched(b: EngineFixture, run: Run) -> dict[str, tuple[str, ...]]:
    rows = await b.rows(run)
    return {r.url: r.found_by for r in rows if r.status is MatchStatus.MATCHED}


async def test_names_of_a_table_are_asked_for_and_found(tmp_path: Path) -> None:
    advisor = TableReader(1)
    async with guild(tmp_path, advisor) as b:
        run = await b.run(SPEC)
        found = await matched(b, run)
        assert sorted(found) == sorted(map(site, NAMES))
        assert set(found.values()) == {("mention:guild.org",)}
        assert sorted(asked(b)) == sorted(NAMES)  # each once, and one page deep
        assert [len(sample) for sample in advisor.samples] == [6]
        assert advisor.samples[0][0] == ("No", "Maker", "Town")
        assert run.spend.model_calls == 1
        assert "https://noise.com/" not in b.fetcher.fetched


async def test_without_an_advisor_no_name_is_asked_for(tmp_path: Path) -> None:
    async with guild(tmp_path, None) as b:
        run = await b.run(SPEC)
        assert await matched(b, run) == {}
        assert asked(b) == []


@pytest.mark.parametrize("column", [-1, None])
async def test_a_table_without_names_gives_none_and_is_not_asked_about_again(
    tmp_path: Path, column: int | None
) -> None:
    advisor = TableReader(column)
    async with guild(tmp_path, advisor) as b:
        await b.run(SPEC)
        await b.run(replace(SPEC, objective="all the red kettles"))
        assert asked(b) == []
        assert len(advisor.samples) == 1


async def test_a_second_run_asks_nothing(tmp_path: Path) -> None:
    async with guild(tmp_path, TableReader(1)) as b:
        first = await b.run(SPEC)
        awake = b.advisor = TableReader(1)
        second = await b.run(SPEC)
        assert awake.samples == []
        assert await matched(b, first) == await matched(b, second)
        assert second.spend.model_calls == second.spend.searches == second.spend.pages == 0


async def test_a_name_that_nothing_has_stays_a_name(tmp_path: Path) -> None:
    web = {LIST: register(), **makers(NAMES[:3])}
    async with guild(tmp_path, TableReader(1), web) as b:
        run = await b.run(SPEC)
        assert sorted(await matched(b, run)) == sorted(map(site, NAMES[:3]))
        assert sorted(asked(b)) == sorted(NAMES)
        names = {r.name for r in await b.rows(run)}
        assert not names & set(NAMES[3:])


async def test_who_is_known_is_not_asked_for(tmp_path: Path) -> None:
    web = {LIST: register(), **makers()}
    async with guild(tmp_path, TableReader(1), web) as b:
        b.source = ByName.of(web, [LIST, site(NAMES[0]), site(NAMES[1])])
        run = await b.run(SPEC)
        assert sorted(asked(b)) == sorted(NAMES[2:])
        assert len(await matched(b, run)) == len(NAMES)


async def test_the_next_page_of_a_list_is_read_and_not_asked_about(tmp_path: Path) -> None:
    more = tuple(f"Pot {c}" for c in ("Zeta", "Eta", "Theta", "Iota"))
    second = f"{LIST}?page=2"
    web = {
        LIST: replace(register(), next_url=second),
        second: register(more, second, "All red kettles and their makers, page 2"),
        **makers(NAMES + more),
    }
    async with guild(tmp_path, TableReader(1), web) as b:
        b.source = ByName.of(web, [LIST])
        advisor = b.advisor = TableReader(1)
        run = await b.run(SPEC)
        assert len(await matched(b, run)) == len(NAMES + more)
        assert len(advisor.samples) == 1


async def test_so_many_tables_are_asked_about_and_no_more(tmp_path: Path) -> None:
    lists = {
        url: register([f"Pot {n}{c}" for c in "abcdef"], url, f"Red kettles {'xyz'[n % 3] * n}")
        for n in range(12)
        for url in [f"https://guild{n}.org/makers"]
    }
    async with guild(tmp_path, None, lists) as b:
        b.source = ByName.of(lists, list(lists))
        advisor = b.advisor = TableReader(1)
        await b.run(SPEC)
        assert len(advisor.samples) == 8  # of the generator base


@pytest.mark.parametrize("names", [9, 10])
async def test_on_a_home_page_only_a_long_table_may_be_a_list(tmp_path: Path, names: int) -> None:
    home = "https://guild.org/"
    pots = [f"Pot {c}" for c in "abcdefghijk"[: names - 1]]
    web = {home: register(pots, home, "Red Kettles"), **makers()}
    advisor = TableReader(1)
    async with guild(tmp_path, advisor, web) as b:
        await b.run(SPEC)
        assert len(advisor.samples) == (names >= 10)


async def test_a_table_off_the_topic_is_left_alone(tmp_path: Path) -> None:
    web = {LIST: register(title="Minutes of the general meeting"), **makers()}
    advisor = TableReader(1)
    async with guild(tmp_path, advisor, web) as b:
        await b.run(SPEC)
        assert advisor.samples == []


async def told(b: EngineFixture, run: Run) -> dict[str, object]:
    return {r.url: (r.name, r.status, r.verdicts, r.found_by) for r in await b.rows(run)}


@pytest.mark.parametrize("asleep", [0, 1])
async def test_killed_again_and_again_it_ends_as_if_it_had_not_been(
    tmp_path: Path, asleep: int
) -> None:
    """Also where the model did not answer at first: the run went on without the table then."""
    spec: RunSpec = replace(SPEC, generator="core")
    async with guild(tmp_path / "whole", TableReader(1, asleep)) as b:
        whole = await b.run(spec)
        rows = await told(b, whole)
        assert len(await matched(b, whole)) == (0 if asleep else len(NAMES))
    advisor = TableReader(1, asleep)
    async with guild(tmp_path, advisor) as b:
        run = await b.service.create_run(spec)
        kills = 0
        while await b.some(run, kills + 1):
            await b.kill()
            kills += 1
        run = await b.service.queries.run(run.id)
        assert kills > 1
        assert run.status is RunStatus.COMPLETED
        assert await told(b, run) == rows
        assert (run.counts, run.rounds) == (whole.counts, whole.rounds)
        assert len(advisor.samples) == (0 if asleep else 1)
        assert len(asked(b)) == (0 if asleep else len(NAMES))


async def test_another_run_reads_the_table_that_one_had_to_pass_over(tmp_path: Path) -> None:
    async with guild(tmp_path, TableReader(1, asleep=1)) as b:
        assert await matched(b, await b.run(SPEC)) == {}
        assert len(await matched(b, await b.run(SPEC))) == len(NAMES)
