"""Judging the candidates of a run: verdicts, fields and rows, within the limits of the run."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from netnew.domain.budget import Cap, Spend
from netnew.domain.candidate import MatchStatus
from netnew.domain.errors import ModelUnavailable
from netnew.domain.event import CandidateEnriched
from netnew.domain.ledger import LedgerEntry
from netnew.domain.model_calls import unusable_answers
from netnew.domain.run import Run, TerminationReason
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.context import RunContext
from netnew.engine.resolution.entity import Entity
from netnew.engine.resolution.resolver import Resolver
from netnew.engine.run.circuit_breaker import JudgeCircuitBreaker
from netnew.engine.run.enrich_run import lacks_fields
from netnew.engine.run.judging_pool import JudgingPool
from netnew.engine.run.recorder import RunRecorder
from netnew.engine.run.run_state import RunSignals, RunState
from netnew.engine.run.stopping import STOPS_JUDGING, StopDecision
from netnew.engine.verification.enricher import enrich
from netnew.engine.verification.verifier import Known, Verifier

# Candidates looked up in the ledger at once.
BATCH = 100
# After this many answers, none of them usable, the model is not asked again.
MAX_UNUSABLE_ANSWERS = 8
_COUNTED = (
    " (of its answers about candidates; calls that read the question or were still under way are"
    " not counted)"
)


@dataclass(slots=True)
class RunJudging:
    """Judges candidates concurrently while the limits of the run have room for more."""

    context: RunContext
    state: RunState
    signals: RunSignals
    meter: BudgetMeter
    resolver: Resolver
    verifier: Verifier
    recorder: RunRecorder
    breaker: JudgeCircuitBreaker = field(default_factory=JudgeCircuitBreaker)
    pool: JudgingPool = field(init=False)
    _known: dict[str, Known] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pool = JudgingPool(self._judge, self.room, self.context.in_flight)
        self.meter.on_judge_answer(self._halt_if_unusable)

    @property
    def run(self) -> Run:
        """The run as it is now."""
        return self.state.run

    async def give(self, entities: Sequence[Entity]) -> None:
        """Queue the entities, after looking up what the ledger knows of them."""
        for start in range(0, len(entities), BATCH):
            self._known |= await self.verifier.known(entities[start : start + BATCH])
        self.pool.give(entities)

    def end_round(self) -> list[Entity]:
        """The entities that were not judged; they come again with the next round."""
        left = self.pool.left_over()
        for entity in left:
            entity.changed = True
        self._known.clear()
        return left

    async def enrich_matches(self) -> None:
        """Fill the fields that matches lack: they may have been added after the match."""
        spec, size = self.run.spec, max(1, self.context.in_flight)
        lacking = [e for e in self.resolver.matched() if lacks_fields(e.enrichments, spec)]
        while lacking and self.may_judge() and not self.state.is_stopping:
            batch, lacking = lacking[:size], lacking[size:]
            entries = await asyncio.gather(*(self._enrich(e) for e in batch))
            events = [CandidateEnriched(e.id, e.enrichments) for e in batch]
            ledger = [entry for some in entries for entry in some]
            await self.recorder.commit(*events, candidates=batch, ledger=ledger)

    def is_known(self, entity: Entity) -> bool:
        """Whether the ledger had a verdict on the entity when the round began, or has one now."""
        return bool(self._known.get(entity.id))

    async def take_judged(self, entities: Sequence[Entity], spend: Spend) -> None:
        """Look up what other workers have put in the ledger about these entities. `spend`, what
        they used for it, already counts for the day; their verdicts do not count as ledger
        hits."""
        known = await self.verifier.known(entities)
        self._known |= known
        self.meter.add(spend + Spend(ledger_hits=-sum(map(len, known.values()))))
        self.recorder.spend_told += spend

    def room(self) -> int:
        """How many candidates may be under way at once by the limits of the run."""
        if self.state.is_stopping or not self.may_judge():
            return 0
        counts = self.resolver.counts()
        room = self.run.spec.match_limit - counts.matched
        affordable = self.meter.affordable_calls()
        if affordable is not None and not self.context.judge_is_free:
            room = min(room, affordable)
        if self.run.spec.evaluate_limit is not None:
            judged = counts.matched + counts.unmatched + counts.unclear
            room = min(room, self.run.spec.evaluate_limit - judged)
        return room

    def may_judge(self) -> bool:
        """Whether the judge works and no cap forbids asking it."""
        if self.breaker.is_out or self._is_model_unusable:
            return False
        cap = self.meter.exhausted()
        return cap not in STOPS_JUDGING or (cap is Cap.SECONDS and self.context.judge_is_free)

    def failure(self, at_the_end: bool = False) -> StopDecision | None:
        """Why the run cannot go on with this judge, or cannot count as done; None if it can."""
        problem = self.breaker.problem_at_the_end if at_the_end else self.breaker.problem
        if problem:
            return StopDecision(TerminationReason.MODEL_UNAVAILABLE, problem)
        return self.unusable_model(at_the_end)

    def unusable_model(self, at_the_end: bool) -> StopDecision | None:
        """The end of a run whose model gives no usable answers; None if it gives some."""
        counts = self.resolver.counts()
        is_all_undecided = not counts.matched and not counts.unmatched
        if self._is_model_unusable or (
            at_the_end and is_all_undecided and self.meter.has_only_unusable_answers
        ):
            worst = max(self.meter.judging, key=lambda calls: calls.unusable)
            return StopDecision(TerminationReason.MODEL_UNUSABLE, unusable_answers(worst, _COUNTED))
        return None

    # -------------------------------------------------------------------------------- inside

    async def _judge(self, entity: Entity) -> None:
        """Do all that is to be done with one candidate: verdicts, fields and rows."""
        answers = self.meter.judging.answers
        try:
            entries = await self.verifier.verify(entity, self._known.pop(entity.id, {}))
        except ModelUnavailable as error:
            self.breaker.put_off(entity, error)
            if self.breaker.is_out:
                self.pool.halt()
            await self.recorder.save_new([entity])
            return
        # A candidate decided without the model does not show whether the model is available.
        if self.context.judge_is_free or self.meter.judging.answers > answers:
            self.breaker.answered()
        if entity.status is MatchStatus.MATCHED and self.run.spec.enrichments:
            if entries and not self.context.judge_is_free:
                await self.recorder.record(entries)  # paid for, and another call follows
                entries = []
            entries += await self._enrich(entity)
        await self.recorder.save_judged(entity, entries)

    async def _enrich(self, entity: Entity) -> list[LedgerEntry]:
        if not self.run.spec.enrichments:
            return []
        run, context = self.run, self.verifier.context
        try:
            return await enrich(entity, run.id, run.generation, run.spec, context, self.meter)
        except ModelUnavailable as error:
            self.breaker.failed(error, entity)  # its missing fields are tried once more at the end
            return []

    @property
    def _is_model_unusable(self) -> bool:
        """Whether the model has given several answers and none of them was usable."""
        meter = self.meter
        return meter.has_only_unusable_answers and meter.judging.unusable >= MAX_UNUSABLE_ANSWERS

    def _halt_if_unusable(self) -> None:
        if self._is_model_unusable:
            self.pool.halt()
