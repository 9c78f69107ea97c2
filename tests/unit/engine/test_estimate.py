"""How many matches probably exist."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from netnew.engine.estimate import estimate


def test_nothing_matched_gives_no_estimate() -> None:
    assert estimate({}) is None


def test_all_seen_by_every_query_leaves_little_room() -> None:
    found = estimate({f"e{i}": {"a", "b", "c"} for i in range(10)})
    assert found is not None
    assert (found.matches, found.low, found.high, found.coverage) == (10, 10, 11, 1.0)


def test_chao2_of_a_worked_example() -> None:
    # 10 units, 5 seen once, 3 seen twice, 2 seen by three: 10 + 0.9 * 5*4 / (2*4) = 12.25
    sightings = {f"once{i}": {f"u{i}"} for i in range(5)}
    sightings |= {f"twice{i}": {f"u{i}", f"u{i + 5}"} for i in range(3)}
    sightings |= {f"often{i}": {"u5", "u8", "u9"} for i in range(2)}
    found = estimate(sightings)
    assert found is not None
    assert abs(found.matches - 12.25) < 1e-9
    assert found.low < found.matches < found.high


@given(st.dictionaries(st.text(max_size=3), st.sets(st.integers(0, 8).map(str), min_size=1)))
def test_the_interval_never_falls_below_what_was_seen(sightings: dict[str, set[str]]) -> None:
    found = estimate(sightings)
    if sightings:
        assert found is not None
        assert len(sightings) <= found.low <= found.matches + 1e-9
        assert found.matches <= found.high + 1e-9
        assert 0 <= found.coverage <= 1


def test_the_interval_holds_the_truth_where_queries_are_independent() -> None:
    dice = random.Random(7)
    held = 0
    for _ in range(200):
        seen: dict[str, set[str]] = {}
        for unit in range(12):
            for entity in range(60):
                if dice.random() < 0.15:
                    seen.setdefault(f"e{entity}", set()).add(f"u{unit}")
        found = estimate(seen)
        assert found is not None
        held += found.low <= 60 <= found.high
    assert held >= 150  # nominal 80 %; Chao2 is a lower bound
