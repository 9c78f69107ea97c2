"""Entities that are no companies: each kind on a small web, with the pages it lives on."""

from __future__ import annotations

import json

import pytest

from netnew.domain.ids import RunId
from netnew.domain.page import RawPage, Snapshot
from netnew.domain.run import ExcludeList
from netnew.engine.reading.page_classifier import PageKind, read_page
from netnew.engine.resolution.entity import Entity
from netnew.engine.resolution.exclusions import Exclusions
from netnew.engine.resolution.resolver import Resolver
from netnew.engine.url_identity import edition_of, home_address, identity_key
from netnew.pages.extraction.extract import extract
from netnew.testing import NOON, FrozenClock

LONG_TITLE = (
    "A study of the many ways in which small kettles may be taught to boil the water of large pots"
    " without losing what they were told before"
)


def read(
    url: str, title: str, heading: str | None = None, body: str = "", head: str = ""
) -> Snapshot:
    told = (
        f"<p>What stands at {url} is told here in some words, so that it is a page to be read.</p>"
    )
    html = f"<head><title>{title}</title>{head}</head><body><main><h1>{heading or title}</h1>{told}"
    raw = f"{html}{body}</main></body>".encode()
    return extract(RawPage(url, url, 200, raw, "text/html", NOON))


def embedded(**node: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


OUTWARD = "<p>See <a href='https://a.org/'>A</a> and <a href='https://b.org/'>B</a>.</p>"
OG_ARTICLE = '<meta property="og:type" content="article">'


def entities(*pages: Snapshot) -> list[Entity]:
    resolver = Resolver(RunId("run_1"), FrozenClock(), Exclusions.of(ExcludeList()))
    for page in pages:
        resolver.add_page(page, read_page(page))
    return [e for e in resolver.entities if e.merged_into is None]


def names(*pages: Snapshot) -> list[str]:
    return [e.name for e in entities(*pages)]


def test_papers_of_an_archive_are_one_each_with_their_long_titles() -> None:
    title = "Kettles are all you need to boil water"
    found = entities(
        read("https://arxiv.org/abs/2401.00001", f"[2401.00001] {title}", f"Title:{title}"),
        read("https://arxiv.org/abs/2401.00001v2", f"[2401.00001v2] {title}", f"Title:{title}"),
        read(
            "https://arxiv.org/abs/2401.00002", f"[2401.00002] {LONG_TITLE}", f"Title: {LONG_TITLE}"
        ),
        read("https://papers.example.org/abs/77", LONG_TITLE, body=OUTWARD),
    )
    assert [e.name for e in found] == [title, LONG_TITLE, LONG_TITLE]
    assert found[0].key == "page:arxiv.org/abs/2401.00001"
    assert {p.snapshot.final_url for p in found[0].pages.values()} == {
        "https://arxiv.org/abs/2401.00001",
        "https://arxiv.org/abs/2401.00001v2",
    }


def test_a_paper_in_a_journal_is_no_article_of_the_news() -> None:
    node = {"@type": "ScholarlyArticle", "headline": LONG_TITLE, "author": {"name": "Jane Doe"}}
    page = read(
        "https://journal.org/articles/9",
        f"{LONG_TITLE} | Journal of Ice",
        LONG_TITLE,
        OUTWARD,
        OG_ARTICLE + embedded(**node),
    )
    assert names(page) == [LONG_TITLE]
    news = read("https://news.org/articles/9", "Kettles are up", body=OUTWARD, head=OG_ARTICLE)
    assert read_page(news).kind is PageKind.ARTICLE


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://arxiv.org/pdf/2401.00001v3.pdf", "page:arxiv.org/abs/2401.00001"),
        ("https://arxiv.org/html/2401.00001", "page:arxiv.org/abs/2401.00001"),
        ("https://arxiv.org/abs/hep-th/9901001", "page:arxiv.org/abs/hep-th/9901001"),
        ("https://dx.doi.org/10.1000/xyz1", "page:doi.org/10.1000/xyz1"),
        ("https://openreview.net/pdf?id=abC-1", "page:openreview.net/forum?id=abC-1"),
        (
            "https://www.amazon.com/Big-Kettle/dp/B000123456/ref=sr_1",
            "page:amazon.com/dp/B000123456",
        ),
        ("https://www.amazon.de/gp/product/B000123456?th=1", "page:amazon.de/dp/B000123456"),
        ("https://www.meetup.com/kettles/events/301/", "page:meetup.com/kettles/events/301"),
        ("https://www.meetup.com/kettles/about", "page:meetup.com/kettles"),
        ("https://kettlecon.org/2026/speakers", "page:kettlecon.org/2026"),
        ("https://conf.org/kettles/2026/schedule.html", "page:conf.org/kettles/2026"),
        ("https://acme.com/speakers", "page:acme.com/speakers"),
        ("https://linkedin.com/in/jane-doe/details", "page:linkedin.com/in/jane-doe"),
        ("https://pypi.org/project/kettle/1.0/", "page:pypi.org/project/kettle"),
    ],
)
def test_the_address_of_a_thing_is_written_one_way(url: str, key: str) -> None:
    assert identity_key(url) == key
    assert home_address(f"https://{home_address(url)}") == home_address(url)


