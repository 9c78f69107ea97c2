"""Queries in the order in which they add most."""

from __future__ import annotations

from netnew.engine.planning.query_diversity import diverse


def test_without_further_queries_the_first_stay_as_they_are() -> None:
    assert diverse(["a b", "c d", "a b"], []) == ("a b", "c d")
    assert diverse([], []) == ()


def test_further_ones_come_after_the_first_of_the_own() -> None:
    assert diverse(["red kettles", "kettles oslo"], ["tea urns of Wales"]) == (
        "red kettles",
        "tea urns of Wales",
        "kettles oslo",
    )


def test_what_says_another_thing_comes_before_what_says_it_again() -> None:
    near, far = "red kettle maker", "pottery guild of Wales"
    assert diverse(["red kettle makers"], [near, far])[1] == far


def test_what_says_the_same_is_left_out() -> None:
    assert diverse(["red kettle makers"], ["Red Kettle Makers!", " ", "red  kettle makers"]) == (
        "red kettle makers",
    )
    assert diverse(["a"], ["tea urns", "Tea urns", "tea urns"]) == ("a", "tea urns")


def test_without_own_queries_all_come_from_the_further() -> None:
    assert set(diverse([], ["tea urns", "red kettles"])) == {"tea urns", "red kettles"}
