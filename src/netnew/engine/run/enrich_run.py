"""An errand of a run that has ended: fill fields asked for later, and find nothing new."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from netnew.domain.budget import Budget, Spend
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.enrichment import EnrichmentValue, leaves
from netnew.domain.errors import Conflict, ModelUnavailable
from netnew.domain.event import CandidateEnriched, EventBody, RunStatusChanged
from netnew.domain.ledger import LedgerEntry
from netnew.domain.run import Run, RunSpec, RunStatus, StopRequest
from netnew.engine.budget_meter import BudgetMeter, ReplayPhase
from netnew.engine.context import RunContext
from netnew.engine.effort import generator_named
from netnew.engine.round_totals import as_told, rest_of
from netnew.engine.run.circuit_breaker import JudgeCircuitBreaker
from netnew.engine.run.replay import from_store
from netnew.engine.run.restore import entity_of
from netnew.engine.run.transitions import ended_as_asked
from netnew.engine.verification.enricher import enrich
from netnew.ports.store import Changes

_BATCH = 50


def lacks_fields(values: Collection[EnrichmentValue], spec: RunSpec) -> bool:
    """Whether a field that is asked for has no value, not even 'nothing is said'."""
    return bool({leaf.name for leaf in leaves(spec.enrichments)} - {v.name for v in values})


@dataclass(slots=True)
class EnrichRun:
    """Fills the fields of the matches of a run, from the pages that are stored."""

    run: Run
    context: RunContext
    meter: BudgetMeter
    breaker: JudgeCircuitBreaker = field(default_factory=JudgeCircuitBreaker)
    _waiting: list[Candidate] = field(default_factory=list)
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(16))
    _spend_told: Spend = Spend()
    _day_spent: Spend = Spend()

    @classmethod
    async def begin(cls, run: Run, context: RunContext) -> EnrichRun:
        budget = generator_named(run.spec.generator).budget.with_caps_of(run.spec.budget)
        spent = run.spend - run.spend_before
        meter = BudgetMeter(budget, context.clock, run.spend_before, spent, ReplayPhase.BEFORE)
        work = cls(run, from_store(context), meter, _spend_told=run.spend)
        await work._look_for_lacking()
        await work._look_at_the_day()
        if run.status is RunStatus.QUEUED:
            now = context.clock.now()
            work.run = replace(run, status=RunStatus.RUNNING, started_at=now, updated_at=now)
            await work._commit(Changes(run.id, (RunStatusChanged(RunStatus.RUNNING),), work.run))
        return work

    async def step(self) -> bool:
        """Fill some; False once all are, or the run is to stop. Raises TakenOver, Conflict."""
        if self.run.stop_requested is StopRequest.NONE and self._waiting and not self._is_over():
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            done = await asyncio.gather(*(self._fill(c) for c in batch))
            filled = [(row, entries) for row, entries in done if row is not None]
            rows = tuple(row for row, _ in filled)
            events = tuple(CandidateEnriched(r.id, r.enrichments) for r in rows)
            ledger = tuple(entry for _, entries in filled for entry in entries)
            self.run = replace(
                self.run, spend=self.meter.spend, updated_at=self.context.clock.now()
            )
            await self._commit(
                Changes(self.run.id, events, self.run, candidates=rows, ledger=ledger)
            )
            await self._look_at_the_day()
            return True
        try:
            await self._end()
        except Conflict:  # further fields were asked for
            fresh = await self.context.store.runs.get(self.run.id)
            self.run = replace(self.run, spec=fresh.spec, revision=fresh.revision)
            await self._look_for_lacking()
            return True
        return False

    async def abandon_in_flight(self) -> None:
        """What is under way is over soon enough."""

    async def break_off(self) -> None:
        """Nothing is held between two stretches."""

    def _is_over(self) -> bool:
        return self.breaker.is_out or self._is_spent()

    def _is_spent(self) -> bool:
        """Whether the caller's cap on money or tokens is reached; pages are there already."""
        caps = Budget(cost=self.run.spec.budget.cost, tokens=self.run.spec.budget.tokens)
        spent = self.meter.spend - self.run.spend_before
        day = self.context.day_budget.exhausted_by(self._day_spent)
        return day is not None or caps.exhausted_by(spent) is not None

    async def _look_at_the_day(self) -> None:
        if self.context.day_budget.is_capped:
            today = self.context.clock.now().date()
            self._day_spent = await self.context.store.runs.spent_on(today)

    async def _fill(self, candidate: Candidate) -> tuple[Candidate | None, list[LedgerEntry]]:
        """The row with its fields and what the ledger is to know; None where the judge was away."""
        async with self._gate:
            if self.breaker.is_out:
                return None, []
            entity = await entity_of(candidate, self.context, self.meter)
            run, context = self.run, self.context
            try:
                entries = await enrich(
                    entity, run.id, run.generation, run.spec, context, self.meter
                )
            except ModelUnavailable as error:
                self.breaker.failed(error)
                return None, []
            self.breaker.answered()
        return replace(candidate, enrichments=entity.enrichments), entries

    async def _look_for_lacking(self) -> None:
        self._waiting = [
            c
            async for c in self.context.store.candidates.of_run(self.run.id)
            if c.status is MatchStatus.MATCHED and lacks_fields(c.enrichments, self.run.spec)
        ]

    async def _end(self) -> None:
        asked, before = self.run.stop_requested, self.run.ended_as or RunStatus.COMPLETED
        status = ended_as_asked(asked) if asked is StopRequest.PAUSE else before
        ended = replace(self.run, status=status, updated_at=self.context.clock.now())
        if self.breaker.last:
            ended = replace(ended, termination_detail=f"some fields are open: {self.breaker.last}")
        reason = ended.termination_reason if status.is_terminal else None
        told = RunStatusChanged(status, reason, ended.termination_detail if reason else "")
        events: tuple[EventBody, ...] = (*rest_of(ended), told)
        ended = as_told(ended)
        await self._commit(Changes(ended.id, events, ended, if_revision=self.run.revision))
        self.run = ended

    async def _commit(self, changes: Changes) -> None:
        spend = self.run.spend
        receipt = await self.context.store.journal.commit(
            replace(changes, epoch=self.run.epoch, spent=spend - self._spend_told)
        )
        self._spend_told = spend
        self.run = replace(self.run, stop_requested=receipt.stop_requested)
