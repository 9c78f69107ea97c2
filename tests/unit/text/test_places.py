from __future__ import annotations

import pytest

from netnew.text.places import Place, countries_of, is_within, places_in


def place(text: str) -> Place:
    return places_in(text)[0].place


@pytest.mark.parametrize(
    ("text", "name", "country", "state"),
    [
        ("Palo Alto, CA, USA", "Palo Alto", "US", "CA"),
        ("Toronto, ON, CA", "Toronto", "CA", "ON"),
        ("Atlanta, Georgia", "Atlanta", "US", "GA"),
        ("Tbilisi, Georgia", "Tbilisi", "GE", ""),
        ("Paris, TX, USA", "Paris", "US", "TX"),
        ("the U.S.", "United States", "US", ""),
        ("Northern Ireland", "United Kingdom", "GB", ""),
    ],
)
def test_neighbours_tell_which_place_is_meant(
    text: str, name: str, country: str, state: str
) -> None:
    found = place(text)
    assert (found.name, found.country, found.state) == (name, country, state)


def test_a_code_before_another_country_is_no_country() -> None:
    assert [m.place.country for m in places_in("Gurugram, HR, India")] == ["IN", "IN"]


def test_a_longer_name_is_not_the_city_in_it() -> None:
    assert places_in("Ottawa Hills, OH, USA")[0].place.state == "OH"


def test_a_bare_ambiguous_name_is_uncertain() -> None:
    assert place("Georgia").uncertain
    assert is_within(place("Georgia"), place("Europe")) is None


def test_small_words_are_no_places() -> None:
    assert places_in("tell us about turkey in the oven") == ()


@pytest.mark.parametrize(
    ("inner", "outer", "answer"),
    [
        ("Berlin", "Europe", True),
        ("Norway", "the Nordics", True),
        ("Norway", "the EU", False),
        ("USA", "California", None),
        ("Oslo", "Norway", True),
        ("Texas", "California", False),
        ("Asia", "Japan", None),
    ],
)
def test_what_lies_within_what(inner: str, outer: str, answer: bool | None) -> None:
    assert is_within(place(inner), place(outer)) is answer


def test_regions_have_countries() -> None:
    assert countries_of("DACH") == ("DE", "AT", "CH")
    assert countries_of("Nowhere") == ()
