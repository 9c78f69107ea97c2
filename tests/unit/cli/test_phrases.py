from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netnew.cli.phrases import how_conditions_fared, how_many_exist
from netnew.domain.condition_stats import ConditionStats
from netnew.domain.run import Counts, Estimate


@pytest.mark.parametrize(
    ("estimate", "sentence"),
    [
        (None, "Too few sightings to estimate how many matches exist."),
        (
            Estimate(12.2, 10, 19, 0.8),
            "Probably 12 matches exist (80 % interval: 10 to 19).",
        ),
        (
            Estimate(12.2, 10, 31, 0.8, unclear=9, not_judged=3),
            "Probably 12 matches exist (80 % interval: 10 to 31, which allows for 9 unclear and 3"
            " not judged).",
        ),
        (
            Estimate(10, 10, 14, 0.8, is_lower_bound=True),
            "Probably 10 matches exist, or more, since the run was cut short (80 % interval: 10 to"
            " 14).",
        ),
        (
            Estimate(12.2, 10, 19, 0.8, is_lower_bound=True),
            "Probably 12 matches exist, or more, since the run was cut short (80 % interval: 10 to"
            " 19).",
        ),
    ],
)
def test_a_run_cut_short_says_or_more(
    finished: Any, estimate: Estimate | None, sentence: str
) -> None:
    run = replace(finished.run, counts=Counts(matched=10), estimate=estimate)
    assert how_many_exist(run) == sentence


def test_a_run_without_matches_tells_of_its_undecided_candidates(finished: Any) -> None:
    estimate = Estimate(0, 0, 20, 0.0, "undecided", unclear=28)
    run = replace(finished.run, counts=Counts(unclear=28), estimate=estimate)
    assert how_many_exist(run) == (
        "Nothing matched, but undecided candidates may match (80 % interval: 0 to 20, which allows"
        " for 28 unclear)."
    )


def test_conditions_that_were_asked_tell_how_they_fared() -> None:
    lines = how_conditions_fared(
        (
            ConditionStats("place", 60, 12, 44, 4, alone_unmatched=9, alone_unclear=3),
            ConditionStats("product", 12, 12),
            ConditionStats("never judged"),
        )
    )
    assert lines == [
        "place: met by 12 of 60 judged, 4 unclear; it alone ruled out 9, left 3 unclear",
        "product: met by 12 of 12 judged",
    ]
