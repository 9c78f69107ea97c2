"""What stays unclear is looked at again: further pages of its own, then a search for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from netnew.domain.budget import Budget
from netnew.domain.candidate import MatchStatus
from netnew.domain.evidence import PageRole
from netnew.domain.ids import CandidateId
from netnew.domain.page import Snapshot
from netnew.domain.search import Hit
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.resolution.entity import Entity
from netnew.engine.verification.follow_up import FollowUp
from netnew.testing import page
from tests.support.engine_fixture import CONDITIONS, SPEC, EngineFixture, bench

pytestmark = pytest.mark.anyio

HOME = "https://whistle.com/"
PROFILE = "https://kettles.test/whistle"
OTHER = "https://kettles.test/hum"


def web() -> dict[str, Snapshot]:
    """A maker whose own page says nothing, a directory that does, and another maker's profile."""
    facts = {"Colour": "red", "Open": "yes"}
    return {
        HOME: page(HOME, "Whistle", text=("Kettles since long.",)),
        PROFILE: page(PROFILE, "Whistle", facts),
        OTHER: page(OTHER, "Hum", facts),
    }


def met(b: EngineFixture) -> Entity:
    entity = Entity(CandidateId("cand_1"), 0)
    entity.names.append("Whistle")
    entity.keys.add("site:whistle.com")
    entity.add_page(b.pages[HOME], PageRole.OWN)
    return entity


def looking(b: EngineFixture, parts, budget: Budget, searches: int = 1) -> FollowUp:
    return FollowUp(parts, BudgetMeter(budget, b.clock), deeper_pages=0, searches=searches)


async def test_a_search_brings_the_pages_that_name_it(tmp_path: Path) -> None:
    hits = [Hit(OTHER), Hit(PROFILE), Hit(HOME)]
    async with bench(tmp_path, web(), hits) as b, b.opened(b.judge) as parts:
        look, entity = looking(b, parts, Budget()), met(b)
        assert await look.targeted(entity, CONDITIONS)
        assert set(entity.pages) == {HOME, PROFILE}
        assert entity.pages[PROFILE].standing is PageRole.PROFILE
        ((query, number),) = b.source.asked
        assert query.startswith('"Whistle"')
        assert number == 1
        assert look.meter.spend.searches == 1
        assert not await look.targeted(entity, CONDITIONS)  # once
        assert len(b.source.asked) == 1


async def test_a_second_time_the_answer_comes_from_the_store(tmp_path: Path) -> None:
    async with bench(tmp_path, web(), [Hit(PROFILE)]) as b, b.opened(b.judge) as parts:
        await looking(b, parts, Budget()).targeted(met(b), CONDITIONS)
        look = looking(b, parts, Budget())
        assert await look.targeted(met(b), CONDITIONS)
        assert len(b.source.asked) == 1
        assert (look.meter.spend.searches, look.meter.spend.stored_searches) == (0, 1)


async def test_no_search_is_made_beyond_a_cap_or_where_the_effort_has_none(tmp_path: Path) -> None:
    async with bench(tmp_path, web(), [Hit(PROFILE)]) as b, b.opened(b.judge) as parts:
        assert not await looking(b, parts, Budget(searches=0)).targeted(met(b), CONDITIONS)
        assert not await looking(b, parts, Budget(), searches=0).targeted(met(b), CONDITIONS)
        assert not b.source.asked


@pytest.mark.parametrize(("generator", "status"), [("core", "unclear"), ("pro", "matched")])
async def test_a_run_of_most_effort_finds_what_only_others_say(
    tmp_path: Path, generator: str, status: str
) -> None:
    """The directory is found by a search for the very name, and by no other."""
    async with bench(tmp_path, web(), [Hit(HOME)]) as b:
        plain = b.source.search

        async def search(query: str, number: int):
            answer = await plain(query, number)
            named = query.startswith('"Whistle"')
            return replace(answer, hits=(Hit(PROFILE),)) if named else answer

        b.source.search = search
        run = await b.run(replace(SPEC, generator=generator))
        (row,) = await b.rows(run)
        assert row.status is MatchStatus(status)
        again = await b.run(replace(SPEC, generator=generator))
        assert again.spend.judgements == 0
        assert (await b.rows(again))[0].status is MatchStatus(status)
