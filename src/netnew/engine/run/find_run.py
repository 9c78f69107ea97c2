"""The stages joined into one run; reads from top to bottom.

A run is worked on in stretches: a round of discovery, or a batch of candidates judged. Between two
stretches nothing is held that is not written down or does not follow from what is: any process can
take the run and go on (`retrace`).
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from netnew.domain.budget import Cap, Spend
from netnew.domain.candidate import MatchStatus
from netnew.domain.errors import Conflict, ModelUnavailable, TakenOver
from netnew.domain.event import CandidateEnriched, RoundEnded, RunStatusChanged
from netnew.domain.ledger import LedgerEntry
from netnew.domain.model_calls import unusable_answers
from netnew.domain.run import Estimate, Run, RunStatus, StopRequest, TerminationReason
from netnew.engine.budget_meter import BudgetMeter, ReplayPhase
from netnew.engine.context import RunContext
from netnew.engine.discovery.discovery import Discovery, Round
from netnew.engine.discovery.frontier import Frontier
from netnew.engine.discovery.prefetch import Prefetcher, a_round_of
from netnew.engine.discovery.relevance import Relevance
from netnew.engine.effort import generator_named
from netnew.engine.planning.plan import plan
from netnew.engine.resolution.cannot_link import CannotLink
from netnew.engine.resolution.entity import Entity
from netnew.engine.resolution.exclusions import Exclusions
from netnew.engine.resolution.pair_matching import PairMatcher, match_pairs
from netnew.engine.resolution.resolver import Resolver
from netnew.engine.round_totals import as_told, rest_of, round_ended
from netnew.engine.run.circuit_breaker import JudgeCircuitBreaker
from netnew.engine.run.enrich_run import lacks_fields
from netnew.engine.run.judging_pool import JudgingPool
from netnew.engine.run.persisted_state import PersistedCandidates
from netnew.engine.run.recheck import RunRecheck
from netnew.engine.run.recorder import ASKED_OUT, RunRecorder
from netnew.engine.run.remote_judging import RemoteJudging
from netnew.engine.run.replay import FixedClock, from_store
from netnew.engine.run.stopping import COST_WINDOW, StopDecision, StopProgress, stop_for
from netnew.engine.run.transitions import STOPPED, ended_as_asked
from netnew.engine.run.unread_pages import CountingFetcher, UnreadCounter
from netnew.engine.verification.enricher import enrich
from netnew.engine.verification.follow_up import FollowUp
from netnew.engine.verification.verifier import Known, Verifier

# Candidates judged in one stretch.
BATCH = 100
# A stretch is over after so many seconds, however slow the judge.
STRETCH_S = 30.0
# How long a stretch waits for candidates before it looks whether it is to stop, in seconds.
LOOK_EVERY_S = 0.25
# What is found already is still judged when there is nothing left to search or fetch with.
STOPS_JUDGING = frozenset({Cap.COST, Cap.TOKENS, Cap.SECONDS})
_FAILS = frozenset(
    {
        TerminationReason.ERROR_OCCURRED,
        TerminationReason.TIMEOUT,
        TerminationReason.MODEL_UNUSABLE,
        TerminationReason.MODEL_UNAVAILABLE,
    }
)
# After so many answers of which none could be used, the model is asked no more.
UNUSABLE_HANDFUL = 8
_COUNTED = (
    " (of its answers about candidates; calls that read the question or were still under way are"
    " not counted)"
)


@dataclass(slots=True)
class FindRun:
    """A run that finds, under way in this process. Made by `begin`; `step` until it is done."""

    recorder: RunRecorder
    context: RunContext
    meter: BudgetMeter
    resolver: Resolver
    discovery: Discovery
    verifier: Verifier
    patience: float
    pool: JudgingPool = field(init=False)
    remote_judging: RemoteJudging = field(default_factory=RemoteJudging)
    pair_matcher: PairMatcher = field(default_factory=PairMatcher)
    recheck: RunRecheck | None = None
    breaker: JudgeCircuitBreaker = field(default_factory=JudgeCircuitBreaker)
    idle_leads: float = 0.0
    failure: str = ""
    _round: Round | None = None
    _cut: Round | None = None
    _fields_asked: bool = False
    _known: dict[str, Known] = field(default_factory=dict)
    _day_spent: Spend = Spend()

    @property
    def run(self) -> Run:
        """As it stands."""
        return self.recorder.run

    @run.setter
    def run(self, run: Run) -> None:
        self.recorder.run = run

    @property
    def is_replaying(self) -> bool:
        """Whether this is a round that was finished before this process took the run."""
        return self.recorder.is_replaying

    @classmethod
    async def begin(cls, run: Run, context: RunContext) -> FindRun:
        """Take up a run that was just taken: from its first round, or from where it was left."""
        planned = plan(run.spec, context.judge, FixedClock(run.created_at, context.clock))
        # The limit of its generator held for the question; what extends a run goes beyond it.
        spec = replace(planned.spec, evaluate_limit=run.spec.evaluate_limit)
        unread, ahead = UnreadCounter(), context
        context = replace(context, fetcher=CountingFetcher(context.fetcher, unread))
        generator = generator_named(spec.generator)
        spent = run.spend - run.spend_before
        meter = BudgetMeter(planned.budget, context.clock, run.spend_before, spent)
        resolver = Resolver(
            run.id,
            context.clock,
            Exclusions.from_bytes(await context.store.runs.excluded(run.id)),
            run.generation,
            cannot_link=CannotLink.of(await context.store.candidates.merges(run.id)),
        )
        discovery = Discovery(
            context,
            spec,
            generator,
            meter,
            resolver,
            Frontier(generator.result_pages),
            Relevance(spec, run.created_at.date()),
            _never,
        )
        discovery.start(planned.queries)
        told = await PersistedCandidates.of(run.id, context.store.candidates)
        follow_up = FollowUp(context, meter, generator.deeper_pages, generator.targeted_searches)
        verifier = Verifier(context, run.id, run.generation, spec, meter, follow_up, told.verdicts)
        begun = replace(run, spec=spec, judge_profile=planned.judge_profile)
        # What the plan took counts for the day with the first commit.
        is_new = run.status is RunStatus.QUEUED and not run.rounds and run.generation == 1
        counted = Spend() if is_new else run.spend
        recorder = RunRecorder(begun, context, meter, resolver, discovery, told, unread, counted)
        work = cls(recorder, context, meter, resolver, discovery, verifier, generator.patience)
        discovery.halted = work._is_halted
        if not context.judge_is_free:  # else judging leaves no time to fetch in
            discovery.ahead = Prefetcher(ahead, meter, a_round_of(generator))
        verifier.record = work.recorder.record
        work.pool = JudgingPool(work._judge, work._room, context.in_flight)
        meter.on_judging = work._halt_where_unusable
        if spec.rechecks and spec.refreshes is not None:
            work.recheck = RunRecheck(spec.refreshes)
        work._set_out()
        if run.status is RunStatus.QUEUED:
            await work.recorder.announce_start(planned.queries, planned.unreadable)
        return work

    async def step(self) -> bool:
        """Do one stretch of work; False once the run has ended (or is paused).

        Whatever goes wrong, the rows stay. Raises TakenOver where another has the run now.
        """
        if self._fields_asked and not self.is_replaying:
            await self._enrich_matches()
        if self._round is not None:
            await self._judge_some()
            if not self.pool.is_busy:
                await self._end_round(self._round)
            return True
        stop = await self._reason_to_stop()
        if stop is not None:
            return not await self._end(stop)
        if self._cut is not None:  # it was asked to go on before it had stopped
            await self._count_round(self._cut)
        if self.recheck is not None and not self.recheck.is_done:
            await self.recheck.some(self)
        else:
            await self._begin_round()
        return True

    @property
    def ahead(self) -> Prefetcher | None:
        return self.discovery.ahead

    async def abandon_in_flight(self) -> None:
        """Let go of those being judged; they count as not judged. For a run that is to stop."""
        await self.pool.drop()

    async def break_off(self) -> None:
        """Drop what is under way; the run stays as it was last written."""
        if self.ahead is not None:
            await self.ahead.halt()
        await self.remote_judging.stop()
        await self.pool.drop()

    # ---------------------------------------------------------------------------------- rounds

    async def _begin_round(self) -> None:
        if self.ahead is not None:
            await self.ahead.halt()
        self._round = await self.discovery.round()
        if self._round.failures:
            last = self._round.failures[-1]
            self.failure = f"source {last.source}: {last.problem}"
        if not self.is_replaying:
            await (
                self.recorder.commit()
            )  # what was asked and fetched is spent, whatever happens next
        waiting = await self._waiting()
        for start in range(0, len(waiting), BATCH):
            some = waiting[start : start + BATCH]
            self._known |= await self.verifier.known(some)
        self.pool.give(waiting)
        if not self.is_replaying:
            await self.remote_judging.begin(self)
            if self._room() > 0:
                self.discovery.look_ahead(self._round)

    async def _waiting(self) -> list[Entity]:
        """Those to be judged: new, or with new evidence. What turns out to be on the exclude list
        is dropped before."""
        waiting = []
        for entity in self.resolver.drain_changed():
            if self.resolver.is_excluded(entity):
                entity.status = MatchStatus.DISCARDED
            elif entity.status in (MatchStatus.GENERATED, MatchStatus.UNCLEAR):
                waiting.append(entity)
        return waiting

    async def _end_round(self, this: Round) -> None:
        left = self.pool.left_over()
        for entity in left:
            entity.changed = True  # it comes again with the next round
        await self.recorder.save_new(left)
        self._known.clear()
        self._round = None
        if self.run.stop_requested is not StopRequest.NONE:
            self._cut = this  # it is walked to its end when the run is taken up again
            return
        await self._count_round(this)

    async def _count_round(self, this: Round) -> None:
        self._cut = None
        if self.ahead is not None:
            self.ahead.end_round()
        grown = await self._settle_grey_zone()
        self.discovery.learn(this)
        self.resolver.entity_counts.end_round(this.effort)
        new_matches = len(self.resolver.entity_counts.matched_since(this.mark))
        self.idle_leads = 0.0 if new_matches else self.idle_leads + this.effort
        replayed, self.recorder.rounds = self.is_replaying, self.recorder.rounds + 1
        if not replayed:
            # A worker that gets so far is no victim of the run.
            self.run = replace(self.run, rounds=self.recorder.rounds, takeovers=0)
            told = (*self.recorder.events_of(grown), self._round_ended(this))
            await self.recorder.commit(*this.failures, *told, candidates=grown, sums_up=True)
        elif self.recorder.rounds in (self.run.rounds, self.run.rounds_before):
            await self._catch_up()

    async def _settle_grey_zone(self) -> list[Entity]:
        """Those that were found to be one with another; their rows are yet to be written."""
        return await match_pairs(
            self.pair_matcher,
            self.resolver,
            self.verifier.context,
            self.run.spec,
            self.meter,
            may_ask=not self.is_replaying and self._may_judge(),
            halted=self._is_halted,
            record=self.recorder.record,
        )

    def _round_ended(self, this: Round) -> RoundEnded:
        self.run = self.recorder.summed_up()
        told = round_ended(self.run, this.number, tuple(lead.query for lead in this.queries))
        self.run = as_told(self.run)
        return told

    # ------------------------------------------------------------------------------- retracing

    def _set_out(self) -> None:
        """Rounds before this budget are retraced without caps, those under it with all of them."""
        if not self.is_replaying:
            return
        self._use(from_store(self.context))
        self.meter.phase = ReplayPhase.BEFORE if self.run.rounds_before else ReplayPhase.AGAIN

    def _use(self, context: RunContext) -> None:
        self.discovery.context = self.verifier.context = self.verifier.follow_up.context = context

    async def _catch_up(self) -> None:
        """A part of the way is retraced: another is to be, or the run goes on."""
        if self.meter.phase is ReplayPhase.BEFORE:
            self.meter.phase = ReplayPhase.AGAIN
            self.idle_leads = 0.0
            self.resolver.entity_counts.curve.begin()
            for entity in self.resolver.entities:
                if entity.merged_into is None:
                    self.verifier.apply_deferred(entity)
        if self.is_replaying:
            return
        self.meter.phase = ReplayPhase.ON
        self._use(self.context)
        self.recorder.catch_up()
        await self.recorder.sync_stale(only_new=True)
        self._fields_asked = True

    # --------------------------------------------------------------------------------- judging

    async def _judge_some(self) -> None:
        """Judge a batch, or for as long as a stretch may take where calls are slow."""
        until = self.context.clock.monotonic() + STRETCH_S
        while await self.pool.settle(BATCH, LOOK_EVERY_S):
            await self._poll_signals()
            if self._room() <= 0:
                await self.remote_judging.stop()
            if self.context.clock.monotonic() >= until:
                return
        await self._poll_signals()

    async def _judge(self, entity: Entity) -> None:
        """All that is done with one candidate: verdicts, fields, and its rows."""
        answers = self.meter.judging.answers
        try:
            entries = await self.verifier.verify(entity, self._known.pop(entity.id, {}))
        except ModelUnavailable as error:
            self.breaker.put_off(entity, error)
            if self.breaker.is_out:
                self.pool.halt()
            await self.recorder.save_new([entity])
            return
        # Who was decided without the model says nothing of whether it is there.
        if self.context.judge_is_free or self.meter.judging.answers > answers:
            self.breaker.answered()
        if entity.status is MatchStatus.MATCHED and self.run.spec.enrichments:
            if entries and not self.context.judge_is_free:
                await self.recorder.record(entries)  # paid for, and another call follows
                entries = []
            entries += await self._enriched(entity)
        if not self.is_replaying:
            events = (
                [] if self.recorder.told.says(entity) else list(self.recorder.events_of([entity]))
            )
            await self.recorder.commit(
                *events, candidates=[entity] if events else (), ledger=entries
            )
        elif entries:
            await self.recorder.record(entries)

    async def _enriched(self, entity: Entity) -> list[LedgerEntry]:
        if not self.run.spec.enrichments:
            return []
        run, context = self.run, self.verifier.context
        try:
            return await enrich(entity, run.id, run.generation, run.spec, context, self.meter)
        except ModelUnavailable as error:
            self.breaker.failed(error, entity)  # what it lacks is asked for once more in the end
            return []

    async def _enrich_matches(self) -> None:
        """Fill the fields that matches lack: they may have been asked for after they matched."""
        self._fields_asked = False
        spec, at_once = self.run.spec, max(1, self.context.in_flight)
        lacking = [e for e in self.resolver.matched() if lacks_fields(e.enrichments, spec)]
        while lacking and self._may_judge() and self.run.stop_requested is StopRequest.NONE:
            some, lacking = lacking[:at_once], lacking[at_once:]
            entries = await asyncio.gather(*(self._enriched(e) for e in some))
            told = [CandidateEnriched(e.id, e.enrichments) for e in some]
            await self.recorder.commit(
                *told, candidates=some, ledger=[x for new in entries for x in new]
            )

    def is_known(self, entity: Entity) -> bool:
        """Whether a verdict on it was on record when the round began, or is now."""
        return bool(self._known.get(entity.id))

    async def take_judged(self, lent: Sequence[Entity], spend: Spend) -> None:
        """Others were asked to judge them, and took `spend` for it (which counts for the day
        already): what they put on record is judged, not remembered."""
        known = await self.verifier.known(lent)
        self._known |= known
        self.meter.add(spend + Spend(ledger_hits=-sum(map(len, known.values()))))
        self.recorder.spend_told += spend

    def _room(self) -> int:
        """How many may be under way at once: as many as the limits still have room for."""
        if self.run.stop_requested is not StopRequest.NONE or not self._may_judge():
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

    @property
    def _is_model_unusable(self) -> bool:
        """Whether a handful of answers has come, and none that could be used."""
        meter = self.meter
        return meter.has_only_unusable_answers and meter.judging.unusable >= UNUSABLE_HANDFUL

    def _halt_where_unusable(self) -> None:
        if self._is_model_unusable:
            self.pool.halt()

    def _may_judge(self) -> bool:
        if self.breaker.is_out or self._is_model_unusable:
            return False
        cap = self.meter.exhausted()
        return cap not in STOPS_JUDGING or (cap is Cap.SECONDS and self.context.judge_is_free)

    # -------------------------------------------------------------------------------- stopping

    def _model_failure(self, at_the_end: bool = False) -> StopDecision | None:
        """Why the run cannot go on with this judge, or cannot count as done; None where it can."""
        problem = self.breaker.problem_at_the_end if at_the_end else self.breaker.problem
        if problem:
            return StopDecision(TerminationReason.MODEL_UNAVAILABLE, problem)
        return self._unusable_model(at_the_end)

    def _unusable_model(self, at_the_end: bool) -> StopDecision | None:
        counts = self.resolver.counts()
        is_all_undecided = not counts.matched and not counts.unmatched
        if self._is_model_unusable or (
            at_the_end and is_all_undecided and self.meter.has_only_unusable_answers
        ):
            worst = max(self.meter.judging, key=lambda calls: calls.unusable)
            return StopDecision(TerminationReason.MODEL_UNUSABLE, unusable_answers(worst, _COUNTED))
        return None

    async def _reason_to_stop(self) -> StopDecision | None:
        await self._poll_signals()
        if self.run.stop_requested is not StopRequest.NONE:
            return StopDecision(TerminationReason.USER_CANCELLED, STOPPED)
        if self.is_replaying:
            return None
        began = self.run.started_at
        if began is not None and self.context.clock.now() - began > self.context.lifetime:
            return StopDecision(
                TerminationReason.TIMEOUT, f"still not done after {self.context.lifetime}"
            )
        day_cap = self.context.day_budget.exhausted_by(self._day_spent)
        if day_cap is not None:
            return StopDecision(
                TerminationReason.BUDGET_EXHAUSTED,
                f"the day's cap on {day_cap.value} is reached; all rows are kept",
            )
        if failure := self._model_failure():
            return failure
        progress = StopProgress(
            self.resolver.counts(),
            self.idle_leads,
            self.discovery.open_leads,
            self.meter.exhausted(),
            self.failure if self.discovery.only_failures else "",
            _most_expected(self.run.estimate),
            self.resolver.entity_counts.curve.leads_per_match(COST_WINDOW * self.patience),
        )
        stop = stop_for(progress, self.run.spec, self.patience)
        if stop is not None and stop.reason in ASKED_OUT:
            if self.breaker.waits(self.resolver.entities):
                return None  # another round, though nothing new may be found in it
            return self._model_failure(at_the_end=True) or stop
        if stop is not None and stop.reason is TerminationReason.EVALUATE_LIMIT_MET:
            return self._unusable_model(at_the_end=True) or stop
        return stop

    async def _is_halted(self) -> bool:
        """Whether nothing more may be started within a round."""
        if not self.is_replaying and self.meter.exhausted() in STOPS_JUDGING:
            return True
        await self._poll_signals()
        return self.run.stop_requested is not StopRequest.NONE

    async def _poll_signals(self) -> None:
        """Learn what was asked of the run meanwhile. Raises TakenOver."""
        signal = await self.context.store.runs.signal(self.run.id)
        if signal.epoch != self.run.epoch:
            raise TakenOver(f"{self.run.id} is another worker's now")
        if self.context.day_budget.is_capped:
            today = self.context.clock.now().date()
            self._day_spent = await self.context.store.runs.spent_on(today)
        await self._apply_signals(signal.stop_requested, signal.revision)

    async def _apply_signals(self, stop_requested: StopRequest, revision: int) -> None:
        if stop_requested is not self.run.stop_requested:
            self.run = replace(self.run, stop_requested=stop_requested)
        if revision != self.run.revision:
            fresh = await self.context.store.runs.get(self.run.id)
            self.run = replace(self.run, spec=fresh.spec, revision=fresh.revision)
            self.discovery.spec = self.verifier.spec = fresh.spec
            self._fields_asked = True

    async def _end(self, stop: StopDecision) -> bool:
        """False where what is asked was changed at that very moment: then the run goes on."""
        await self.pool.drain()
        if self.ahead is not None:
            await self.ahead.halt()
            self.ahead.end()
        if not self.is_replaying:
            for entity in self.resolver.entities:
                if entity.merged_into is None and self._room() > 0:
                    self.verifier.apply_deferred(entity)
            await self.recorder.sync_stale()
            if self.run.stop_requested is StopRequest.NONE:
                await self._enrich_matches()
        if not self.is_replaying:
            await self.recorder.commit(sums_up=True)  # the end itself may be refused
        now = self.context.clock.now()
        asked = self.run.stop_requested
        if asked is not StopRequest.NONE:
            status = ended_as_asked(asked)
        else:
            status = RunStatus.FAILED if stop.reason in _FAILS else RunStatus.COMPLETED
        reason = None if status is RunStatus.PAUSED else stop.reason
        self.recorder.ended_by = reason
        before = self.run
        rest = () if self.is_replaying else rest_of(self.run)
        self.run = replace(
            self.run if self.is_replaying else as_told(self.run),
            status=status,
            termination_reason=reason,
            termination_detail=stop.detail if reason else "",
            ended_at=now if status.is_terminal else None,
        )
        told = RunStatusChanged(status, reason, self.run.termination_detail)
        try:
            await self.recorder.commit(*rest, told, sums_up=True, if_revision=before.revision)
        except Conflict:
            self.run, self.recorder.ended_by = before, None
            await self._poll_signals()
            return False
        return True


def _most_expected(estimate: Estimate | None) -> float:
    """The most matches that are expected of further queries and those found. What the undecided
    candidates may add is left out: no further query decides them."""
    if estimate is None:
        return math.inf
    return estimate.high if estimate.decided_high is None else estimate.decided_high


async def _never() -> bool:
    await asyncio.sleep(0)
    return False
