"""Verdicts → grades from 1 to 5, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence

from netnew.api.dialects.extruct.criteria import QUALIFIES, Criterion
from netnew.api.dialects.extruct.responses import Score
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.condition import ConditionOutcome, Verdict
from netnew.domain.evidence import Confidence

NOT_JUDGED = "not judged: the outcome was settled without this criterion"
_MAX_SOURCES = 3


def grade_of(verdict: Verdict) -> int:
    """Holds: 5 where that is certain, else 4. Not stated: 3. Does not hold: 1 where that is
    certain, else 2."""
    certain = verdict.confidence is Confidence.HIGH
    match verdict.outcome:
        case ConditionOutcome.MATCHED:
            return 5 if certain else 4
        case ConditionOutcome.UNCLEAR:
            return 3
        case ConditionOutcome.UNMATCHED:
            return 1 if certain else 2


def scores_of(candidate: Candidate, criteria: Sequence[Criterion]) -> dict[str, Score]:
    """One score a criterion, in their order."""
    verdicts = {x.condition: x for x in candidate.verdicts}
    return {
        x.key: _of_the_kind(candidate) if x.condition is None else _score(verdicts.get(x.condition))
        for x in criteria
    }


def relevance_of(candidate: Candidate, criteria: Sequence[Criterion]) -> int:
    """0 to 100: the mean grade, 1 being 0 and 5 being 100."""
    verdicts = {x.condition: x for x in candidate.verdicts}
    grades = [
        _grade_of_the_kind(candidate) if x.condition is None else _grade(verdicts.get(x.condition))
        for x in criteria
    ]
    points = sum(25 * (x - 1) for x in grades)
    return round(points / len(grades)) if grades else 0


def is_qualified(candidate: Candidate, criteria: Sequence[Criterion]) -> bool:
    """Whether 75 % of the criteria have grade 4 or 5."""
    if all(x.condition is None for x in criteria):
        return candidate.status is MatchStatus.MATCHED
    held = {x.condition for x in candidate.verdicts if x.outcome is ConditionOutcome.MATCHED}
    passed = sum(x.condition in held for x in criteria)
    return passed >= QUALIFIES.needed(len(criteria))


def _grade(verdict: Verdict | None) -> int:
    return 3 if verdict is None else grade_of(verdict)


def _grade_of_the_kind(candidate: Candidate) -> int:
    return 4 if candidate.status is MatchStatus.MATCHED else 3


def _score(verdict: Verdict | None) -> Score:
    if verdict is None:
        return Score(grade=_grade(None), explanation=NOT_JUDGED, sources=[])
    said = verdict.reasoning or verdict.value or ""
    sources = list(dict.fromkeys(x.url for x in verdict.citations))
    return Score(grade=grade_of(verdict), explanation=said, sources=sources)


def _of_the_kind(candidate: Candidate) -> Score:
    """Where nothing but the kind of thing was asked for: it was found as one."""
    pages, grade = list(candidate.pages[:_MAX_SOURCES]), _grade_of_the_kind(candidate)
    said = "not stated: no page of it could be read"
    if candidate.status is MatchStatus.MATCHED:
        said = "found as what was asked for"
    return Score(grade=grade, explanation=said, sources=pages)
