from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netnew.cli.wording import how_many_exist
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
            Estimate(10, 10, 14, 0.8, is_lower_bound=True),
            "At least 10 matches exist; how many more was not estimated, since the run was cut"
            " short.",
        ),
        (
            Estimate(12.2, 10, 19, 0.8, is_lower_bound=True),
            "Probably at least 12 matches exist; the run was cut short, so there may be more.",
        ),
    ],
)
def test_a_run_cut_short_says_at_least(
    finished: Any, estimate: Estimate | None, sentence: str
) -> None:
    run = replace(finished.run, counts=Counts(matched=10), estimate=estimate)
    assert how_many_exist(run) == sentence
