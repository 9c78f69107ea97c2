"""Candidates of a run that another worker has. The judge is asked, and the ledger told.

Nothing else is written: the run, its rows and its events are that worker's. Nor is anything read
that is not stored; a second look at further pages is that worker's, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from netnew.domain.budget import Budget, Spend
from netnew.domain.ids import RunId
from netnew.domain.judging_batch import JudgingBatch
from netnew.domain.ledger import LedgerEntry
from netnew.domain.run import Run, RunStatus, StopRequest
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.context import RunContext
from netnew.engine.planning.plan import plan
from netnew.engine.resolution.entity import Entity
from netnew.engine.run.judging_pool import JudgingPool
from netnew.engine.run.remote_judging import BATCHES_AHEAD
from netnew.engine.run.replay import FixedClock, from_store
from netnew.engine.run.restore import entity_of
from netnew.engine.verification.follow_up import FollowUp
from netnew.engine.verification.verifier import Known, Verifier
from netnew.ports.store import Changes

_PATIENCE_S = 60.0


async def judge_batch(batch: JudgingBatch, run: Run, context: RunContext) -> Spend:
    """Ask the judge about each candidate of `batch`; what that took. It ends early where the run
    is to stop, or another has taken it. Raises what the judge raises."""
    spec = plan(run.spec, context.judge, FixedClock(run.created_at, context.clock)).spec
    meter = BudgetMeter(Budget(), context.clock)
    recorder = _LedgerRecorder(batch.run_id, context, meter)
    verifier = Verifier(
        context,
        run.id,
        run.generation,
        spec,
        meter,
        FollowUp(context, meter, 0),
        record=recorder.record,
    )
    entities = await _entities(batch, context)
    work = _BatchJudging(batch, context, verifier, recorder, await verifier.known(entities))
    pool = JudgingPool(work.judge, work.room, max(1, context.in_flight // BATCHES_AHEAD))
    pool.give(entities)
    try:
        while pool.is_busy:
            await pool.settle(len(entities), _PATIENCE_S)
    finally:
        await pool.drop()
    return recorder.spend


async def _entities(batch: JudgingBatch, context: RunContext) -> list[Entity]:
    rows = await asyncio.gather(*(context.store.candidates.get(c) for c in batch.candidates))
    stored, apart = from_store(context), BudgetMeter(Budget(), context.clock)
    return list(await asyncio.gather(*(entity_of(row, stored, apart) for row in rows)))


@dataclass(slots=True)
class _LedgerRecorder:
    """Writes verdicts and what they cost."""

    run_id: RunId
    context: RunContext
    meter: BudgetMeter
    _spend_written: Spend = Spend()

    @property
    def spend(self) -> Spend:
        """What the judge used. Ledger hits are counted by the worker that has the run."""
        return replace(self.meter.spend, seconds=0.0, ledger_hits=0)

    async def record(self, entries: list[LedgerEntry]) -> None:
        """Write verdicts with what was spent, so that it counts for the day whatever becomes of
        the batch."""
        spent, self._spend_written = self.spend - self._spend_written, self.spend
        await self.context.store.journal.commit(
            Changes(self.run_id, ledger=tuple(entries), spent=spent)
        )


@dataclass(slots=True)
class _BatchJudging:
    """Judges the candidates of a batch while they are still wanted."""

    batch: JudgingBatch
    context: RunContext
    verifier: Verifier
    recorder: _LedgerRecorder
    known: Mapping[str, Known]
    is_wanted: bool = True

    async def judge(self, entity: Entity) -> None:
        # Before each candidate: a worker that has taken the run over judges the same ones.
        await self._check_if_wanted()
        if not self.is_wanted:
            return
        entries = await self.verifier.verify(entity, self.known.get(entity.id, {}))
        if entries:
            await self.recorder.record(entries)

    def room(self) -> int:
        return len(self.batch.candidates) if self.is_wanted else 0

    async def _check_if_wanted(self) -> None:
        run = await self.context.store.runs.get(self.batch.run_id)
        self.is_wanted = (
            run.status is RunStatus.RUNNING
            and run.stop_requested is StopRequest.NONE
            and (run.generation, run.epoch) == (self.batch.generation, self.batch.epoch)
        )
