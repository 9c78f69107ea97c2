"""Pairs that no rule decides: asked once, remembered, and merged or kept apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.event import CandidateDiscarded
from netnew.domain.page import Snapshot
from netnew.domain.run import Run, RunStatus
from netnew.engine.resolution.pair_matching import BY_MODEL, PAIRS_A_PROMPT
from netnew.ports.judging import CandidateProfile
from netnew.testing import page
from tests.support.advisors import Same, ScriptedAdvisor
from tests.support.engine_fixture import SPEC, EngineFixture, bench

pytestmark = pytest.mark.anyio

RED = {"Colour": "red", "Open": "yes"}
OWN = "https://bluekettle.com/"
LISTED = "https://dir.test/blue-kettle"


def pages(*them: Snapshot) -> dict[str, Snapshot]:
    return {p.url: p for p in them}


def kettle(url: str, name: str, **facts: str) -> Snapshot:
    return page(url, name, facts or RED, (f"{name} at {url}.",))


def two(**facts: str) -> dict[str, Snapshot]:
    """A firm's own site, and a profile that does not name it."""
    return pages(
        kettle(OWN, "Blue Kettle", **facts), kettle(LISTED, "Blue Kettle GmbH", Seats="4", **RED)
    )


def always(answer: bool | None) -> Same:
    return lambda one, other: answer


async def ran(b: EngineFixture, advisor: ScriptedAdvisor | None) -> tuple[Run, list[Candidate]]:
    b.context["advisor"] = advisor
    run = await b.run(SPEC)
    return run, await b.rows(run)


async def test_a_profile_that_names_no_site_is_one_with_the_site(tmp_path: Path) -> None:
    async with bench(tmp_path, two()) as b:
        advisor = ScriptedAdvisor(always(True))
        run, (row,) = await ran(b, advisor)
        assert advisor.asked == [(OWN, LISTED)]
        assert (row.url, row.status) == (OWN, MatchStatus.MATCHED)
        assert LISTED in row.pages
        assert (run.counts.generated, run.counts.matched, run.counts.discarded) == (1, 1, 1)
        assert run.spend.model_calls == 1
        (merge,) = await b.service.queries.merges(run.id)
        assert merge.reason.startswith(BY_MODEL)
        assert merge.lost_candidate.status is MatchStatus.MATCHED
        told = [e.body for e in await b.events(run) if isinstance(e.body, CandidateDiscarded)]
        assert [(x.candidate_id, x.merged_into) for x in told] == [(merge.lost, row.id)]


@pytest.mark.parametrize("answer", [False, None])
async def test_two_that_are_not_one_or_may_not_be_stay_two(
    tmp_path: Path, answer: bool | None
) -> None:
    async with bench(tmp_path, two()) as b:
        advisor = ScriptedAdvisor(always(answer))
        run, rows = await ran(b, advisor)
        assert len(rows) == 2
        assert await b.service.queries.merges(run.id) == []
        assert len(advisor.prompts) == 1


@pytest.mark.parametrize("answer", [True, False, None])
async def test_the_same_question_again_asks_nothing(tmp_path: Path, answer: bool | None) -> None:
    async with bench(tmp_path, two()) as b:
        run, rows = await ran(b, ScriptedAdvisor(always(answer)))
        silent = ScriptedAdvisor(always(None))
        again, rows_again = await ran(b, silent)
        assert silent.prompts == []
        assert [r.url for r in rows_again] == [r.url for r in rows]
        assert again.counts == run.counts


async def test_without_a_model_nothing_is_asked_and_all_stays(tmp_path: Path) -> None:
    async with bench(tmp_path, two()) as b:
        run, rows = await ran(b, None)
        assert len(rows) == 2
        assert run.spend.model_calls == 0


async def test_those_that_do_not_match_are_nobodys_business(tmp_path: Path) -> None:
    async with bench(tmp_path, two(Colour="green", Open="yes")) as b:
        advisor = ScriptedAdvisor(always(True))
        _, rows = await ran(b, advisor)
        assert sorted(r.status for r in rows) == [MatchStatus.MATCHED, MatchStatus.UNMATCHED]
        assert advisor.prompts == []


async def test_two_halves_of_the_proof_make_a_match(tmp_path: Path) -> None:
    halves = pages(
        kettle(OWN, "Blue Kettle", Colour="red"), kettle(LISTED, "Blue Kettle", Open="yes")
    )
    async with bench(tmp_path, halves) as b:
        run, (row,) = await ran(b, ScriptedAdvisor(always(True)))
        assert row.status is MatchStatus.MATCHED
        assert {v.citations[0].url for v in row.verdicts} == {OWN, LISTED}
        assert run.counts.matched == 1


@pytest.mark.parametrize("proved", [OWN, LISTED])
async def test_a_match_is_not_lost_to_one_that_is_unclear(tmp_path: Path, proved: str) -> None:
    both = pages(
        *(
            kettle(url, "Blue Kettle", **(RED if url == proved else {"Colour": "red"}))
            for url in (OWN, LISTED)
        )
    )
    async with bench(tmp_path, both) as b:
        run, (row,) = await ran(b, ScriptedAdvisor(always(True)))
        assert row.status is MatchStatus.MATCHED
        assert run.counts.matched == 1


async def test_a_model_that_does_not_answer_is_asked_again_later(tmp_path: Path) -> None:
    async with bench(tmp_path, two()) as b:
        advisor = ScriptedAdvisor(always(True), asleep=1)
        run, rows = await ran(b, advisor)
        assert run.status is RunStatus.COMPLETED
        assert len(advisor.prompts) == len(rows) == 1


