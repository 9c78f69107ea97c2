"""A domain of which everything is left out: '*.example.com'."""

from __future__ import annotations

import pytest

from netnew.domain.run import ExcludeList
from netnew.engine.resolution.exclusions import Exclusions

ON_A_SHARED_HOST = (("page:github.com/cups/cup",), ("Cup",), "https://github.com/cups/cup")
MET_THERE = (("site:cup.com", "site:old-cup.com"), ("Cup",), "https://cup.com")
ITS_OWN = (("site:shop.cup.com",), ("Cup shop",), "https://shop.cup.com/offers")


@pytest.mark.parametrize(
    ("domains", "left_out"),
    [
        (("github.com",), [False, False, False]),
        (("*.github.com",), [True, False, False]),
        (("old-cup.com",), [False, False, False]),
        (("*.old-cup.com",), [False, True, False]),
        (("cup.com",), [False, True, True]),
        (("*.cup.com",), [False, True, True]),
        (("*.saucer.com",), [False, False, False]),
    ],
)
def test_all_of_a_domain_is_also_what_is_hosted_there_and_who_was_there(
    domains: tuple[str, ...], left_out: list[bool]
) -> None:
    exclusions = Exclusions.of(ExcludeList(domains=domains))
    assert [x in exclusions for x in (ON_A_SHARED_HOST, MET_THERE, ITS_OWN)] == left_out


def test_it_is_kept_with_the_list() -> None:
    kept = Exclusions.of(ExcludeList(domains=("*.github.com",))).to_bytes()
    assert ON_A_SHARED_HOST in Exclusions.from_bytes(kept)
