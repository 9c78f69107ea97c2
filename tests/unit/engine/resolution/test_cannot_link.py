"""Who is kept apart, and what becomes of what they share."""

from __future__ import annotations

from dataclasses import replace

from netnew.domain.candidate import Merge
from netnew.domain.ids import RunId
from netnew.domain.page import Snapshot
from netnew.domain.run import ExcludeList
from netnew.engine.reading.page_classifier import read_page
from netnew.engine.resolution.cannot_link import CannotLink
from netnew.engine.resolution.exclusions import Exclusions
from netnew.engine.resolution.resolver import Resolver
from netnew.testing import FrozenClock, page

PROFILE = page("https://dir.test/k", "Kettle", {"Website": "http://old.com", "Staff": "3"})
HOME = page("https://kettle.com/", "Kettle", {"Founded": "2012"}, ("We make kettles.",))
MOVED = replace(HOME, url="http://old.com", redirects=("http://old.com",))
LONG = "Kettles that boil water with sunlight, made by hand in a small town."


def walked(cannot_link: CannotLink, *pages: Snapshot) -> Resolver:
    """A profile, pages, and the profile's website, which leads to the home page."""
    resolver = Resolver(
        RunId("run_1"), FrozenClock(), Exclusions.of(ExcludeList()), cannot_link=cannot_link
    )
    first, *_ = [resolver.add_page(p, read_page(p)) for p in (PROFILE, HOME, *pages)]
    assert first is not None
    resolver.add_website(first, MOVED, read_page(MOVED))
    return resolver


def undone(resolver: Resolver) -> CannotLink:
    return CannotLink.of(replace(merge, undone=True) for merge in resolver.merges)


def keys_of_the_living(resolver: Resolver) -> list[str]:
    return [e.key for e in resolver.entities if e.merged_into is None]


def test_a_merge_that_was_undone_is_not_made_again() -> None:
    first = walked(CannotLink())
    assert keys_of_the_living(first) == ["site:old.com"]
    again = walked(undone(first))
    assert keys_of_the_living(again) == ["site:old.com", "site:kettle.com"]
    assert again.merges == []


def test_a_merge_that_stands_is_made_again() -> None:
    assert keys_of_the_living(walked(CannotLink.of(walked(CannotLink()).merges))) == [
        "site:old.com"
    ]


def test_what_both_lead_to_stays_with_who_had_it_first() -> None:
    again = walked(undone(walked(CannotLink())))
    profile, home = again.entities
    assert again.entity_at("https://kettle.com/") is home
    assert again.entity_at("https://dir.test/k") is profile
    assert "site:kettle.com" not in profile.own_keys


def test_others_are_merged_as_ever() -> None:
    mirror = replace(
        page("https://kettle.org/", "Kettle", {"Founded": "2012"}),
        url="https://kettle.com/",
        redirects=("https://kettle.com/",),
    )
    again = walked(undone(walked(CannotLink())), mirror)
    assert len(keys_of_the_living(again)) == 2
    assert again.entity_at("https://kettle.org/") is again.entities[1]


def test_a_text_that_two_share_does_not_join_them_again() -> None:
    def read(cannot_link: CannotLink) -> Resolver:
        resolver = Resolver(
            RunId("run_1"), FrozenClock(), Exclusions.of(ExcludeList()), cannot_link=cannot_link
        )
        resolver.add_mention("https://dir.test/old-kettle", "Kettle")
        for one in (
            page("https://kettle.com/", "Kettle", {"Founded": "2012"}, (LONG,)),
            page("https://dir.test/old-kettle", "Kettle", {"Staff": "3"}, (LONG,)),
        ):
            resolver.add_page(one, read_page(one))
        return resolver

    first = read(CannotLink())
    assert [merge.reason for merge in first.merges] == ["the same name and text"]
    assert len(keys_of_the_living(read(undone(first)))) == 2


def test_the_log_says_who_the_other_was_until_then() -> None:
    (merge,) = walked(CannotLink()).merges
    assert isinstance(merge, Merge)
    assert merge.kept_identity is not None
    assert merge.kept_identity.key == "site:old.com"
    assert merge.kept_identity.keys.isdisjoint(merge.lost_candidate.identity.keys)


def test_a_page_of_one_is_no_page_of_the_other() -> None:
    profile, home = walked(undone(walked(CannotLink()))).entities
    assert set(profile.pages) == {"https://dir.test/k"}
    assert set(home.pages) == {"https://kettle.com/"}
