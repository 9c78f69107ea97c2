"""Who is on an exclude list, and how it is kept."""

from __future__ import annotations

import struct

import pytest

from netnew.domain.errors import StoreDamaged
from netnew.domain.run import ExcludedEntity, ExcludeList
from netnew.engine.resolution.exclusions import Exclusions

LISTED = ExcludeList(
    urls=("http://kettle.com/?utm_source=x",), names=("Pot GmbH",), domains=("pan.com",)
)
Asked = tuple[tuple[str, ...], tuple[str, ...], str]
KETTLE: Asked = (("site:kettle.com",), (), "https://kettle.com")
POT: Asked = (("site:pot.io",), ("Pot",), "https://pot.io")
PAN: Asked = (("site:shop.pan.com",), ("Pan Shop",), "https://shop.pan.com")
CUP: Asked = (("site:cup.com",), ("Cup",), "https://cup.com")


def test_an_entity_is_excluded_by_address_name_or_domain() -> None:
    exclusions = Exclusions.of(LISTED)
    assert [x in exclusions for x in (KETTLE, POT, PAN, CUP)] == [True, True, True, False]


def test_what_an_earlier_run_found_is_excluded_by_its_keys() -> None:
    assert CUP in Exclusions.of(ExcludeList(), ["site:cup.com", "urn:netnew:csv:1"])


@pytest.mark.parametrize(
    ("listed", "excluded"),
    [
        (("Cup", "http://www.cup.com:80/#top"), True),  # the same address, written otherwise
        (("Cups & Co", "https://cup.com/about/us"), True),  # a page of its domain
        (("Cup", "https://saucer.com"), False),  # another one of that name
        (("Cup Ltd", ""), True),
        (("Cup", "https://github.com/cups/cup"), True),  # says nothing against its site
        (("Saucer", "not an address"), False),
    ],
)
def test_an_entity_is_excluded_by_name_and_address_together(
    listed: tuple[str, str], excluded: bool
) -> None:
    exclusions = Exclusions.of(ExcludeList(entities=(ExcludedEntity(*listed),)))
    assert (CUP in exclusions) is excluded


def test_who_has_no_site_is_excluded_by_the_name_of_one_that_has() -> None:
    listed = ExcludeList(entities=(ExcludedEntity("Cup", "https://cup.com"),))
    page = "https://directory.com/cups/17"
    assert (("page:directory.com/cups/17",), ("The Cup",), page) in Exclusions.of(listed)
    assert (("site:cup.io",), ("Cup",), "https://cup.io") not in Exclusions.of(listed)
    shop = "https://shop.cup.com"
    assert ((f"site:{shop}",), ("Shop",), shop) in Exclusions.of(listed)


def test_nobody_is_excluded_by_an_empty_list() -> None:
    assert KETTLE not in Exclusions()
    assert len(Exclusions()) == 0


def test_a_list_is_kept_as_sorted_entries_of_eight_bytes() -> None:
    exclusions = Exclusions.of(LISTED, (f"site:kettle{i}.com" for i in range(1000)))
    kept = exclusions.to_bytes()
    entries = struct.unpack(f"<{len(kept) // 8}Q", kept)
    assert list(entries) == sorted(set(entries)) == list(exclusions)
    assert len(exclusions) == 1004
    read = Exclusions.from_bytes(kept)
    assert list(read) == list(exclusions)
    assert [x in read for x in (KETTLE, POT, PAN, CUP)] == [True, True, True, False]


def test_bytes_that_are_no_list_are_refused() -> None:
    with pytest.raises(StoreDamaged, match="9 bytes"):
        Exclusions.from_bytes(b"123456789")


def test_two_lists_together_exclude_what_either_does() -> None:
    cups = Exclusions.of(ExcludeList(names=("Cup", "Pot")))
    both = Exclusions.of(LISTED) | cups
    assert all(x in both for x in (KETTLE, POT, PAN, CUP))
    assert len(both) == len(Exclusions.of(LISTED)) + 1
    assert list(both | Exclusions()) == list(both)
    assert list(Exclusions() | both) == list(both)


def test_the_same_list_gives_the_same_bytes_in_any_order() -> None:
    urls = [f"https://kettle{i}.com/" for i in range(50)]
    one = Exclusions.of(ExcludeList(urls=tuple(urls)))
    other = Exclusions.of(ExcludeList(urls=(*reversed(urls), urls[0])))
    assert one.to_bytes() == other.to_bytes()
