"""The book of a run: all that is written of it while it is worked on, and told in events.

Each commit is one transaction: rows of candidates, what was merged away meanwhile, the run's
counters, ledger entries, events. Nothing is told twice, and nothing while finished rounds are
walked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from netnew.domain.budget import Spend
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.event import (
    CandidateDecided,
    CandidateDiscarded,
    CandidateEnriched,
    CandidateGenerated,
    EventBody,
    RunPlanned,
    RunStatusChanged,
)
from netnew.domain.ledger import LedgerEntry
from netnew.domain.run import Counts, Estimate, Run, RunSpec, RunStatus, TerminationReason
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.context import RunContext
from netnew.engine.discovery.discovery import Discovery
from netnew.engine.resolution.entity import Entity
from netnew.engine.resolution.resolver import Resolver
from netnew.engine.run.persisted_state import PersistedCandidates
from netnew.engine.run.run_state import RunState
from netnew.engine.run.unread_pages import UnreadCounter
from netnew.ports.store import Changes

# Rows in one transaction.
ROWS_AT_ONCE = 100
# After these ends the sources had nothing more that could be found by asking.
ASKED_OUT = frozenset({TerminationReason.CANDIDATES_EXHAUSTED, TerminationReason.LOW_MATCH_RATE})


def as_planned(
    spec: RunSpec, queries: tuple[str, ...], unreadable: Mapping[str, str]
) -> RunPlanned:
    """What is told of a plan."""
    names = tuple(c.name for c in spec.conditions)
    not_read = tuple(f"{name}: {part}" for name, part in unreadable.items())
    return RunPlanned(spec.entity_type, names, queries, not_read)


@dataclass(slots=True)
class RunRecorder:
    """`run` as it stands, `rounds` of it walked in this process; `told` is what its rows say.
    `ended_by`: why it ends, once that is known. `spend_told` counts for the workspace's day
    already."""

    state: RunState
    context: RunContext
    meter: BudgetMeter
    resolver: Resolver
    discovery: Discovery
    told: PersistedCandidates
    unread: UnreadCounter = field(default_factory=UnreadCounter)
    spend_told: Spend = Spend()
    ended_by: TerminationReason | None = None
    _merges_recorded: int = 0

    @property
    def run(self) -> Run:
        """The run as it is now."""
        return self.state.run

    @run.setter
    def run(self, run: Run) -> None:
        self.state.run = run

    @property
    def _is_replaying(self) -> bool:
        return self.state.is_replaying

    def catch_up(self) -> None:
        """What was merged or excluded on the way that is retraced was told before."""
        self.resolver.drain_removed()
        self._merges_recorded = len(self.resolver.merges)

    async def announce_start(self, queries: tuple[str, ...], unreadable: Mapping[str, str]) -> None:
        """That it is under way now, and, the first time, how it was planned."""
        spec = self.run.spec
        now = self.context.clock.now()
        self.run = replace(self.run, status=RunStatus.RUNNING, started_at=now, updated_at=now)
        events: list[EventBody] = [RunStatusChanged(RunStatus.RUNNING)]
        if self.run.rounds == 0:
            events.append(as_planned(spec, queries, unreadable))
        await self.commit(*events)

    async def commit(
        self,
        *events: EventBody,
        candidates: Iterable[Entity] = (),
        ledger: Iterable[LedgerEntry] = (),
        rows: Iterable[Candidate] = (),
        sums_up: bool = False,
        if_revision: int | None = None,
    ) -> None:
        """One transaction: rows, what was merged away meanwhile, the run's counters, events.

        `sums_up`: the estimate and the pages that could not be read are told anew.
        """
        written = [self._row(e) for e in candidates]
        for entity in candidates:
            self.told.take(entity)
        discarded, tell = self._discarded()
        merges = tuple(self.resolver.merges[self._merges_recorded :])
        self._merges_recorded = len(self.resolver.merges)
        # While it retraces, the counts in memory are those of an earlier time.
        if not self._is_replaying:
            self.run = self.summed_up() if sums_up else self._counted()
        spent = None
        if sums_up or self.context.day_budget.is_capped:
            spent, self.spend_told = self.run.spend - self.spend_told, self.run.spend
        receipt = await self.context.store.journal.commit(
            Changes(
                self.run.id,
                events=(*events, *tell),
                run=self.run,
                candidates=(*written, *discarded, *rows),
                merges=merges,
                ledger=tuple(ledger),
                spent=spent,
                epoch=self.run.epoch,
                if_revision=if_revision,
            )
        )
        if receipt.stop_requested is not self.run.stop_requested:
            self.run = replace(self.run, stop_requested=receipt.stop_requested)

    def _counted(self) -> Run:
        """The run with what is counted all the time."""
        now = self.context.clock.now()
        return replace(self.run, counts=self.counts(), spend=self.meter.spend, updated_at=now)

    def summed_up(self) -> Run:
        """The run as it stands, with its estimate and the pages that could not be read."""
        run, unread = self._counted(), self.unread.summary()
        return replace(run, estimate=self.estimated(), unread_pages=unread)

    def _row(self, entity: Entity) -> Candidate:
        generation = self.told.generation_of(entity, self.run.generation)
        return entity.candidate(self.run.id, generation)

    def _discarded(self) -> tuple[list[Candidate], list[EventBody]]:
        """Rows and events of recorded candidates that were merged into others or excluded."""
        rows: list[Candidate] = []
        events: list[EventBody] = []
        if self._is_replaying:
            return rows, events
        for entity in self.resolver.drain_removed():
            if entity.recorded or self.told.has(entity):
                entity.status = MatchStatus.DISCARDED
                rows.append(entity.candidate(self.run.id, self.run.generation))
                self.told.take(entity)
                merged = entity.merged_into
                reason = "the same entity" if merged else "on the exclude list"
                events.append(CandidateDiscarded(entity.id, reason, merged))
        return rows, events

    def estimated(self) -> Estimate | None:
        """The estimate so far; a lower bound while there is more to ask or to judge."""
        entity_counts = self.resolver.entity_counts
        found = entity_counts.estimate(self.discovery.is_walked, self.discovery.open_own_words)
        if found is None:
            return None
        cut = self.ended_by not in ASKED_OUT or entity_counts.unjudged or self.discovery.hides_more
        return replace(found, is_lower_bound=bool(cut))

    # -------------------------------------------------------------------------------- rows

    async def save(self, new: Sequence[Entity]) -> None:
        """The rows of some that wait to be judged, as they are now."""
        await self.commit(*self.events_of(new), candidates=new)

    def events_of(self, entities: Iterable[Entity]) -> Iterable[EventBody]:
        """What is to be told of them as they stand now."""
        for e in entities:
            if not e.recorded and not self.told.has(e):
                yield CandidateGenerated(e.id, e.name, e.url, e.description)
            e.recorded = True
            if e.status is not MatchStatus.GENERATED:
                yield CandidateDecided(e.id, e.name, e.url, e.status, e.verdicts, e.description)
            if e.enrichments:
                yield CandidateEnriched(e.id, e.enrichments)

    def lists(self, entity: Entity) -> bool:
        """Whether it has a row and counts. A preview lists only what it judged: it is asked for
        about ten, and may find far more on the way. An extension finds the others again."""
        return entity.status is not MatchStatus.GENERATED or not self.run.spec.is_preview

    def counts(self) -> Counts:
        """Of the candidates that are listed, as their rows stand: what is read beside the rows says
        the same as they do, whatever happens next."""
        return self.told.counts(self.resolver.counts().discarded)

    async def save_new(self, waiting: list[Entity]) -> None:
        """Rows for those that were found but not judged: nothing found is lost."""
        if self._is_replaying:
            return
        new = [e for e in waiting if not e.recorded and not self.told.has(e) and self.lists(e)]
        if new:
            await self.commit(*self.events_of(new), candidates=new)

    async def save_spend(self) -> None:
        """Write what was spent, whatever happens next; nothing while replaying."""
        if not self._is_replaying:
            await self.commit()

    async def save_judged(self, entity: Entity, entries: list[LedgerEntry]) -> None:
        """Write the row of a judged candidate, unless it says so already, and its verdicts; while
        replaying the verdicts alone."""
        if self._is_replaying:
            if entries:
                await self.record(entries)
            return
        events = [] if self.told.says(entity) else list(self.events_of([entity]))
        candidates = [entity] if events else ()
        await self.commit(*events, candidates=candidates, ledger=entries)

    async def sync_stale(self, only_new: bool = False) -> None:
        """Rows that say something else than is known, or are not there."""
        stale = [
            e
            for e in self.resolver.entities
            if e.merged_into is None
            and (not only_new or not self.told.has(e))
            and e.status is not MatchStatus.DISCARDED
            and not self.told.says(e)
            and self.lists(e)
        ]
        for start in range(0, len(stale), ROWS_AT_ONCE):
            some = stale[start : start + ROWS_AT_ONCE]
            await self.commit(*self.events_of(some), candidates=some)

    async def record(self, entries: list[LedgerEntry]) -> None:
        """Keep verdicts that were paid for, whatever becomes of the candidate."""
        await self.context.store.journal.commit(Changes(self.run.id, ledger=tuple(entries)))
