"""Who is asked for stands on the pages of others: companies, then their teams, then the people."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.condition import MatchCondition
from netnew.domain.page import RawPage, Snapshot
from netnew.domain.run import RunSpec
from netnew.domain.search import Hit
from netnew.engine.discovery.relation_hop import relation_hop
from netnew.pages.extraction.extract import extract
from netnew.testing import NOON
from netnew.text.relations import relation_named
from tests.support.engine_fixture import bench
from tests.support.name_web import ByName

pytestmark = pytest.mark.anyio

ASKED = RunSpec("founders of kettle makers", "founder", (MatchCondition("role", "Role: founder"),))
LONG = "<p>A page with enough words on it to be read by somebody who likes to read such pages.</p>"


def read(url: str, title: str, body: str) -> Snapshot:
    html = f"<title>{title}</title><body><main><h1>{title}</h1>{LONG}{body}</main></body>"
    return extract(RawPage(url, url, 200, html.encode(), "text/html", NOON))


def person(url: str, name: str, role: str = "founder") -> Snapshot:
    facts = f"<dl><dt>Role</dt><dd>{role}</dd><dt>Born</dt><dd>1980</dd></dl>"
    return read(url, name, facts)


def cards(*people: str) -> str:
    return "".join(f"<div class=card><h3>{p}</h3><p>Founder</p></div>" for p in people)


@pytest.mark.parametrize(
    ("objective", "kind", "other"),
    [
        ("founders of robotics startups in Germany", "founder", "robotics startups in Germany"),
        ("Find all people who work at kettle makers", "person", "kettle makers"),
        ("CTOs of the companies in Berlin", "person", "companies in Berlin"),
        ("investors in German startups", "investor", "German startups"),
        ("speakers at KettleCon 2026", "speaker", "KettleCon 2026"),
        ("authors of papers on kettles", "people", "papers on kettles"),
        ("maintainers of Rust databases", "maintainer", "Rust databases"),
    ],
)
def test_a_question_for_a_role_names_the_others(objective: str, kind: str, other: str) -> None:
    found = relation_named(objective, kind)
    assert found is not None
    assert found[1] == other


@pytest.mark.parametrize(
    ("objective", "kind"),
    [
        ("companies with founders of German descent", "company"),
        ("people in Germany", "person"),
        ("package managers of Linux distributions", "package manager"),
        ("text editors for Linux", "text editor"),
        ("robotics startups in Germany", "startup"),
        ("founders", "founder"),
    ],
)
def test_a_question_for_things_themselves_needs_no_hop(objective: str, kind: str) -> None:
    assert relation_named(objective, kind) is None


def test_names_under_a_heading_of_the_role_with_and_without_a_link() -> None:
    hop = relation_hop(ASKED)
    assert hop is not None
    page = read(
        "https://acme.com/company",
        "Acme",
        "<h2>Products</h2><p>Steel Kettle</p><h2>Our Founders</h2>"
        + cards("Jane Doe", "<a href='/p/max'>Max van Moe</a>")
        + "<h2>Investors</h2><ul><li>Big Fund</li></ul>",
    )
    named = [(n.name, n.url) for n in hop.named_on(page)]
    assert named == [("Jane Doe", None), ("Max van Moe", "https://acme.com/p/max")]
    backers = relation_hop(
        replace(ASKED, objective="investors in kettle makers", entity_type="fund")
    )
    assert backers is not None
    assert [n.name for n in backers.named_on(page)] == ["Big Fund"]


def test_a_line_of_people_is_cut_into_names() -> None:
    hop = relation_hop(ASKED)
    assert hop is not None
    page = read(
        "https://acme.com/",
        "Acme",
        "<dl><dt>Founders</dt><dd>Jane Doe, Max Moe and Ann B. Roe</dd><dt>Town</dt><dd>Bad Ems"
        "</dd></dl>",
    )
    assert [n.name for n in hop.named_on(page)] == ["Jane Doe", "Max Moe", "Ann B. Roe"]


def kettle_web() -> dict[str, Snapshot]:
    team = "<nav><a href='/'>Home</a> <a href='/team'>Team</a></nav>"
    pages = [
        read(
            "https://list.org/makers",
            "Kettle makers",
            "<ul>"
            + "".join(
                f"<li><a href='https://{m}.com/'>{m.title()}</a> kettles</li>" for m in MAKERS
            )
            + "</ul>",
        ),
        *(
            read(f"https://{m}.com/", f"{m.title()} kettles", f"<p>We make kettles.</p>{team}")
            for m in MAKERS
        ),
        read(
            "https://acme.com/team", "Team", cards("<a href='/team/jane'>Jane Doe</a>", "Max Moe")
        ),
        read("https://beta.com/team", "Team", cards("Ann Roe", "Nobody Known")),
        read("https://gamma.com/team", "Team", "<ul><li>Eva Poe – founder</li></ul>"),
        person("https://acme.com/team/jane", "Jane Doe"),
        person("https://maxmoe.net/", "Max Moe"),
        person("https://people.org/ann", "Ann Roe"),
        person("https://people.org/eva", "Eva Poe", "clerk"),
    ]
    return {p.url: p for p in pages}


MAKERS = ("acme", "beta", "gamma")


async def test_founders_are_found_over_lists_and_teams(tmp_path: Path) -> None:
    web = kettle_web()
    async with bench(tmp_path, web, []) as b:
        b.source = ByName.of(web, ["https://list.org/makers"])
        run = await b.run(replace(ASKED, generator="base"))
        rows = await b.rows(run)
        matched = {r.name for r in rows if r.status is MatchStatus.MATCHED}
        assert matched == {"Jane Doe", "Max Moe", "Ann Roe"}
        assert {r.name for r in rows if r.status is MatchStatus.UNMATCHED} == {"Eva Poe"}
        assert "Nobody Known" in b.source.names_asked
        assert "Nobody Known" not in {r.name for r in rows}
        assert "Jane Doe" not in b.source.names_asked  # she has a link
        assert ("kettle makers", 1) in b.source.asked


async def test_without_a_role_in_the_question_teams_are_not_walked(tmp_path: Path) -> None:
    web = kettle_web()
    async with bench(tmp_path, web, [Hit("https://acme.com/")]) as b:
        spec = replace(ASKED, objective="kettle makers", entity_type="maker", generator="base")
        await b.run(spec)
        assert "https://acme.com/team/jane" not in b.fetcher.fetched


async def test_killed_again_and_again_it_finds_the_same(tmp_path: Path) -> None:
    web, spec = kettle_web(), replace(ASKED, generator="base")

    def told(rows: list[Candidate]) -> dict[str, object]:
        return {r.url: (r.name, r.status, r.found_by) for r in rows}

    async with bench(tmp_path / "whole", web, []) as b:
        b.source = ByName.of(web, ["https://list.org/makers"])
        whole = told(await b.rows(await b.run(spec)))
    async with bench(tmp_path, web, []) as b:
        b.source = ByName.of(web, ["https://list.org/makers"])
        run = await b.service.create_run(spec)
        kills = 0
        while await b.some(run, kills + 1):
            await b.kill()
            kills += 1
        assert kills > 1
        assert told(await b.rows(run)) == whole
        assert len(b.source.names_asked) == len(set(b.source.names_asked))
