from __future__ import annotations

import pytest

from netnew.text.query_values import values_named


@pytest.mark.parametrize(
    ("description", "values"),
    [
        ("The film is a drama: its listed genre is Drama, or Drama is among its tags.", ("Drama",)),
        ("At least one of its offices is in Norway, Chile or Peru.", ("Norway", "Chile", "Peru")),
        ("The software is released under AGPL-3.0.", ("AGPL-3.0",)),
        ("None of its offices is in the US.", ()),
        ("It offers courses in both Spain and Italy.", ("Spain", "Italy")),
        ("It was founded before 1900.", ("1900",)),
    ],
)
def test_values_of_a_condition_are_search_terms(description: str, values: tuple[str, ...]) -> None:
    assert values_named(description) == values


def test_a_claim_without_names_gives_its_words() -> None:
    assert values_named("The museum offers guided tours.", "museum") == ("offers guided tours",)
