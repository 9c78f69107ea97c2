"""Ids of events say where they stand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netnew.api.dialects.parallel.event_ids import STEP, EventPosition, id_of, position_of
from netnew.domain.errors import InvalidInput
from tests.unit.api.parallel.stored_runs import MADE_AT

PLACES = st.builds(EventPosition, st.integers(0, 10_000_000), st.integers(0, STEP - 1))


@given(PLACES)
def test_an_id_leads_back_to_its_place(place: EventPosition) -> None:
    assert position_of(id_of(MADE_AT, place), MADE_AT, place.seq + 1) == place


@given(PLACES, PLACES)
def test_ids_sort_as_their_places(one: EventPosition, other: EventPosition) -> None:
    ids = id_of(MADE_AT, one), id_of(MADE_AT, other)
    assert (ids[0] < ids[1]) is (one < other)
    assert all(len(x) == 13 for x in ids)


def test_an_id_of_another_run_stands_at_the_beginning_or_at_the_end() -> None:
    earlier, later = (datetime(year, 1, 1, tzinfo=UTC) for year in (2020, 2030))
    assert position_of(id_of(earlier, EventPosition(3)), MADE_AT, 9) == EventPosition()
    assert position_of(id_of(later, EventPosition(3)), MADE_AT, 9) == EventPosition(9)
    assert position_of(id_of(MADE_AT, EventPosition(12, 5)), MADE_AT, 9) == EventPosition(9)


@pytest.mark.parametrize("text", ["", "64bd32fc93a2", "64bd32fc93a2bb", "64bd32fc93a2g"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="13 hex digits"):
        position_of(text, MADE_AT, 9)
