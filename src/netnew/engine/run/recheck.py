"""The matches of the run that is refreshed are looked at again.

Their pages are read anew, once in the run. Where all that was cited is still there, nothing is
asked. Where not, the candidate is judged again: it may say something else now, or be gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from netnew.domain.candidate import Candidate, MatchStatus, RecheckOutcome
from netnew.domain.condition import Verdict
from netnew.domain.errors import ModelUnavailable
from netnew.domain.event import CandidateRechecked
from netnew.domain.ids import RunId, candidate_id_for
from netnew.domain.ledger import LedgerEntry
from netnew.engine.resolution.entity import Entity
from netnew.engine.run.judging import RunJudging
from netnew.engine.run.restore import entity_of
from netnew.engine.verification.enricher import enrich

_AT_ONCE = 16


@dataclass(slots=True)
class RunRecheck:
    """Looks at the matches of `refreshed` again, some at a time."""

    refreshed: RunId
    is_done: bool = False
    _waiting: list[Candidate] | None = None
    _told: set[str] = field(default_factory=set)

    async def step(self, judging: RunJudging) -> None:
        """Recheck the next few matches; write changes as rows and events of the current run."""
        store = judging.context.store
        if self._waiting is None:
            self._told = {c.id async for c in store.candidates.of_run(judging.run.id) if c.recheck}
            self._waiting = [
                c
                async for c in store.candidates.of_run(self.refreshed)
                if c.status is MatchStatus.MATCHED
            ]
        batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        found = await asyncio.gather(*(self._one(c, judging) for c in batch))
        rows = [row for row, _ in found if row is not None]
        events = [
            CandidateRechecked(r.id, r.name, r.url, r.recheck, r.status, r.verdicts)
            for r in rows
            if r.recheck is not None
        ]
        ledger = [entry for _, entries in found for entry in entries]
        if rows or ledger:
            await judging.recorder.commit(*events, rows=rows, ledger=ledger)
        self.is_done = not self._waiting

    async def _one(
        self, before: Candidate, judging: RunJudging
    ) -> tuple[Candidate | None, list[LedgerEntry]]:
        """The row that tells what changed, None where nothing did."""
        key = candidate_id_for(judging.run.id, f"recheck {before.id}")
        if key in self._told:
            return None, []
        age = judging.context.clock.now() - judging.run.created_at
        entity = await entity_of(before, judging.context, judging.meter, age)
        known = (await judging.verifier.known([entity])).get(entity.id, {})
        try:
            entries = await judging.verifier.verify(entity, known)
            if entity.status is MatchStatus.MATCHED and judging.run.spec.enrichments:
                run = judging.run
                entries += await enrich(
                    entity, run.id, run.generation, run.spec, judging.context, judging.meter
                )
        except ModelUnavailable as error:
            judging.breaker.failed(error)
            return None, []  # nothing is known of it; the next refresh looks again
        outcome = _outcome(before, entity)
        if outcome is None:
            return None, entries
        row = replace(
            before,
            id=key,
            run_id=judging.run.id,
            status=entity.status,
            verdicts=entity.verdicts,
            enrichments=entity.enrichments,
            generation=judging.run.generation,
            decided_at=entity.decided_at,
            recheck=outcome,
        )
        return row, entries


def _outcome(before: Candidate, now: Entity) -> RecheckOutcome | None:
    if now.status is not MatchStatus.MATCHED:
        return RecheckOutcome.GONE
    values = {e.name: e.value for e in before.enrichments}
    fields_changed = any(e.name in values and values[e.name] != e.value for e in now.enrichments)
    if _values(before.verdicts) != _values(now.verdicts) or fields_changed:
        return RecheckOutcome.CHANGED
    return None


def _values(verdicts: Sequence[Verdict]) -> dict[str, tuple[str, str | None]]:
    return {v.condition: (v.outcome.value, v.value) for v in verdicts}
