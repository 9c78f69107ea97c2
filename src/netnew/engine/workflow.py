"""The stages joined into one run; reads from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import partial

from netnew.domain.budget import Cap
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.event import (
    CandidateDecided,
    CandidateDiscarded,
    CandidateEnriched,
    CandidateGenerated,
    EventBody,
    RoundEnded,
    RunPlanned,
    RunStatusChanged,
)
from netnew.domain.ids import RunId, candidate_id
from netnew.domain.ledger import LedgerEntry
from netnew.domain.run import Counts, Estimate, Run, RunStatus, TerminationReason
from netnew.engine.discover import Discovery, Round
from netnew.engine.enrich import enrich
from netnew.engine.entity import Entity
from netnew.engine.estimate import estimate
from netnew.engine.exclude import Exclusions
from netnew.engine.frontier import Frontier
from netnew.engine.generators import generator_named
from netnew.engine.meter import Meter
from netnew.engine.parts import Parts
from netnew.engine.plan import plan
from netnew.engine.relevance import Relevance
from netnew.engine.resolve import Resolver
from netnew.engine.stop import Progress, Stop, stop_for
from netnew.engine.verify import Verifier
from netnew.ports import Changes

# Candidates judged between two commits.
WAVE = 100
# What is found already is still judged when there is nothing left to search or fetch with.
STOPS_JUDGING = frozenset({Cap.COST, Cap.TOKENS, Cap.SECONDS})


async def work_on(run: Run, parts: Parts) -> Run:
    """Work on a queued run until it ends; gives back the run as it ended.

    Every change is committed with its events before the next is begun. Whatever goes wrong, the
    rows stay; an error of ours ends the run as failed with its text in `termination_detail`, and is
    raised again.
    """
    work = await _Work.begin(run, parts)
    try:
        stop = await work.until_stopped()
        await work.apply_kept_back()
    except Exception as error:
        await work.end(
            RunStatus.FAILED,
            Stop(TerminationReason.ERROR_OCCURRED, f"{type(error).__name__}: {error}"),
        )
        raise
    return await work.end(_ENDS.get(stop.reason, RunStatus.COMPLETED), stop)


_ENDS = {
    TerminationReason.USER_CANCELLED: RunStatus.CANCELLED,
    TerminationReason.ERROR_OCCURRED: RunStatus.FAILED,
}
# After these ends the sources had nothing more that could be found by asking.
_ASKED_OUT = frozenset({TerminationReason.CANDIDATES_EXHAUSTED, TerminationReason.LOW_MATCH_RATE})


@dataclass(slots=True)
class _Work:
    """One run under way."""

    run: Run
    parts: Parts
    meter: Meter
    resolver: Resolver
    discovery: Discovery
    verifier: Verifier
    evaluate_limit: int | None
    patience: float
    idle_leads: float = 0.0
    cancelled: bool = False
    failure: str = ""
    ended_by: TerminationReason | None = None
    _merges_recorded: int = 0
    _discarded: set[str] = field(default_factory=set)

    @classmethod
    async def begin(cls, run: Run, parts: Parts) -> _Work:
        """Plan the run and record the plan."""
        planned = plan(run.spec, parts.judge, parts.clock)
        spec, generator = planned.spec, generator_named(planned.spec.generator)
        meter = Meter(planned.budget, parts.clock, run.spend)
        exclusions = Exclusions(spec.exclude, await _keys_found_by(run, parts))
        resolver = Resolver(
            run.id,
            lambda: candidate_id(parts.ids.uuid()),
            parts.clock,
            exclusions,
            run.generation,
        )
        discovery = Discovery(
            parts,
            spec,
            generator,
            meter,
            resolver,
            Frontier(generator.result_pages),
            Relevance(spec, parts.clock.now().date()),
            partial(_halted, run.id, parts, meter),
        )
        discovery.start(planned.queries)
        verifier = Verifier(parts, run.id, run.generation, spec, meter, generator.deeper_pages)
        limits = [x for x in (spec.evaluate_limit, generator.evaluate_limit) if x is not None]
        run = replace(
            run,
            spec=spec,
            status=RunStatus.RUNNING,
            judge_profile=planned.judge_profile,
            updated_at=parts.clock.now(),
        )
        work = cls(
            run,
            parts,
            meter,
            resolver,
            discovery,
            verifier,
            min(limits, default=None),
            generator.patience,
        )
        await work.commit(
            RunStatusChanged(RunStatus.RUNNING),
            RunPlanned(
                spec.entity_type,
                tuple(c.name for c in spec.conditions),
                planned.queries,
                tuple(f"{name}: {part}" for name, part in planned.unreadable.items()),
            ),
        )
        return work

    async def until_stopped(self) -> Stop:
        """Rounds of discover → resolve → verify → enrich, until there is a reason to stop."""
        while True:
            stop = self.reason_to_stop()
            if stop is not None:
                return stop
            matched_before = self.matched_ids()
            this = await self.discovery.round()
            if this.failures:
                self.failure = f"source {this.failures[-1].source}: {this.failures[-1].problem}"
            await self.verify_all()
            self.discovery.learn(this, matched_before)
            new_matches = len(self.matched_ids() - matched_before)
            self.idle_leads = 0.0 if new_matches else self.idle_leads + this.effort
            await self.commit(*this.failures, self.round_ended(this, new_matches))

    def reason_to_stop(self) -> Stop | None:
        progress = Progress(
            self.counts(),
            self.idle_leads,
            self.discovery.open_leads,
            self.meter.exhausted(),
            self.cancelled,
            self.failure if self.discovery.only_failures else "",
        )
        return stop_for(progress, self.run.spec, self.patience, self.evaluate_limit)

    async def verify_all(self) -> None:
        """Judge what is new or has new evidence, a wave at a time; never more than are needed."""
        for entity in self.resolver.entities:
            if entity.changed and self.resolver.is_excluded(entity):
                entity.status = MatchStatus.DISCARDED
        waiting = [
            e
            for e in self.living()
            if e.changed and e.status in (MatchStatus.GENERATED, MatchStatus.UNCLEAR)
        ]
        while waiting:
            room = self.room()
            if room <= 0 or self.cancelled or not self.may_judge():
                break
            wave, waiting = waiting[: min(WAVE, room)], waiting[min(WAVE, room) :]
            entries = await self.verifier.verify(wave, self.parts.in_flight)
            events = list(self._verified(wave))
            entries += await self._enrich(wave, events)
            await self.commit(*events, candidates=wave, ledger=entries)
        await self.commit_new(waiting)

    async def apply_kept_back(self) -> None:
        """Verdicts on record whose pages this run did not come by count at its end."""
        changed = [e for e in self.living() if self.room() > 0 and self.verifier.apply_kept_back(e)]
        if changed:
            events = list(self._verified(changed))
            entries = await self._enrich(changed, events)
            await self.commit(*events, candidates=changed, ledger=entries)

    def may_judge(self) -> bool:
        cap = self.meter.exhausted()
        return cap not in STOPS_JUDGING or (cap is Cap.SECONDS and self.parts.judge_is_free)

    def room(self) -> int:
        """How many more may be judged at once: as many as the limits still have room for."""
        counts = self.counts()
        room = self.run.spec.match_limit - counts.matched
        if self.evaluate_limit is not None:
            judged = counts.matched + counts.unmatched + counts.unclear
            room = min(room, self.evaluate_limit - judged)
        return room

    async def _enrich(self, wave: list[Entity], events: list[EventBody]) -> list[LedgerEntry]:
        entries: list[LedgerEntry] = []
        if self.run.spec.enrichments:
            for entity in wave:
                if entity.status is MatchStatus.MATCHED:
                    entries += await enrich(
                        entity,
                        self.run.id,
                        self.run.generation,
                        self.run.spec,
                        self.parts,
                        self.meter,
                    )
                    events.append(CandidateEnriched(entity.id, entity.enrichments))
        return entries

    def _verified(self, wave: Iterable[Entity]) -> Iterable[EventBody]:
        for e in wave:
            if not e.recorded:
                yield CandidateGenerated(e.id, e.name, e.url)
                e.recorded = True
            yield CandidateDecided(e.id, e.name, e.url, e.status, e.verdicts)

    async def commit_new(self, waiting: list[Entity]) -> None:
        """Rows for those that were found but not judged: nothing found is lost."""
        new = [e for e in waiting if not e.recorded]
        for entity in new:
            entity.recorded = True
        if new:
            events = [CandidateGenerated(e.id, e.name, e.url) for e in new]
            await self.commit(*events, candidates=new)

    async def commit(
        self,
        *events: EventBody,
        candidates: Iterable[Entity] = (),
        ledger: Iterable[LedgerEntry] = (),
    ) -> None:
        """One transaction: rows, what was merged away meanwhile, the run's counters, events."""
        rows = [e.candidate(self.run.id, self.run.generation) for e in candidates]
        discarded, tell = self._discard()
        merges = tuple(self.resolver.merges[self._merges_recorded :])
        self._merges_recorded = len(self.resolver.merges)
        self.run = replace(
            self.run,
            counts=self.counts(),
            spend=self.meter.spend,
            estimate=self.estimated(),
            updated_at=self.parts.clock.now(),
        )
        receipt = await self.parts.store.journal.commit(
            Changes(
                self.run.id,
                events=(*events, *tell),
                run=self.run,
                candidates=(*rows, *discarded),
                merges=merges,
                ledger=tuple(ledger),
            )
        )
        self.cancelled = self.cancelled or receipt.cancel_requested

    def estimated(self) -> Estimate | None:
        """The estimate so far; a lower bound while there is more to ask or to judge."""
        matches = [e for e in self.living() if e.status is MatchStatus.MATCHED]
        found = estimate({e.id: e.units for e in matches})
        if found is None:
            return None
        unjudged = any(e.status is MatchStatus.GENERATED for e in self.living())
        cut = self.ended_by not in _ASKED_OUT or unjudged or self.discovery.hides_more
        return replace(found, is_lower_bound=cut)

    def _discard(self) -> tuple[list[Candidate], list[EventBody]]:
        """Rows and events of recorded candidates that were merged into others."""
        rows: list[Candidate] = []
        events: list[EventBody] = []
        for entity in self.resolver.entities:
            merged = entity.merged_into is not None
            gone = entity.recorded and (merged or entity.status is MatchStatus.DISCARDED)
            if gone and entity.id not in self._discarded:
                self._discarded.add(entity.id)
                entity.status = MatchStatus.DISCARDED
                rows.append(entity.candidate(self.run.id, self.run.generation))
                reason = "the same entity" if merged else "on the exclude list"
                events.append(CandidateDiscarded(entity.id, reason, entity.merged_into))
        return rows, events

    async def end(self, status: RunStatus, stop: Stop) -> Run:
        now = self.parts.clock.now()
        self.ended_by = stop.reason
        self.run = replace(
            self.run,
            status=status,
            termination_reason=stop.reason,
            termination_detail=stop.detail,
            ended_at=now,
        )
        await self.commit(RunStatusChanged(status, stop.reason, stop.detail))
        return self.run

    # -------------------------------------------------------------------------------- counting

    def living(self) -> list[Entity]:
        """Those that count: neither merged into others nor excluded after they were found."""
        return [
            e
            for e in self.resolver.entities
            if e.merged_into is None and e.status is not MatchStatus.DISCARDED
        ]

    def matched_ids(self) -> set[str]:
        return {e.id for e in self.living() if e.status is MatchStatus.MATCHED}

    def counts(self) -> Counts:
        living = self.living()
        by = {s: sum(e.status is s for e in living) for s in MatchStatus}
        return Counts(
            generated=len(living),
            matched=by[MatchStatus.MATCHED],
            unmatched=by[MatchStatus.UNMATCHED],
            unclear=by[MatchStatus.UNCLEAR],
            discarded=len(self.resolver.entities) - len(living) + self.resolver.excluded,
        )

    def round_ended(self, this: Round, new_matches: int) -> RoundEnded:
        return RoundEnded(
            this.number,
            tuple(lead.query for lead in this.queries),
            len({e.id for _, entities in this.sighted for e in entities}),
            new_matches,
            self.counts(),
            self.meter.spend,
            self.run.estimate,
        )


async def _halted(run_id: RunId, parts: Parts, meter: Meter) -> bool:
    """Whether nothing more may be started: the run was cancelled, or is out of time or money."""
    if meter.exhausted() in STOPS_JUDGING:
        return True
    return (await parts.store.runs.get(run_id)).cancel_requested


async def _keys_found_by(run: Run, parts: Parts) -> list[str]:
    """The identity keys of all matches of the runs on the exclude list."""
    keys: list[str] = []
    for run_id in run.spec.exclude.run_ids:
        async for candidate in parts.store.candidates.of_run(run_id):
            if candidate.status is MatchStatus.MATCHED:
                keys.extend(k for k in candidate.identity.keys if not k.startswith("text:"))
    return keys
