"""What the events of a run are in Parallel's words."""

from __future__ import annotations

from dataclasses import replace

from netnew.api.dialects.parallel.candidates import candidate_told
from netnew.api.dialects.parallel.event_ids import STEP, EventPosition
from netnew.api.dialects.parallel.event_mapper import EventMapper, VendorEvent
from netnew.domain.candidate import MatchStatus
from netnew.domain.condition import ConditionOutcome
from netnew.domain.enrichment import EnrichmentValue
from netnew.domain.event import (
    CandidateDecided,
    CandidateDiscarded,
    CandidateEnriched,
    CandidateGenerated,
    EventBody,
    RunChanged,
    RunStatusChanged,
)
from netnew.domain.run import RunStatus, TerminationReason
from tests.unit.api.parallel.stored_runs import CONDITIONS, candidate, events, key, run, verdicts

YES, NO, UNCLEAR = ConditionOutcome.MATCHED, ConditionOutcome.UNMATCHED, ConditionOutcome.UNCLEAR
ENDED = RunStatusChanged(RunStatus.COMPLETED, TerminationReason.CANDIDATES_EXHAUSTED)
AGAIN = RunStatusChanged(RunStatus.QUEUED)


def found(number: int) -> CandidateGenerated:
    return CandidateGenerated(key(number), f"Sky {number}", f"https://sky{number}.test")


def decided(number: int, status: MatchStatus, *outcomes: ConditionOutcome) -> CandidateDecided:
    said = found(number)
    return CandidateDecided(key(number), said.name, said.url, status, verdicts(*outcomes))


MATCHED = decided(1, MatchStatus.MATCHED, YES, YES)
UNDECIDED = decided(1, MatchStatus.UNCLEAR, YES, UNCLEAR)


def told(telling: EventMapper, *bodies: EventBody) -> list[VendorEvent]:
    return [told for event in events(*bodies) for told in telling.take(event)]


def kinds(*bodies: EventBody) -> list[str]:
    return [x.type.removeprefix("findall.") for x in told(EventMapper(CONDITIONS), *bodies)]


def test_the_counters_of_a_status_are_those_of_its_moment() -> None:
    telling = EventMapper(CONDITIONS)
    statuses = [
        (x.status.metrics.generated_candidates_count, x.status.metrics.matched_candidates_count)
        for x in told(
            telling, AGAIN, found(1), found(2), RunStatusChanged(RunStatus.RUNNING), MATCHED, ENDED
        )
        if x.status
    ]
    assert statuses == [(0, 0), (2, 0), (2, 1)]
    assert telling.status_now().termination_reason == "candidates_exhausted"


def test_who_is_unclear_is_decided_once_the_run_ends() -> None:
    bodies = (found(1), UNDECIDED, ENDED)
    assert kinds(*bodies) == ["candidate.generated", "candidate.unmatched", "status"]
    [_, unmatched, status] = told(EventMapper(CONDITIONS), *bodies)
    assert (unmatched.place, unmatched.seq) == (EventPosition(2, 1), 2)
    assert status.place == EventPosition(3)


def test_who_turns_out_to_match_is_told_once() -> None:
    assert kinds(found(1), UNDECIDED, MATCHED, MATCHED, ENDED) == [
        "candidate.generated",
        "candidate.matched",
        "status",
    ]


def test_a_decision_that_changes_is_told_again() -> None:
    later = kinds(found(1), UNDECIDED, ENDED, AGAIN, MATCHED, ENDED)
    assert later[-4:] == ["status", "status", "candidate.matched", "status"]


def test_who_is_discarded_counts_no_more() -> None:
    telling = EventMapper(CONDITIONS)
    gone = CandidateDiscarded(key(1), "the same entity", key(2))
    last = told(telling, found(1), found(2), UNDECIDED, gone, gone, ENDED)
    assert [x.type.split(".")[-1] for x in last] == ["generated"] * 2 + ["discarded", "status"]
    assert telling.metrics().generated_candidates_count == 1


def test_fields_are_told_of_matches_alone_and_once() -> None:
    values = (EnrichmentValue("founded", "1900"),)
    filled = CandidateEnriched(key(1), values)
    more = CandidateEnriched(key(1), (*values, EnrichmentValue("run_by", None)))
    share = decided(2, MatchStatus.MATCHED, YES, NO)
    of_share = CandidateEnriched(key(2), values)
    assert kinds(found(1), MATCHED, filled, MATCHED, filled, more) == [
        "candidate.generated",
        "candidate.matched",
        "candidate.enriched",
        "candidate.enriched",
    ]
    assert kinds(found(2), share, of_share) == ["candidate.generated", "candidate.unmatched"]


def test_what_is_told_does_not_change_with_the_row() -> None:
    """A replay reads rows that later pages have changed."""
    seen = replace(found(1), description="An observatory.")
    match = replace(MATCHED, description="An observatory with tours.")
    values = (EnrichmentValue("founded", "1900"),)
    filled = CandidateEnriched(key(1), values)
    at_once = candidate(MatchStatus.MATCHED, YES, YES, description=match.description)
    later = candidate(
        MatchStatus.UNMATCHED, NO, NO, name="Sky Ltd", url="https://sky.example", description="Now."
    )
    (enriched,) = (
        x for x in told(EventMapper(CONDITIONS), seen, match, filled) if x.type.endswith("enriched")
    )
    assert enriched.decided == 2
    for said in (seen, match):
        assert candidate_told(later, said, run()) == candidate_told(at_once, said, run())
    assert candidate_told(later, filled, run(), match) == candidate_told(
        at_once, filled, run(), match
    )
    assert candidate_told(later, filled, run(), match).description == match.description


def test_a_change_of_what_is_asked_is_told() -> None:
    assert kinds(RunChanged(20)) == ["schema.updated"]


def test_no_more_wait_for_the_end_than_have_room_before_it() -> None:
    unclear = [decided(n, MatchStatus.UNCLEAR, YES, UNCLEAR) for n in range(STEP + 5)]
    places = [x.place for x in told(EventMapper(CONDITIONS), *unclear, ENDED)]
    assert len(set(places)) == len(unclear) + 1
    assert places == sorted(places)
    assert max(x.extra for x in places) == STEP - 1
