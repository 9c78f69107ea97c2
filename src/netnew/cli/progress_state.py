"""The progress of a run, computed from its events."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from netnew.domain.budget import Spend
from netnew.domain.candidate import MatchStatus
from netnew.domain.event import (
    CandidateDecided,
    CandidateDiscarded,
    CandidateGenerated,
    Event,
    RoundEnded,
    SourceFailed,
)
from netnew.domain.ids import CandidateId
from netnew.domain.run import Counts, Run


@dataclass(slots=True)
class ProgressState:
    """`seq`: the last event taken. `counted_to`: events up to this one are already in the counts.

    A candidate without an event counts as not judged until a round ends.
    """

    seq: int = 0
    counted_to: int = 0
    round: int = 0
    spend: Spend = field(default_factory=Spend)
    matches: dict[CandidateId, CandidateDecided] = field(default_factory=dict)
    failures: list[SourceFailed] = field(default_factory=list)
    error: Exception | None = None
    """The error that broke the run off, if one did."""
    _standing: dict[CandidateId, MatchStatus] = field(default_factory=dict)
    _of: Counter[MatchStatus] = field(default_factory=Counter)

    @classmethod
    def of(cls, run: Run, after: int | None = None) -> ProgressState:
        """The progress of `run` as it is; takes the events after `after` (None: only new ones)."""
        seq = run.last_seq if after is None else after
        tally = cls(seq, run.last_seq, run.rounds, run.spend)
        tally._of = _by_status(run.counts)
        return tally

    def catch_up(self, run: Run) -> None:
        """Take over the counts of `run` if it is ahead of the events taken so far.

        Its counts know the earlier status of each candidate, which events do not tell.
        """
        if run.last_seq < self.seq or run.last_seq <= self.counted_to:
            return
        self.counted_to, self.round, self.spend = run.last_seq, run.rounds, run.spend
        self._of = _by_status(run.counts)

    def take(self, event: Event) -> None:
        counts = event.seq > self.counted_to
        self.seq = event.seq
        match event.body:
            case CandidateGenerated(candidate_id=key):
                self._stands(key, MatchStatus.GENERATED, counts, is_new=True)
            case CandidateDecided(candidate_id=key, status=status) as decided:
                self._stands(key, status, counts)
                self.matches.pop(key, None)
                if status is MatchStatus.MATCHED:
                    self.matches[key] = decided
            case CandidateDiscarded(candidate_id=key):
                self._stands(key, MatchStatus.DISCARDED, counts)
                self.matches.pop(key, None)
            case RoundEnded() as ended if counts:
                self.round, self.spend = ended.number, ended.spend
                self._of = _by_status(ended.counts)
            case SourceFailed() as failure:
                self.failures.append(failure)
            case _:
                pass

    def count(self, status: MatchStatus) -> int:
        return self._of[status]

    @property
    def candidates(self) -> int:
        """The number of candidates without the discarded."""
        return sum(n for status, n in self._of.items() if status is not MatchStatus.DISCARDED)

    def _stands(
        self, key: CandidateId, status: MatchStatus, counts: bool, is_new: bool = False
    ) -> None:
        before = self._standing.get(key, MatchStatus.GENERATED)
        self._standing[key] = status
        if counts:
            self._of[status] += 1
            if not is_new:
                self._of[before] = max(0, self._of[before] - 1)


def _by_status(counts: Counts) -> Counter[MatchStatus]:
    decided = counts.matched + counts.unmatched + counts.unclear
    return Counter(
        {
            MatchStatus.GENERATED: max(0, counts.generated - decided),
            MatchStatus.MATCHED: counts.matched,
            MatchStatus.UNMATCHED: counts.unmatched,
            MatchStatus.UNCLEAR: counts.unclear,
            MatchStatus.DISCARDED: counts.discarded,
        }
    )
