from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netnew.cli.progress_state import ProgressState
from netnew.domain.budget import Spend
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.event import (
    CandidateDecided,
    CandidateDiscarded,
    CandidateGenerated,
    Event,
    EventBody,
    RoundEnded,
)
from netnew.domain.run import Counts


def taken(tally: ProgressState, finished: Any, *bodies: EventBody) -> ProgressState:
    for body in bodies:
        tally.take(Event(finished.run.id, tally.seq + 1, finished.run.created_at, body))
    return tally


def decided(candidate: Candidate, status: MatchStatus) -> CandidateDecided:
    return CandidateDecided(candidate.id, candidate.name, candidate.url, status, ())


def numbers(tally: ProgressState) -> tuple[int, int, int]:
    return (
        tally.candidates,
        tally.count(MatchStatus.MATCHED),
        tally.count(MatchStatus.UNMATCHED),
    )


def test_it_counts_each_candidate_as_it_stands_last(finished: Any) -> None:
    one, other, _ = finished.candidates
    tally = taken(
        ProgressState(),
        finished,
        CandidateGenerated(one.id, one.name, one.url),
        CandidateGenerated(other.id, other.name, other.url),
        decided(one, MatchStatus.MATCHED),
        decided(other, MatchStatus.MATCHED),
        decided(other, MatchStatus.UNMATCHED),
    )
    assert numbers(tally) == (2, 1, 1)
    assert list(tally.matches) == [one.id]
    taken(tally, finished, CandidateDiscarded(one.id, "the same as another"))
    assert numbers(tally) == (1, 0, 1)
    assert tally.matches == {}


def test_a_run_begun_before_is_counted_on_from_where_it_stood(finished: Any) -> None:
    run = replace(finished.run, last_seq=40, rounds=2)
    tally = ProgressState.of(run)
    assert (tally.seq, tally.round, numbers(tally)) == (40, 2, (3, 1, 1))
    new = replace(finished.candidates[0], name="New")
    taken(tally, finished, CandidateGenerated(new.id, new.name, new.url))
    assert numbers(tally) == (4, 1, 1)


@pytest.mark.parametrize("after", [0, 3])
def test_events_from_before_are_shown_and_not_counted_again(finished: Any, after: int) -> None:
    run = replace(finished.run, last_seq=after + 2)
    one = finished.candidates[0]
    tally = taken(
        ProgressState.of(run, after),
        finished,
        CandidateGenerated(one.id, one.name, one.url),
        decided(one, MatchStatus.MATCHED),
    )
    assert numbers(tally) == (3, 1, 1)
    assert list(tally.matches) == [one.id]


def test_the_end_of_a_round_puts_the_counts_right(finished: Any) -> None:
    counts = Counts(generated=9, matched=4, unmatched=2, unclear=1)
    tally = taken(
        ProgressState.of(finished.run), finished, RoundEnded(3, (), 0, 0, counts, Spend(pages=7))
    )
    assert numbers(tally) == (9, 4, 2)
    assert tally.count(MatchStatus.GENERATED) == 2
    assert (tally.round, tally.spend.pages) == (3, 7)


def test_a_run_that_is_further_than_its_events_puts_the_counts_right(finished: Any) -> None:
    one = finished.candidates[0]
    # It was unclear before this watching began, which its event does not say.
    tally = taken(ProgressState.of(finished.run), finished, decided(one, MatchStatus.MATCHED))
    counts = Counts(generated=3, matched=2, unmatched=1)
    further = replace(finished.run, last_seq=tally.seq + 1, counts=counts, rounds=4)
    tally.catch_up(further)
    assert (tally.round, numbers(tally)) == (4, (3, 2, 1))
    # The event that it is ahead of is not counted once more; an older state changes nothing.
    taken(tally, finished, decided(one, MatchStatus.MATCHED))
    tally.catch_up(finished.run)
    assert numbers(tally) == (3, 2, 1)
