from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netnew.text.dates import bounds_in, dates_in
from netnew.text.quantities import Interval, compare, quantities_in

INF = math.inf


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("over 900 people", 900, INF, ""),
        ("around 50", 45, 55, ""),
        ("10-50", 10, 50, ""),
        ("10 to 50", 10, 50, ""),
        ("between 10 and 50", 10, 50, ""),
        ("1,000", 1000, 1000, ""),
        ("10k", 10_000, 10_000, ""),
        ("$35 million", 35e6, 35e6, "usd"),
        ("at most 3", -INF, 3, ""),
        ("fewer than 20 employees", -INF, 20, ""),
        ("no more than five", -INF, 5, ""),
        ("10 employees or fewer", -INF, 10, ""),
        ("200+ staff", 200, INF, ""),
        ("4,120 m", 4120, 4120, "m"),
        ("1.2 billion euros", 1.2e9, 1.2e9, "eur"),
    ],
)
def test_numbers_are_read_as_intervals(text: str, low: float, high: float, unit: str) -> None:
    (found,) = quantities_in(text)
    assert (found.interval.low, found.interval.high, found.unit) == (low, high, unit)


def test_open_ends_do_not_contain_their_bound() -> None:
    fewer = quantities_in("fewer than 20")[0].interval
    assert compare(Interval(20, 20), fewer) is False
    assert compare(Interval(19, 19), fewer) is True


def test_an_interval_on_both_sides_of_a_bound_is_undecided() -> None:
    assert compare(Interval(10, 50), Interval(low=20)) is None


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_point_is_never_undecided(value: int, bound: int) -> None:
    assert compare(Interval(value, value), Interval(high=bound)) is (value <= bound)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2021-03-04", date(2021, 3, 4), date(2021, 3, 4)),
        ("4 March 2021", date(2021, 3, 4), date(2021, 3, 4)),
        ("March 4, 2021", date(2021, 3, 4), date(2021, 3, 4)),
        ("March 2020", date(2020, 3, 1), date(2020, 3, 31)),
        ("since 2017", date(2017, 1, 1), date(2017, 12, 31)),
        ("Q3 2021", date(2021, 7, 1), date(2021, 9, 30)),
        ("the 1990s", date(1990, 1, 1), date(1999, 12, 31)),
        ("the 19th century", date(1801, 1, 1), date(1900, 12, 31)),
    ],
)
def test_dates_are_spans_of_days(text: str, first: date, last: date) -> None:
    (span,) = dates_in(text)
    assert (span.first, span.last) == (first, last)


def test_seasons_are_kept_by_name() -> None:
    assert [(d.season, d.year) for d in dates_in("W24, Summer 2012")] == [
        ("winter", 2024),
        ("summer", 2012),
    ]


@pytest.mark.parametrize("text", ["$2020 a year", "version 3.2019", "page 12"])
def test_other_numbers_are_no_years(text: str) -> None:
    assert dates_in(text) == []


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("before 2021", None, date(2020, 12, 31)),
        ("on or after 2024-01-01", date(2024, 1, 1), None),
        ("2015 or earlier", None, date(2015, 12, 31)),
        ("in 2025", date(2025, 1, 1), date(2025, 12, 31)),
        ("from 2018 to 2020", date(2018, 1, 1), date(2020, 12, 31)),
        ("after 2020", date(2021, 1, 1), None),
        ("in the last two years", date(2024, 6, 1), date(2026, 6, 1)),
    ],
)
def test_periods_asked_for(text: str, low: date | None, high: date | None) -> None:
    bound = bounds_in(text, date(2026, 6, 1))
    assert bound is not None
    assert bound.interval.low == (low.toordinal() if low else -INF)
    assert bound.interval.high == (high.toordinal() if high else INF)
