"""How hard a run tries, as data. Effort buys breadth, not longer chains."""

from __future__ import annotations

from dataclasses import dataclass

from netnew.domain.budget import Budget
from netnew.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Generator:
    """One level of effort.

    `budget`: the caps that hold where the caller gives none. `queries_per_round` and
    `pages_per_round`: how wide a round is. `result_pages`: how deep a query is followed at most.
    `facets`: how many follow-up values a round may add. `deeper_pages`: how many further pages of a
    candidate are read when its first ones leave it unclear. `patience`: how many leads in a
    row may bring no new match before the run stops (a result page counts 1, a link 1/10).
    `targeted_searches`: how many searches are made for one that stays unclear all the same.
    `tables`: about how many tables a model is asked which column has the names. `mentions`: how
    many names without an address are asked for a round.
    `rechecks`: what a model found to match is looked at once more, independently.
    """

    name: str
    budget: Budget
    queries_per_round: int
    pages_per_round: int
    result_pages: int
    facets: int
    deeper_pages: int
    patience: int
    evaluate_limit: int | None = None
    walks_directories: bool = True
    tables: int = 0
    mentions: int = 0
    rechecks: bool = False
    targeted_searches: int = 0

    @property
    def calls_a_candidate(self) -> int:
        """The most calls of a model that one candidate takes: asked, asked again for quotes, both
        at each look, then looked at once more, and its fields."""
        looks = 1 + bool(self.deeper_pages) + bool(self.targeted_searches)
        return 2 * looks + (3 if self.rechecks else 0) + 1


GENERATORS = {
    g.name: g
    for g in (
        Generator(
            "preview",
            Budget(searches=20, pages=120, seconds=120),
            queries_per_round=10,
            pages_per_round=40,
            result_pages=1,
            facets=0,
            deeper_pages=1,
            patience=10,
            evaluate_limit=10,
            tables=2,
            mentions=2,
            walks_directories=False,
        ),
        Generator(
            "base",
            Budget(searches=100, pages=1_000, seconds=1_800),
            queries_per_round=16,
            pages_per_round=100,
            result_pages=3,
            facets=12,
            deeper_pages=1,
            patience=40,
            tables=8,
            mentions=4,
        ),
        Generator(
            "core",
            Budget(searches=400, pages=4_000, seconds=7_200),
            queries_per_round=24,
            pages_per_round=200,
            result_pages=5,
            facets=24,
            deeper_pages=2,
            patience=100,
            tables=20,
            mentions=8,
        ),
        Generator(
            "pro",
            Budget(searches=1_500, pages=20_000, seconds=28_800),
            queries_per_round=32,
            pages_per_round=400,
            result_pages=5,
            facets=48,
            deeper_pages=4,
            patience=300,
            tables=60,
            mentions=16,
            rechecks=True,
            targeted_searches=1,
        ),
    )
}


def generator_named(name: str) -> Generator:
    """Raises InvalidInput with the names there are."""
    try:
        return GENERATORS[name]
    except KeyError:
        raise InvalidInput("generator", f"{name!r} is not one", ", ".join(GENERATORS)) from None
