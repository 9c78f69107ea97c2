"""At most so many conditions are read in an objective; what is asked stays the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from netnew.domain.condition import MatchCondition
from netnew.domain.run import RunSpec
from netnew.engine.planning.plan import limit_conditions, plan
from netnew.judges.rules import RulesJudge
from netnew.testing import FrozenClock

SEVEN = tuple(MatchCondition(f"c{i}", f"The firm meets {i}.") for i in range(7))
LONG = (
    "Robotics startups in Germany founded in the last two years with fewer than 20 people, "
    "not acquired, backed by Y Combinator, that are hiring"
)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 6, 1, tzinfo=UTC))


def test_the_last_ones_become_one() -> None:
    kept = limit_conditions(5, SEVEN)
    assert kept[:4] == SEVEN[:4]
    assert [x.description for x in kept[4:]] == [
        "All of these hold: The firm meets 4; The firm meets 5; The firm meets 6."
    ]
    assert limit_conditions(7, SEVEN) == limit_conditions(None, SEVEN) == SEVEN


def test_names_stay_apart() -> None:
    clashing = (replace(SEVEN[0], name="further"), *SEVEN[1:])
    assert [x.name for x in limit_conditions(5, clashing)] == ["further", "c1", "c2", "c3", "c4"]


def test_what_is_read_is_made_fewer_and_what_is_given_is_not(clock: FrozenClock) -> None:
    judge = RulesJudge(clock)
    whole = plan(RunSpec(LONG), judge, clock).spec.conditions
    fewer = plan(RunSpec(LONG, max_conditions=3), judge, clock)
    assert len(whole) > 3
    assert fewer.spec.conditions == limit_conditions(3, whole)
    assert "2024-06-01" in " ".join(x.description for x in fewer.spec.conditions)
    given = plan(RunSpec(LONG, conditions=SEVEN, max_conditions=3), judge, clock)
    assert given.spec.conditions == SEVEN