async def test_a_model_that_never_answers_leaves_two_rows(tmp_path: Path) -> None:
    async with bench(tmp_path, two()) as b:
        run, rows = await ran(b, ScriptedAdvisor(always(True), asleep=1_000))
        assert run.status is RunStatus.COMPLETED
        assert len(rows) == run.counts.matched == 2


def doubles(count: int) -> dict[str, Snapshot]:
    """So many firms, each with its site and a profile that does not name it."""
    names = [f"{a}{b}en Kettle" for a in "BDFGKLMN" for b in "aeiou"][:count]
    return pages(
        *(kettle(f"https://{n.split()[0].lower()}.com/", n) for n in names),
        *(kettle(f"https://dir.test/{n.split()[0].lower()}", n, Seats="4", **RED) for n in names),
    )


async def test_pairs_share_a_prompt(tmp_path: Path) -> None:
    async with bench(tmp_path, doubles(25)) as b:
        advisor = ScriptedAdvisor(lambda one, other: one.names == other.names)
        _, rows = await ran(b, advisor)
        assert len(rows) == 25
        assert max(map(len, advisor.prompts)) == PAIRS_A_PROMPT
        assert len(set(advisor.asked)) == len(advisor.asked)


@pytest.mark.parametrize("stretches", [1, 2, 3])
async def test_a_run_killed_again_and_again_asks_each_pair_once(
    tmp_path: Path, stretches: int
) -> None:
    def same(one: CandidateProfile, other: CandidateProfile) -> bool:
        return one.names == other.names

    async with bench(tmp_path / "whole", doubles(40)) as b:
        whole, rows = await ran(b, ScriptedAdvisor(same))
    async with bench(tmp_path, doubles(40)) as b:
        b.context |= {"advisor": (advisor := ScriptedAdvisor(same)), "in_flight": 4}
        run = await b.service.create_run(SPEC)
        kills = 0
        while await b.some(run, stretches * (kills + 1)):
            await b.kill()
            kills += 1
        assert kills
        run = await b.service.queries.run(run.id)
        assert run.counts == whole.counts
        assert {r.url for r in await b.rows(run)} == {r.url for r in rows}
        assert len(set(advisor.asked)) == len(advisor.asked)
        assert len(await b.service.queries.merges(run.id)) == 40


async def test_who_was_told_apart_is_not_joined_by_a_third(tmp_path: Path) -> None:
    three = pages(
        *(kettle(f"https://bluekettle.{end}/", "Blue Kettle") for end in ("com", "de", "fr"))
    )

    def same(one: CandidateProfile, other: CandidateProfile) -> bool:
        ends = {p.addresses[0].rsplit(".", 1)[1] for p in (one, other)}
        return ends != {"com/", "fr/"}

    async with bench(tmp_path, three) as b:
        advisor = ScriptedAdvisor(same)
        run, rows = await ran(b, advisor)
        assert len(advisor.asked) == 3
        assert len(rows) == 2
        assert len(await b.service.queries.merges(run.id)) == 1


async def test_four_firms_called_atlas_stay_four(tmp_path: Path) -> None:
    atlases = pages(*(kettle(f"https://atlas{x}.com/", "Atlas") for x in "abcd"))
    async with bench(tmp_path, atlases) as b:
        advisor = ScriptedAdvisor(always(False))
        _, rows = await ran(b, advisor)
        assert len(rows) == 4
        assert len(advisor.asked) == 6


async def test_products_of_one_domain_are_not_asked_about(tmp_path: Path) -> None:
    products = pages(
        kettle("https://acme.com/", "Acme"),
        kettle("https://acme.com/kettle", "Acme Kettle"),
        kettle("https://acme.com/pot", "Acme Pot"),
    )
    async with bench(tmp_path, products) as b:
        advisor = ScriptedAdvisor(always(True))
        _, rows = await ran(b, advisor)
        assert len(rows) == 3
        assert advisor.prompts == []


async def test_one_firm_with_two_domains_is_asked_about_whatever_it_is_called(
    tmp_path: Path,
) -> None:
    firm = pages(kettle("https://kettle.com/", "Kettle"), kettle("https://kettle.de/", "Boiler"))
    async with bench(tmp_path, firm) as b:
        _, (row,) = await ran(b, ScriptedAdvisor(always(True)))
        assert row.identity.names == ("Kettle", "Boiler")


async def test_a_former_name_leads_to_the_same_firm(tmp_path: Path) -> None:
    renamed = page(OWN, "Azure Pots", RED, ("Formerly known as Blue Kettle.",))
    async with bench(tmp_path, pages(renamed, kettle(LISTED, "Blue Kettle"))) as b:
        _, (row,) = await ran(b, ScriptedAdvisor(always(True)))
        assert row.name == "Azure Pots"


async def test_the_model_is_told_names_addresses_and_facts(tmp_path: Path) -> None:
    async with bench(tmp_path, two()) as b:
        advisor = ScriptedAdvisor(always(None))
        await ran(b, advisor)
        ((pair,),) = advisor.prompts
        listed = next(p for p in pair if p.addresses[0] == LISTED)
        assert listed.names == ("Blue Kettle GmbH",)
        assert "Seats: 4" in listed.about


async def test_a_name_that_many_have_is_not_asked_about_for_ever(tmp_path: Path) -> None:
    namesakes = pages(*(kettle(f"https://{i}.example/", "Atlas") for i in range(120)))
    async with bench(tmp_path, namesakes) as b:
        advisor = ScriptedAdvisor(always(False))
        _, rows = await ran(b, advisor)
        assert len(rows) == 120
        assert len(advisor.asked) < 300
