"""What the rows of a run tell of its candidates already: what need not be told again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.condition import ConditionOutcome, Verdict
from netnew.domain.ids import CandidateId, RunId
from netnew.domain.run import Counts
from netnew.engine.resolution.entity import Entity
from netnew.ports.store import CandidateStore

_DECIDED = (MatchStatus.MATCHED, MatchStatus.UNMATCHED)


@dataclass(slots=True)
class PersistedCandidates:
    """A digest of each row, since the rows of a large run do not fit beside its entities."""

    store: CandidateStore
    _digests: dict[CandidateId, int] = field(default_factory=dict)
    _decided: set[CandidateId] = field(default_factory=set)
    _matched: dict[CandidateId, int] = field(default_factory=dict)
    _statuses: dict[CandidateId, MatchStatus] = field(default_factory=dict)
    _of: Counter[MatchStatus] = field(default_factory=Counter)

    @classmethod
    async def of(cls, run_id: RunId, store: CandidateStore) -> PersistedCandidates:
        """As the rows of a run stand now."""
        told = cls(store)
        async for candidate in store.of_run(run_id):
            told._take(candidate.id, candidate)
        return told

    def has(self, entity: Entity) -> bool:
        """Whether there is a row of it."""
        return entity.id in self._digests

    def says(self, entity: Entity) -> bool:
        """Whether its row says of it just what is known now."""
        return self._digests.get(entity.id) == _digest(entity)

    def take(self, entity: Entity) -> None:
        """Its row is being written as it is now."""
        self._digests[entity.id] = _digest(entity)
        self._stands(entity.id, entity.status)

    def counts(self, discarded: int) -> Counts:
        """Of the rows, as they stand. `discarded`: also of those that never had a row."""
        of = self._of
        listed = sum(n for status, n in of.items() if status is not MatchStatus.DISCARDED)
        return Counts(
            listed,
            of[MatchStatus.MATCHED],
            of[MatchStatus.UNMATCHED],
            of[MatchStatus.UNCLEAR],
            discarded,
        )

    def generation_of(self, entity: Entity, generation: int) -> int:
        """The generation that decided it: one that matched before, and does still, was decided
        then, whatever more is written of it in this `generation`."""
        is_match = entity.status is MatchStatus.MATCHED
        return self._matched.get(entity.id, generation) if is_match else generation

    async def verdicts(self, entity: Entity) -> Mapping[str, Verdict]:
        """What a generation before this process decided about it, by condition."""
        if entity.id not in self._decided:
            return {}
        row = await self.store.get(entity.id)
        return {v.condition: v for v in row.verdicts if v.outcome is not ConditionOutcome.UNCLEAR}

    def _take(self, key: CandidateId, candidate: Candidate) -> None:
        self._digests[key] = _digest(candidate)
        self._stands(key, candidate.status)
        if candidate.status in _DECIDED:
            self._decided.add(key)
        if candidate.status is MatchStatus.MATCHED:
            self._matched[key] = candidate.generation

    def _stands(self, key: CandidateId, status: MatchStatus) -> None:
        before = self._statuses.get(key)
        if before is not None:
            self._of[before] -= 1
        self._statuses[key] = status
        self._of[status] += 1


def _digest(said: Candidate | Entity) -> int:
    return hash((said.status, said.verdicts, said.enrichments, said.merged_into))
