"""The status of a candidate by its verdicts."""

from __future__ import annotations

from collections.abc import Sequence

from netnew.domain.candidate import MatchStatus
from netnew.domain.condition import ConditionOutcome, MatchRule, Verdict


def status_of(
    verdicts: Sequence[Verdict], conditions: int, rule: MatchRule, has_evidence: bool = True
) -> MatchStatus:
    """The status of a candidate by its verdicts so far."""
    held = sum(v.outcome is ConditionOutcome.MATCHED for v in verdicts)
    failed = sum(v.outcome is ConditionOutcome.UNMATCHED for v in verdicts)
    if conditions and held >= rule.needed(conditions):
        return MatchStatus.MATCHED
    if rule.is_out_of_reach(failed, conditions):
        return MatchStatus.UNMATCHED
    if not conditions and has_evidence:
        return MatchStatus.MATCHED
    return MatchStatus.UNCLEAR
