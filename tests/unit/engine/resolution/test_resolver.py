"""The same entity or another?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from netnew.domain.ids import RunId
from netnew.domain.page import PageQuality, Snapshot
from netnew.domain.run import ExcludeList
from netnew.engine.reading.page_classifier import read_page
from netnew.engine.resolution.entity import Entity
from netnew.engine.resolution.exclusions import Exclusions
from netnew.engine.resolution.resolver import Resolver
from netnew.testing import FrozenClock, page

LONG = "Kettles that boil water with sunlight, made by hand in a small town."


def resolver(exclude: ExcludeList | None = None) -> Resolver:
    return Resolver(RunId("run_1"), FrozenClock(), Exclusions.of(exclude or ExcludeList()))


def add(into: Resolver, *pages: Snapshot) -> list[Entity | None]:
    return [into.add_page(p, read_page(p)) for p in pages]


def living(of: Resolver) -> list[Entity]:
    return [e for e in of.entities if e.merged_into is None]


def home(url: str, name: str, text: Sequence[str] = ("We make kettles for everyone.",)) -> Snapshot:
    return page(url, name, {"Founded": "2012"}, text)


def test_mirrors_and_redirects_are_one_entity() -> None:
    r = resolver()
    old = replace(
        home("http://kettle-old.com", "Kettle"),
        final_url="https://kettle.com/",
        redirects=("http://kettle-old.com",),
    )
    one, two, three = add(
        r,
        home("https://kettle.com/", "Kettle"),
        home("http://www.kettle.com/index.html?utm_source=x", "Kettle"),
        old,
    )
    assert one is two is three
    assert len(living(r)) == 1
    assert r.entity_at("http://kettle-old.com") is one


def test_an_about_page_belongs_to_its_home() -> None:
    r = resolver()
    about, front = add(
        r, home("https://kettle.com/about", "About Kettle"), home("https://kettle.com", "Kettle")
    )
    assert about is front
    assert about is not None
    assert about.url == "https://kettle.com"


def test_four_firms_called_atlas_stay_four() -> None:
    r = resolver()
    add(
        r,
        *(
            home(f"https://atlas{i}.com/", "Atlas", (f"Atlas number {i}, {LONG}",))
            for i in range(4)
        ),
    )
    assert len(living(r)) == 4


def test_two_profiles_of_one_name_in_one_directory_stay_two() -> None:
    r = resolver()
    add(
        r,
        page("https://dir.test/atlas-1", "Atlas", {"Founded": "2001", "Staff": "4"}, ("Maps.",)),
        page("https://dir.test/atlas-2", "Atlas", {"Founded": "2011", "Staff": "5"}, ("Globes.",)),
    )
    assert len(living(r)) == 2


def test_products_of_one_domain_stay_apart() -> None:
    r = resolver()
    add(
        r,
        home("https://acme.com/", "Acme"),
        home("https://acme.com/kettle", "Acme Kettle"),
        home("https://acme.com/pot", "Acme Pot"),
    )
    assert len(living(r)) == 3


def test_a_profile_is_one_with_the_website_it_names() -> None:
    r = resolver()
    own, profile = add(
        r,
        home("https://kettle.com/", "Kettle"),
        page(
            "https://dir.test/kettle", "Kettle", {"Website": "http://www.kettle.com", "Staff": "3"}
        ),
    )
    assert own is profile
    assert own is not None
    assert own.url == "https://kettle.com/"


def test_a_profile_first_and_its_moved_website_later_are_one() -> None:
    r = resolver()
    (profile,) = add(
        r, page("https://dir.test/kettle", "Kettle", {"Website": "http://old.com", "Staff": "3"})
    )
    (own,) = add(r, home("https://kettle.com/", "Kettle"))
    assert profile is not None
    assert own is not profile
    moved = replace(
        home("http://old.com", "Kettle"),
        final_url="https://kettle.com/",
        redirects=("http://old.com",),
    )
    r.add_website(profile, moved, read_page(moved))
    assert len(living(r)) == 1


def test_firms_whose_sites_lead_to_one_buyer_stay_firms() -> None:
    r = resolver()
    buyer = home("https://big.com/", "Big", ("We bought many firms.",))
    profiles = [
        page(f"https://dir.test/{n}", n.title(), {"Website": f"http://{n}.com", "Town": "Leeds"})
        for n in ("zephyr", "quokka")
    ]
    firms = add(r, *profiles)
    add(r, buyer)
    for firm, name in zip(firms, ("zephyr", "quokka"), strict=True):
        assert firm is not None
        sold = replace(buyer, url=f"http://{name}.com", redirects=(f"http://{name}.com",))
        r.add_website(firm, sold, read_page(sold))
    assert [e.names[0] for e in living(r)] == ["Zephyr", "Quokka", "Big"]
    assert not r.merges
    assert firms[0] is not None
    assert firms[0].url == "https://dir.test/zephyr"


def test_dead_sites_that_lead_to_one_registrar_stay_apart() -> None:
    r = resolver()
    for name in ("pot", "pan"):
        (firm,) = add(
            r, page(f"https://dir.test/{name}", name, {"Website": f"http://{name}.io", "Town": "X"})
        )
        assert firm is not None
        parked = replace(
            home(f"http://{name}.io", "For sale"),
            final_url="https://registrar.test/lander",
            quality=PageQuality.PARKED,
        )
        r.add_website(firm, parked, read_page(parked))
    assert len(living(r)) == 2


def test_same_name_and_same_long_text_are_one_firm_with_two_domains() -> None:
    r = resolver()
    add(
        r,
        home("https://kettle.com/", "Kettle", (LONG,)),
        page("https://dir.test/old-kettle", "Kettle", {"Website": "http://dead.com"}, (LONG,)),
    )
    assert len(living(r)) == 1
    assert len(r.entities[0].names) == 1


def test_namesakes_with_a_common_tagline_stay_apart() -> None:
    r = resolver()
    tagline = "A maker of kettles, its people, its workshop and its quiet evenings by the fire."
    add(
        r,
        page("https://k.ca/", "Kettle", {"Town": "Hope", "Founded": "1965"}, (tagline,)),
        page("https://k.nz/", "Kettle", {"Town": "Tekapo", "Founded": "1918"}, (tagline,)),
    )
    assert len(living(r)) == 2


def test_a_sentence_that_many_names_share_tells_nothing() -> None:
    r = resolver()
    add(r, *(home(f"https://{n}.com/", n.title(), (LONG,)) for n in ("pot", "pan", "cup")))
    add(r, home("https://pot.org/", "Pot", (LONG,)))
    assert len(living(r)) == 4


def test_two_products_that_name_their_maker_as_website_stay_two() -> None:
    r = resolver()
    add(
        r,
        page("https://dir.test/pot", "Pot", {"Website": "https://maker.com", "Price": "3"}),
        page("https://dir.test/pan", "Pan", {"Website": "https://maker.com", "Price": "9"}),
    )
    assert len(living(r)) == 2


def test_a_merge_is_logged_with_the_row_that_was_lost() -> None:
    r = resolver()
    profile = page("https://dir.test/k", "Kettle", {"Website": "http://old.com", "Staff": "3"})
    first, second = add(r, profile, home("https://kettle.com/", "Kettle"))
    assert first is not None
    assert second is not None
    moved = replace(home("http://old.com", "Kettle"), final_url="https://kettle.com/")
    r.add_website(first, moved, read_page(moved))
    (merge,) = r.merges
    assert (merge.kept, merge.lost) == (first.id, second.id)
    assert merge.lost_candidate.url == "https://kettle.com/"
    assert "kettle.com" in merge.reason


def test_former_names_are_kept() -> None:
    r = resolver()
    (entity,) = add(
        r, home("https://kettle.com/", "Kettle", ("Formerly known as Boiler and Teapot.",))
    )
    assert entity is not None
    assert entity.names == ["Kettle", "Boiler", "Teapot"]


def test_a_file_of_a_corpus_without_title_is_named_by_its_first_line() -> None:
    r = resolver()
    plain = page("file:///pages/kettle.docx", "", {"Country": "France"}, ("Kettle Works",))
    (entity,) = add(r, plain)
    assert entity is not None
    assert (entity.names, entity.url) == (["Kettle Works"], "file:///pages/kettle.docx")


def test_excluded_entities_never_become_candidates() -> None:
    r = resolver(
        ExcludeList(
            urls=("http://kettle.com/?utm_source=x",), names=("Pot GmbH",), domains=("pan.com",)
        )
    )
    found = add(
        r,
        home("https://www.kettle.com/", "Kettle"),
        home("https://pot.io/", "Pot"),
        home("https://shop.pan.com/", "Pan Shop"),
        home("https://cup.com/", "Cup"),
    )
    assert [e is None for e in found] == [True, True, True, False]
    assert r.excluded == 3


def test_excluding_a_shared_host_excludes_only_itself() -> None:
    r = resolver(ExcludeList(domains=("github.com",)))
    (entity,) = add(r, home("https://github.com/acme/kettle", "kettle"))
    assert entity is not None
