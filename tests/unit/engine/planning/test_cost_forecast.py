"""What judging may cost."""

from __future__ import annotations

import pytest

from netnew.domain.budget import Budget
from netnew.domain.price import Price
from netnew.engine.planning.cost_forecast import INPUT_TOKENS, OUTPUT_TOKENS, expected_cost

PRICE = Price(1.0, 10.0)
ONE = (INPUT_TOKENS + 10 * OUTPUT_TOKENS) / 1_000_000


@pytest.mark.parametrize(
    ("budget", "evaluate_limit", "at_most"),
    [
        (Budget(), None, None),
        (Budget(pages=100), None, 100 * ONE),
        (Budget(pages=100), 10, 10 * ONE),
        (Budget(), 10, 10 * ONE),
        (Budget(cost=0.01, pages=100), None, 0.01),
        (Budget(cost=50.0, pages=100), None, 100 * ONE),
        (Budget(cost=0.0), None, 0.0),
        (Budget(searches=3, seconds=9, tokens=7), None, None),
    ],
)
def test_the_tightest_cap_counts(
    budget: Budget, evaluate_limit: int | None, at_most: float | None
) -> None:
    expected = expected_cost(PRICE, budget, evaluate_limit)
    assert expected.a_candidate == pytest.approx(ONE)
    assert expected.at_most == (None if at_most is None else pytest.approx(at_most))
