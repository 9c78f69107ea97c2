"""How often each condition was met, and which one prevents matches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.condition import ConditionOutcome, MatchCondition

_JUDGED = frozenset({MatchStatus.MATCHED, MatchStatus.UNMATCHED, MatchStatus.UNCLEAR})


@dataclass(frozen=True, slots=True)
class ConditionStats:
    """The outcomes of one condition over all judged candidates of a run.

    `asked` = `matched` + `unmatched` + `unclear`; candidates ruled out by another condition
    before are not included. `alone_unmatched` and `alone_unclear`: candidates that met all other
    conditions, so that only this one keeps them from matching. Many `alone_unclear` mean that
    the pages, or the judge, cannot answer the condition; many `alone_unmatched`, that a weaker
    one would match that many more."""

    condition: str
    asked: int = 0
    matched: int = 0
    unmatched: int = 0
    unclear: int = 0
    alone_unmatched: int = 0
    alone_unclear: int = 0

    @property
    def success_rate(self) -> float | None:
        """The share of decided candidates that met it; None if none is decided."""
        decided = self.matched + self.unmatched
        return self.matched / decided if decided else None


@dataclass(slots=True)
class _Tally:
    outcomes: Counter[ConditionOutcome] = field(default_factory=Counter)
    alone: Counter[ConditionOutcome] = field(default_factory=Counter)


def condition_stats(
    conditions: Sequence[MatchCondition], candidates: Iterable[Candidate]
) -> tuple[ConditionStats, ...]:
    """A yield for each of `conditions`, in their order. Candidates that are not judged, or are
    discarded, do not count."""
    tallies = {c.name: _Tally() for c in conditions}
    for candidate in candidates:
        if candidate.status in _JUDGED:
            _count(tallies, candidate)
    return tuple(_yield_of(name, tally) for name, tally in tallies.items())


def _count(tallies: dict[str, _Tally], candidate: Candidate) -> None:
    outcomes = {v.condition: v.outcome for v in candidate.verdicts if v.condition in tallies}
    for name, outcome in outcomes.items():
        tallies[name].outcomes[outcome] += 1
    failing = [
        name for name, outcome in outcomes.items() if outcome is not ConditionOutcome.MATCHED
    ]
    if len(failing) == 1 and len(outcomes) == len(tallies):
        tallies[failing[0]].alone[outcomes[failing[0]]] += 1


def _yield_of(name: str, tally: _Tally) -> ConditionStats:
    by, alone = tally.outcomes, tally.alone
    return ConditionStats(
        name,
        by.total(),
        by[ConditionOutcome.MATCHED],
        by[ConditionOutcome.UNMATCHED],
        by[ConditionOutcome.UNCLEAR],
        alone[ConditionOutcome.UNMATCHED],
        alone[ConditionOutcome.UNCLEAR],
    )