def test_people_on_shared_hosts_and_on_pages_of_others_stay_apart_by_address() -> None:
    site = '<meta property="og:site_name" content="GitHub">'
    found = entities(
        read("https://acme.com/", "Acme"),
        read("https://acme.com/team", "Team - Acme", "Our team"),
        read("https://acme.com/team/jane-doe", "Jane Doe - Acme", "Jane Doe"),
        read("https://uni.edu/~jroe/", "John Roe"),
        read("https://github.com/jroe", "jroe (John Roe) · GitHub", "John Roe", head=site),
        read("https://github.com/maxm", "maxm (Max Moe) · GitHub", "Max Moe", head=site),
    )
    told = {e.key.partition(":")[2]: e.name for e in found}
    assert told == {
        "acme.com": "Acme",
        "acme.com/team/jane-doe": "Jane Doe",
        "uni.edu/~jroe": "John Roe",
        "github.com/jroe": "John Roe",
        "github.com/maxm": "Max Moe",
    }


def test_editions_of_an_event_are_two_and_their_pages_belong_to_them() -> None:
    found = entities(
        read("https://kettlecon.org/2025/", "KettleCon"),
        read("https://kettlecon.org/", "KettleCon"),
        read("https://kettlecon.org/2026/", "KettleCon"),
        read("https://kettlecon.org/2026/speakers", "Speakers", "Our speakers"),
    )
    assert [(e.name, e.url.rstrip("/")) for e in found] == [
        ("KettleCon", "https://kettlecon.org/2025"),
        ("KettleCon", "https://kettlecon.org"),
        ("KettleCon", "https://kettlecon.org/2026"),
    ]
    assert len(found[2].pages) == 2
    assert edition_of("https://acme.com/2026/05/news") == ""


def test_an_event_with_a_date_in_its_address_and_many_links_is_an_event() -> None:
    def event(year: int) -> Snapshot:
        node = embedded(**{"@type": "MusicEvent", "name": "Pot Day", "startDate": f"{year}-05-12"})
        url = f"https://events.org/{year}/05/12/pot-day"
        return read(url, "Pot Day | Events", "Pot Day", OUTWARD, OG_ARTICLE + node)

    assert names(event(2025), event(2026)) == ["Pot Day", "Pot Day"]


def test_a_list_of_events_is_none() -> None:
    nodes = "".join(embedded(**{"@type": "Event", "name": f"Pot Day {n}"}) for n in range(4))
    items = "".join(f"<li><a href='/e/{n}'>Pot Day {n}</a></li>" for n in range(4))
    page = read("https://events.org/all", "All events", body=f"<ul>{items}</ul>", head=nodes)
    assert read_page(page).kind is PageKind.LIST


def test_a_shop_that_embeds_itself_on_its_lists_still_has_lists() -> None:
    node = embedded(**{"@type": "LocalBusiness", "name": "Blue Cafe"})
    items = "".join(f"<li><a href='/p/{n}'>Kettle {n}</a></li>" for n in range(4))
    page = read("https://cafe.com/shop", "All kettles", body=f"<ul>{items}</ul>", head=node)
    assert read_page(page).kind is PageKind.LIST


def test_products_places_and_software_have_a_page_each() -> None:
    def shown(url: str, title: str, kind: str, name: str) -> Snapshot:
        head = OG_ARTICLE + embedded(**{"@type": kind, "name": name})
        return read(url, title, name, OUTWARD, head)

    assert names(
        shown("https://shop.com/p/kettle-9000", "Kettle 9000 – Shop", "Product", "Kettle 9000"),
        shown("https://maps.org/place?id=4", "Blue Cafe on the map", "Place", "Blue Cafe"),
        shown("https://maps.org/place?id=5", "Blue Cafe on the map", "Place", "Blue Cafe"),
        shown("https://apps.org/a/1", "Boil – Apps", "SoftwareApplication", "Boil"),
        read(
            "https://www.openstreetmap.org/node/1", "Node: Red Cafe (1) | OpenStreetMap", "Red Cafe"
        ),
    ) == ["Kettle 9000", "Blue Cafe", "Blue Cafe", "Boil", "Red Cafe"]
