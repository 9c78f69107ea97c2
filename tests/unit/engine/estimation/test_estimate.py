"""How many matches probably exist."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netnew.engine.estimation.chao2 import Incidence
from netnew.engine.estimation.discovery_curve import DiscoveryCurve
from netnew.engine.estimation.distribution import beta_binomial, from_density, numbers
from netnew.engine.estimation.estimate import Sightings, estimate, estimated, wrong_at_most
from netnew.engine.estimation.undecided import DecisionCounts

UNITS = st.sampled_from(["a", "b", "c", "list:x", "list:y"])


def curve(*rounds: tuple[float, int]) -> DiscoveryCurve:
    drawn = DiscoveryCurve()
    for leads, matches in rounds:
        drawn.add(leads, matches)
    return drawn


def seen(number: int, *units: str) -> Sightings:
    sightings = Sightings()
    for _ in range(number):
        sightings.add(units)
    return sightings


def test_nothing_matched_gives_no_estimate() -> None:
    assert estimate({}) is None
    assert estimated(Sightings(), curve((10, 0)), walked=True) is None


def test_chao2_of_a_worked_example() -> None:
    # 10 units, 5 seen once, 3 seen twice, 2 seen by three: 0.9 * 5*4 / (2*4) = 2.25 unseen
    number, variance = Incidence(seen=10, once=5, twice=3, total=17, units=10).unseen()
    assert abs(number - 2.25) < 1e-9
    assert variance > number


def test_all_seen_by_every_query_and_nothing_new_for_long_leaves_little_room() -> None:
    flat = curve(*((24, 10) for _ in range(8)))
    found = estimate({f"e{i}": {"a", "b", "c"} for i in range(10)}, flat)
    assert found is not None
    assert (found.matches, found.coverage) == (10, 1.0)
    assert 9 <= found.low <= 10 <= found.high <= 11


def test_matches_that_keep_coming_promise_more_than_those_that_stopped() -> None:
    sightings = seen(40, "a", "b")
    going = estimated(sightings, curve((24, 10), (24, 20), (24, 30), (24, 40)))
    stopped = estimated(sightings, curve((24, 38), (24, 40), (24, 40), (24, 40)))
    assert going is not None
    assert stopped is not None
    assert going.matches > 1.1 * stopped.matches
    assert going.high > 2 * stopped.high


def test_a_list_that_was_walked_to_its_end_hides_nothing() -> None:
    found = estimated(seen(20, "list:csv:kettles.csv"), curve((1, 20)), walked=True)
    assert found is not None
    assert (found.matches, found.high, found.coverage) == (20, 20, 1.0)
    assert found.low < 20  # some of them may be judged wrongly


def test_what_a_list_alone_showed_says_nothing_of_what_queries_missed() -> None:
    by_queries = {f"e{i}": {"a", "b"} for i in range(10)}
    listed = {f"l{i}": {"list:dir.test"} for i in range(30)}
    found = estimate(by_queries | listed)
    assert found is not None
    assert found.high <= 41  # as sightings of one unit, the thirty would promise many more
    assert found.coverage == 1.0


def test_what_lists_and_queries_showed_counts_for_the_queries() -> None:
    sightings = seen(3, "a", "list:dir.test")
    sightings.again(("a", "list:dir.test"), "b")
    assert sightings.incidence() == Incidence(seen=3, once=2, twice=1, total=4, units=2)
    sightings.remove(("a", "b", "list:dir.test"))
    assert sightings.incidence() == Incidence(seen=2, once=2, twice=0, total=2, units=1)


@given(
    st.dictionaries(st.text(max_size=3), st.sets(UNITS, min_size=1)),
    st.lists(st.tuples(st.floats(0, 50), st.integers(0, 40)), max_size=60),
)
def test_the_interval_is_in_order_whatever_was_seen(
    sightings: dict[str, set[str]], rounds: list[tuple[float, int]]
) -> None:
    found = estimate(sightings, curve(*rounds))
    if sightings:
        assert found is not None
        assert 0 <= found.low <= found.matches <= found.high
        assert len(sightings) <= found.matches
        assert 0 <= found.coverage <= 1


def test_the_interval_holds_the_truth_where_queries_are_independent() -> None:
    dice = random.Random(7)
    held = 0
    for _ in range(60):
        units: dict[str, set[str]] = {}
        drawn = DiscoveryCurve()
        for unit in range(12):
            for entity in range(60):
                if dice.random() < 0.15:
                    units.setdefault(f"e{entity}", set()).add(f"u{unit}")
            drawn.add(1, len(units))
        found = estimate(units, drawn)
        assert found is not None
        held += found.low <= 60 <= found.high
    assert held >= 48


def test_the_interval_holds_the_truth_where_matches_differ_and_the_run_is_cut() -> None:
    dice = random.Random(11)
    held = 0
    for _ in range(60):
        ease = [dice.gammavariate(1, 0.02) for _ in range(100)]
        units: dict[str, set[str]] = {}
        drawn = DiscoveryCurve()
        for unit in range(30):
            for entity, chance in enumerate(ease):
                if dice.random() < chance:
                    units.setdefault(f"e{entity}", set()).add(f"u{unit}")
            drawn.add(1, len(units))
        found = estimate(units, drawn)
        assert found is not None
        held += found.low <= 100 <= found.high
    assert held >= 48


def test_a_long_curve_is_thinned_and_says_the_same() -> None:
    short, long = curve(), curve()
    for i in range(1, 1001):
        matches = round(200 * i / (i + 100))
        long.add(1, matches)
        if i % 50 == 0:
            short.add(50, matches)
    counts = numbers(182)
    few, many = short.unseen_distribution(counts, 182), long.unseen_distribution(counts, 182)
    assert few is not None
    assert many is not None
    assert abs(few.quantile(0.5) - many.quantile(0.5)) <= 3


def test_matches_lost_again_bring_no_error() -> None:
    drawn = curve((10, 30), (10, 28), (float("inf"), 28), (0, 28), (10, 29))
    belief = drawn.unseen_distribution(numbers(25), 25)
    assert belief is not None
    assert abs(sum(belief.weights) - 1) < 1e-9


def test_the_cost_of_a_match_is_that_of_the_last_leads() -> None:
    drawn = curve((10, 30), (10, 32), (10, 32))
    assert drawn.leads_per_match(40) == 0.0  # not followed so many yet
    assert drawn.leads_per_match(20) == 10.0
    assert drawn.leads_per_match(10) == float("inf")
    drawn.begin()
    assert drawn.leads_per_match(10) == 0.0
    drawn.add(10, 33)
    assert drawn.leads_per_match(10) == 10.0
    assert curve().leads_per_match(1) == 0.0


def test_own_words_are_counted_apart_and_are_no_units() -> None:
    sightings = seen(20, "family:0", "own:0", "own:1")
    for _ in range(10):
        sightings.add(("facet:town",))
    assert sightings.incidence().units == 2
    reached = sightings.own_words(open_pages=5)
    assert reached.matches == 20
    assert reached.low < 20 < reached.high < 30


def test_a_distribution_is_of_whole_numbers_and_its_quantiles_rise() -> None:
    counts = numbers(50)
    assert counts[:31] == tuple(range(31))
    assert counts[-1] == 520
    belief = from_density(counts, lambda n: -n / 10)
    assert belief.quantile(0.1) <= belief.quantile(0.5) <= belief.quantile(0.9) <= 520
    assert abs(belief.quantile(0.9) - 23) <= 1  # ln(10) * 10


def test_of_many_matches_a_few_may_be_wrong() -> None:
    assert wrong_at_most(1, 0.9) == 0
    assert wrong_at_most(10, 0.9) == 1
    assert 3 <= wrong_at_most(100, 0.9) <= 6


def test_a_beta_binomial_adds_up_and_has_its_mean() -> None:
    drawn = beta_binomial(20, 2.0, 3.0)
    assert abs(sum(drawn.weights) - 1) < 1e-9
    mean = sum(n * w for n, w in zip(drawn.counts, drawn.weights, strict=True))
    assert abs(mean - 20 * 2 / 5) < 1e-9
    assert beta_binomial(100_000, 2.0, 3.0).quantile(0.5) > 30_000


def test_one_match_and_many_unclear_ones_are_no_certain_one() -> None:
    decided = estimated(seen(1, "list:a"), curve((1, 1)), DecisionCounts(1), walked=True)
    unclear = estimated(seen(1, "list:a"), curve((1, 1)), DecisionCounts(1, 0, 28), walked=True)
    assert decided is not None
    assert unclear is not None
    assert (decided.high, unclear.high) == (1, 29)
    assert (unclear.unclear, unclear.not_judged, unclear.decided_high) == (28, 0, 1)


def test_no_match_and_many_unclear_ones_may_be_some() -> None:
    found = estimated(seen(0), curve((10, 0)), DecisionCounts(0, 0, 28))
    assert found is not None
    assert (found.matches, found.low) == (0, 0)
    assert 14 <= found.high <= 28
    assert (found.unclear, found.decided_high) == (28, 0)
    rejected = estimated(seen(0), curve((10, 0)), DecisionCounts(0, 100, 28, 3), walked=True)
    assert rejected is not None
    assert 1 <= rejected.high < found.high
    assert (rejected.not_judged, rejected.coverage) == (3, 1.0)


def test_no_match_and_nothing_undecided_gives_no_estimate() -> None:
    assert estimated(seen(0), curve((10, 0)), DecisionCounts(0, 40)) is None


@pytest.mark.parametrize(("unmatched", "middle"), [(0, 0.0), (4, 1.0)])
def test_candidates_that_were_not_judged_count_only_where_others_were_decided(
    unmatched: int, middle: float
) -> None:
    found = estimated(seen(0), curve((10, 0)), DecisionCounts(0, unmatched, 1, 19))
    assert found is not None
    assert (found.low, found.matches) == (0.0, middle)
    assert found.high > middle


def test_three_matches_and_three_not_judged_may_be_more_than_three() -> None:
    found = estimated(seen(3, "list:a"), curve((1, 3)), DecisionCounts(3, 7, 0, 3), walked=True)
    assert found is not None
    assert 4 <= found.high <= 6
    assert found.matches >= 3


COUNT = st.integers(0, 60) | st.integers(0, 1_000)


@given(COUNT.filter(bool), COUNT, COUNT, COUNT, st.booleans(), st.sampled_from(["a", "list:a"]))
def test_undecided_candidates_widen_the_interval(
    matched: int, unmatched: int, unclear: int, not_judged: int, walked: bool, unit: str
) -> None:
    def of(unclear: int, not_judged: int):  # type: ignore[no-untyped-def]
        drawn = curve((10, matched), (10, matched))
        standing = DecisionCounts(matched, unmatched, unclear, not_judged)
        found = estimated(seen(matched, unit), drawn, standing, walked)
        assert found is not None
        return found

    found, decided = of(unclear, not_judged), of(0, 0)
    assert found.low <= found.matches <= found.high
    assert decided.high == found.decided_high
    assert found.high <= found.decided_high + found.undecided
    assert found.low == decided.low
    if unclear + not_judged:
        assert found.high >= matched + 1
    assert of(unclear + 1, not_judged).high >= found.high
    assert of(unclear, not_judged + 1).high >= found.high


def test_no_more_matches_are_expected_than_there_are_candidates_on_a_whole_list() -> None:
    found = estimated(seen(1, "list:a"), curve((1, 1)), DecisionCounts(1, 0, 25, 143), walked=True)
    assert found is not None
    assert found.high <= 169
