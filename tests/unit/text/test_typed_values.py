"""What a page says, read as a value of the asked format, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netnew.text.typed_values import value_in

no_deadline = settings(deadline=None)  # a busy machine is no failure


@pytest.mark.parametrize(
    ("format", "text", "value"),
    [
        ("text", "  MIT ", "MIT"),
        ("text", " ", None),
        ("number", "1,200 employees", "1200"),
        ("number", "twelve", "12"),
        ("number", "$1.2 million", "1200000"),
        ("number", "about 50", "50"),
        ("number", "-5 °C", "-5"),
        ("number", "12 (as of 2023)", "12"),
        ("number", "over 50", None),
        ("number", "10-20", None),
        ("number", "many", None),
        ("date", "12 May 1974", "1974-05-12"),
        ("date", "May 1974", "1974-05"),
        ("date", "opened in 1974", "1974"),
        ("date", "2024-05-01T10:00Z", "2024-05-01"),
        ("date", "the 1970s", None),
        ("date", "spring 1974", None),
        ("date", "1974–1980", None),
        ("date", "31 February 2020", None),
        ("url", "see https://x.org/a.", "https://x.org/a"),
        ("url", "www.x.org", "https://www.x.org"),
        ("url", "x.org", "https://x.org"),
        ("url", "info@x.org", None),
        ("url", "click here", None),
        ("email", "Mail: a.b@c.co.uk.", "a.b@c.co.uk"),
        ("email", "info [at] x [dot] org", "info@x.org"),
        ("email", "@handle", None),
        ("boolean", "Yes, on Fridays", "true"),
        ("boolean", "Not available", "false"),
        ("boolean", "✗", "false"),
        ("boolean", "by lift", None),
        ("boolean", "North entrance", None),
        ("boolean", "No. 5 Dock Street", None),
        ("list", "A, B and C", "A; B; C"),
        ("list", "A and B", "A; B"),
        ("list", "A; B, C; A", "A; B, C"),
        ("list", "", None),
    ],
)
def test_a_text_gives_a_value_of_the_format_or_none(
    format: str, text: str, value: str | None
) -> None:
    assert value_in(format, text) == value


@pytest.mark.parametrize(
    ("said", "asked", "value"),
    [
        ("1.2 km", "its length in m", "1200"),
        ("1.2 km", "Length (metres)", "1200"),
        ("1.2 km", "its length", "1.2"),
        ("1200", "its length in m", "1200"),
        ("3 kg", "its length in m", None),
        ("€12", "price in EUR", "12"),
        ("€12", "price in USD", None),
        ("90", "visitors in 2019", "90"),
    ],
)
def test_a_number_is_given_in_the_unit_asked_for(said: str, asked: str, value: str | None) -> None:
    assert value_in("number", said, asked) == value


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("seed", "Seed"),
        ("4 - Series A", "Series A"),
        ("Pre-seed round", "Pre-seed"),
        ("Seed or series A", None),
        ("public", None),
    ],
)
def test_an_option_is_the_one_that_is_named(said: str, value: str | None) -> None:
    assert value_in("options", said, options=("Pre-seed", "Seed", "Series A")) == value


@no_deadline
@given(st.sampled_from(["number", "date", "url", "email", "boolean", "list"]), st.text())
def test_any_text_can_be_read_and_is_no_empty_value(format: str, text: str) -> None:
    assert value_in(format, text) != ""


@no_deadline
@given(st.integers(-(10**12), 10**12) | st.floats(-1e6, 1e6).map(lambda x: round(x, 3)))
def test_a_plain_number_is_that_number(number: float) -> None:
    said = value_in("number", f"{number}")
    assert said is not None
    assert float(said) == number
