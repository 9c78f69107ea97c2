"""Which condition stands in the way."""

from __future__ import annotations

from datetime import UTC, datetime

from netnew.domain.candidate import Candidate, Identity, MatchStatus
from netnew.domain.condition import ConditionOutcome, MatchCondition, Verdict
from netnew.domain.condition_stats import ConditionStats, condition_stats
from netnew.domain.ids import CandidateId, RunId

PLACE, SIZE = MatchCondition("place", "In Wales"), MatchCondition("size", "Small")
Y, N, U = ConditionOutcome.MATCHED, ConditionOutcome.UNMATCHED, ConditionOutcome.UNCLEAR


def candidate(number: int, status: MatchStatus, **outcomes: ConditionOutcome) -> Candidate:
    name = f"c{number}"
    return Candidate(
        id=CandidateId(name),
        run_id=RunId("run_1"),
        identity=Identity(f"site:{name}", frozenset({f"site:{name}"}), (name,)),
        name=name,
        url=f"https://{name}.test/",
        status=status,
        verdicts=tuple(Verdict(condition, outcome) for condition, outcome in outcomes.items()),
        decided_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_each_condition_has_its_counts_and_whom_it_alone_kept_out() -> None:
    found = [
        candidate(1, MatchStatus.MATCHED, place=Y, size=Y),
        candidate(2, MatchStatus.UNMATCHED, place=N),  # the other was not asked any more
        candidate(3, MatchStatus.UNMATCHED, place=Y, size=N),
        candidate(4, MatchStatus.UNCLEAR, place=Y, size=U),
        candidate(5, MatchStatus.UNCLEAR, place=U, size=U),
        candidate(6, MatchStatus.GENERATED),
        candidate(7, MatchStatus.DISCARDED, place=Y, size=Y),
    ]
    place, size = condition_stats((PLACE, SIZE), found)
    assert place == ConditionStats("place", asked=5, matched=3, unmatched=1, unclear=1)
    assert size == ConditionStats("size", 4, 1, 1, 2, alone_unmatched=1, alone_unclear=1)
    assert place.success_rate == 3 / 4


def test_what_was_never_asked_has_no_rate() -> None:
    (place,) = condition_stats((PLACE,), [])
    assert place.asked == 0
    assert place.success_rate is None


def test_verdicts_on_conditions_of_an_earlier_question_do_not_count() -> None:
    (place,) = condition_stats((PLACE,), [candidate(1, MatchStatus.UNMATCHED, place=N, old=Y)])
    assert place == ConditionStats("place", asked=1, unmatched=1, alone_unmatched=1)
