"""A run that finds: the stages joined into rounds.

A run is worked on in steps: a round of discovery, or a batch of judged candidates. Between two
steps the process holds nothing that is not stored or does not follow from what is stored, so any
process can take the run and continue it (see `replay`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from netnew.domain.budget import Spend
from netnew.domain.candidate import MatchStatus
from netnew.domain.errors import Conflict
from netnew.domain.event import RoundEnded, RunStatusChanged
from netnew.domain.run import Estimate, Run, RunStatus, TerminationReason
from netnew.engine.budget_meter import BudgetMeter
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
from netnew.engine.run.judging import BATCH, RunJudging
from netnew.engine.run.persisted_state import PersistedCandidates
from netnew.engine.run.recheck import RunRecheck
from netnew.engine.run.recorder import ASKED_OUT, RunRecorder
from netnew.engine.run.remote_judging import RemoteJudging
from netnew.engine.run.replay import FixedClock, Replay
from netnew.engine.run.run_state import RunSignals, RunState
from netnew.engine.run.stopping import COST_WINDOW, StopDecision, StopProgress, stop_for
from netnew.engine.run.transitions import STOPPED, ended_as_asked
from netnew.engine.run.unread_pages import CountingFetcher, UnreadCounter
from netnew.engine.verification.follow_up import FollowUp
from netnew.engine.verification.verifier import Verifier

# The longest time that one step judges, in seconds, however slow the judge is.
STEP_S = 30.0
# How long a step waits for candidates before it polls the signals again, in seconds.
POLL_EVERY_S = 0.25
_FAILS = frozenset(
    {
        TerminationReason.ERROR_OCCURRED,
        TerminationReason.TIMEOUT,
        TerminationReason.MODEL_UNUSABLE,
        TerminationReason.MODEL_UNAVAILABLE,
    }
)


@dataclass(slots=True)
class FindRun:
    """A run that finds, under way in this process. Made by `begin`; call `step` until it returns
    False."""

    state: RunState
    signals: RunSignals
    context: RunContext
    meter: BudgetMeter
    resolver: Resolver
    discovery: Discovery
    verifier: Verifier
    recorder: RunRecorder
    judging: RunJudging
    replay: Replay
    patience: float
    recheck: RunRecheck | None
    remote_judging: RemoteJudging = field(default_factory=RemoteJudging)
    pair_matcher: PairMatcher = field(default_factory=PairMatcher)
    idle_leads: float = 0.0
    failure: str = ""
    _round: Round | None = None
    _cut: Round | None = None
    _fields_due: bool = False

    @classmethod
    async def begin(cls, run: Run, context: RunContext) -> FindRun:
        """Start a run that was just taken: at its first round, or where it was left."""
        planned = plan(run.spec, context.judge, FixedClock(run.created_at, context.clock))
        # The evaluate limit of the generator was fixed when the run was planned; an extension may
        # have raised it since.
        spec = replace(planned.spec, evaluate_limit=run.spec.evaluate_limit)
        generator = generator_named(spec.generator)
        state = RunState(replace(run, spec=spec, judge_profile=planned.judge_profile))
        spent = run.spend - run.spend_before
        meter = BudgetMeter(planned.budget, context.clock, run.spend_before, spent)
        # While judging costs nothing, it leaves no time to fetch in.
        prefetcher = (
            None if context.judge_is_free else Prefetcher(context, meter, a_round_of(generator))
        )
        unread = UnreadCounter()
        context = replace(context, fetcher=CountingFetcher(context.fetcher, unread))
        signals = RunSignals(state, context, meter)
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
            signals.is_halted,
            prefetcher,
        )
        discovery.start(planned.queries)
        persisted = await PersistedCandidates.of(run.id, context.store.candidates)
        # What the plan of a new run cost counts for the day with the first commit.
        is_new = run.status is RunStatus.QUEUED and not run.rounds and run.generation == 1
        counted = Spend() if is_new else run.spend
        recorder = RunRecorder(
            state, context, meter, resolver, discovery, persisted, unread, counted
        )
        verifier = Verifier(
            context,
            run.id,
            run.generation,
            spec,
            meter,
            FollowUp(context, meter, generator.deeper_pages, generator.targeted_searches),
            persisted.verdicts,
            recorder.record,
        )
        work = cls(
            state,
            signals,
            context,
            meter,
            resolver,
            discovery,
            verifier,
            recorder,
            RunJudging(context, state, signals, meter, resolver, verifier, recorder),
            Replay(state, context, meter, resolver, discovery, verifier, recorder),
            generator.patience,
            RunRecheck(spec.refreshes) if spec.rechecks and spec.refreshes is not None else None,
        )
        work.replay.begin()
        if run.status is RunStatus.QUEUED:
            await recorder.announce_start(planned.queries, planned.unreadable)
        return work

    @property
    def run(self) -> Run:
        """The run as it is now."""
        return self.state.run

    async def step(self) -> bool:
        """Do one step of work; False once the run has ended or is paused.

        The rows are kept whatever goes wrong. Raises TakenOver if another worker has the run.
        """
        if not self.state.is_replaying and (self._fields_due or self.signals.spec_changed):
            self._fields_due = self.signals.spec_changed = False
            await self.judging.enrich_matches()
        if self._round is not None:
            await self._judge_batch()
            if not self.judging.pool.is_busy:
                await self._end_round(self._round)
            return True
        stop = await self._reason_to_stop()
        if stop is not None:
            return not await self._end(stop)
        if self._cut is not None:  # the stop was withdrawn before the run had stopped
            await self._count_round(self._cut)
        if self.recheck is not None and not self.recheck.is_done:
            await self.recheck.step(self.judging)
        else:
            await self._begin_round()
        return True

    async def abandon_in_flight(self) -> None:
        """Cancel the judging under way; those candidates count as not judged. For a run that is to
        stop."""
        await self.judging.pool.drop()

    async def break_off(self) -> None:
        """Cancel all work under way; the run stays as it was last written."""
        if self.discovery.ahead is not None:
            await self.discovery.ahead.halt()
        await self.remote_judging.stop()
        await self.judging.pool.drop()

    # ---------------------------------------------------------------------------------- rounds

    async def _begin_round(self) -> None:
        if self.discovery.ahead is not None:
            await self.discovery.ahead.halt()
        this = self._round = await self.discovery.round()
        if this.failures:
            last = this.failures[-1]
            self.failure = f"source {last.source}: {last.problem}"
        await self.recorder.save_spend()
        await self.judging.give(self._to_judge())
        if not self.state.is_replaying:
            await self.remote_judging.begin(self.judging)
            if self.judging.room() > 0:
                self.discovery.look_ahead(this)

    def _to_judge(self) -> list[Entity]:
        """The entities that are new or have new evidence. Those that turn out to be on the exclude
        list are discarded."""
        waiting = []
        for entity in self.resolver.drain_changed():
            if self.resolver.is_excluded(entity):
                entity.status = MatchStatus.DISCARDED
            elif entity.status in (MatchStatus.GENERATED, MatchStatus.UNCLEAR):
                waiting.append(entity)
        return waiting

    async def _judge_batch(self) -> None:
        """Judge a batch, or for `STEP_S` if the judge is slow."""
        until = self.context.clock.monotonic() + STEP_S
        while await self.judging.pool.settle(BATCH, POLL_EVERY_S):
            await self.signals.poll()
            if self.judging.room() <= 0:
                await self.remote_judging.stop()
            if self.context.clock.monotonic() >= until:
                return
        await self.signals.poll()

    async def _end_round(self, this: Round) -> None:
        await self.recorder.save_new(self.judging.end_round())
        self._round = None
        if self.state.is_stopping:
            self._cut = this  # it is finished when the run is continued
            return
        await self._count_round(this)

    async def _count_round(self, this: Round) -> None:
        self._cut = None
        if self.discovery.ahead is not None:
            self.discovery.ahead.end_round()
        grown = await self._match_pairs()
        self.discovery.learn(this)
        self.resolver.entity_counts.end_round(this.effort)
        new_matches = len(self.resolver.entity_counts.matched_since(this.mark))
        self.idle_leads = 0.0 if new_matches else self.idle_leads + this.effort
        was_replaying, self.state.rounds = self.state.is_replaying, self.state.rounds + 1
        if was_replaying:
            if await self.replay.end_round():
                self.idle_leads = 0.0
            self._fields_due = not self.state.is_replaying
            return
        # A finished round shows that the run does not kill its workers.
        self.state.run = replace(self.run, rounds=self.state.rounds, takeovers=0)
        events = (*self.recorder.events_of(grown), self._round_ended(this))
        await self.recorder.commit(*this.failures, *events, candidates=grown, sums_up=True)

    async def _match_pairs(self) -> list[Entity]:
        """Merge entities that are one; those that absorbed another, with their rows to be
        written."""
        return await match_pairs(
            self.pair_matcher,
            self.resolver,
            self.verifier.context,
            self.run.spec,
            self.meter,
            may_ask=not self.state.is_replaying and self.judging.may_judge(),
            halted=self.signals.is_halted,
            record=self.recorder.record,
        )

    def _round_ended(self, this: Round) -> RoundEnded:
        run = self.recorder.summed_up()
        self.state.run = as_told(run)
        return round_ended(run, this.number, tuple(lead.query for lead in this.queries))

    # -------------------------------------------------------------------------------- stopping

    async def _reason_to_stop(self) -> StopDecision | None:
        await self.signals.poll()
        if self.state.is_stopping:
            return StopDecision(TerminationReason.USER_CANCELLED, STOPPED)
        if self.state.is_replaying:
            return None
        stop = self._time_or_day_is_up() or self.judging.failure()
        if stop is not None:
            return stop
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
            if self.judging.breaker.waits(self.resolver.entities):
                return None  # another round, even if it finds nothing new
            return self.judging.failure(at_the_end=True) or stop
        if stop is not None and stop.reason is TerminationReason.EVALUATE_LIMIT_MET:
            return self.judging.unusable_model(at_the_end=True) or stop
        return stop

    def _time_or_day_is_up(self) -> StopDecision | None:
        began = self.run.started_at
        if began is not None and self.context.clock.now() - began > self.context.lifetime:
            return StopDecision(
                TerminationReason.TIMEOUT, f"still not done after {self.context.lifetime}"
            )
        day_cap = self.context.day_budget.exhausted_by(self.signals.day_spent)
        if day_cap is not None:
            return StopDecision(
                TerminationReason.BUDGET_EXHAUSTED,
                f"the day's cap on {day_cap.value} is reached; all rows are kept",
            )
        return None

    async def _end(self, stop: StopDecision) -> bool:
        """End or pause the run; False if its spec was changed at that very moment: it then
        continues."""
        await self.judging.pool.drain()
        if self.discovery.ahead is not None:
            await self.discovery.ahead.halt()
            self.discovery.ahead.end()
        is_replaying = self.state.is_replaying
        if not is_replaying:
            await self._complete_rows()
        now, request = self.context.clock.now(), self.run.stop_requested
        if self.state.is_stopping:
            status = ended_as_asked(request)
        else:
            status = RunStatus.FAILED if stop.reason in _FAILS else RunStatus.COMPLETED
        reason = None if status is RunStatus.PAUSED else stop.reason
        self.recorder.ended_by = reason
        before = self.run
        rest = () if is_replaying else rest_of(before)
        self.state.run = replace(
            before if is_replaying else as_told(before),
            status=status,
            termination_reason=reason,
            termination_detail=stop.detail if reason else "",
            ended_at=now if status.is_terminal else None,
        )
        ended = RunStatusChanged(status, reason, self.run.termination_detail)
        try:
            await self.recorder.commit(*rest, ended, sums_up=True, if_revision=before.revision)
        except Conflict:
            self.state.run, self.recorder.ended_by = before, None
            await self.signals.poll()
            return False
        return True

    async def _complete_rows(self) -> None:
        """Write all that is still to be written before the run ends."""
        for entity in self.resolver.entities:
            if entity.merged_into is None and self.judging.room() > 0:
                self.verifier.apply_deferred(entity)
        await self.recorder.sync_stale()
        if not self.state.is_stopping:
            self._fields_due = False
            await self.judging.enrich_matches()
        await self.recorder.commit(sums_up=True)  # the end itself may be refused


def _most_expected(estimate: Estimate | None) -> float:
    """The upper end of the expected matches, those found included. What undecided candidates may
    add is left out: no further query decides them."""
    if estimate is None:
        return math.inf
    return estimate.high if estimate.decided_high is None else estimate.decided_high
