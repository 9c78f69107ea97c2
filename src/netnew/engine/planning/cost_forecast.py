"""The expected cost of judging, before anything is spent."""

from __future__ import annotations

from dataclasses import dataclass

from netnew.domain.budget import Budget
from netnew.domain.price import Price

# Of a candidate sent to a model: the pages it is shown with their instructions, and its verdicts
# (the means of measured runs, rounded up; evals/LOG.md).
INPUT_TOKENS = 2_000
OUTPUT_TOKENS = 250


@dataclass(frozen=True, slots=True)
class CostForecast:
    """In US dollars. `a_candidate`: of one that is sent to the model. `limit_conditions`: if every
    page the budget allows were such a candidate, or the cap on cost (None: neither is capped)."""

    a_candidate: float
    at_most: float | None


def expected_cost(
    price: Price, budget: Budget, evaluate_limit: int | None, calls: int = 1
) -> CostForecast:
    """The expected cost of a run within `budget` at `price`. `calls`: maximum calls per
    candidate."""
    one = price.cost(INPUT_TOKENS, OUTPUT_TOKENS)
    counts = [n for n in (budget.pages, evaluate_limit) if n is not None]
    limits = [one * calls * min(counts)] if counts else []
    if budget.cost is not None:
        limits.append(budget.cost)
    return CostForecast(one, min(limits, default=None))
