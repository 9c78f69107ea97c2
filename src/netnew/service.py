"""The use cases: what every face can ask for."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from netnew.domain.budget import Budget, Spend
from netnew.domain.candidate import Candidate, MatchStatus, Merge, Recheck
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import Conflict, NotFound
from netnew.domain.event import Event, RunStatusChanged, SourceFailed
from netnew.domain.ids import CandidateId, RunId, SnapshotId, run_id
from netnew.domain.page import Snapshot
from netnew.domain.run import ExcludeList, Run, RunSpec, RunStatus, StopRequest
from netnew.engine import life
from netnew.engine.exclude import Exclusions
from netnew.engine.expected import expected_cost
from netnew.engine.generators import generator_named
from netnew.engine.ingest import ingest
from netnew.engine.parts import Judging
from netnew.engine.plan import Plan, check, plan
from netnew.engine.split import Split, merge_numbered, split, split_changes
from netnew.ports import Changes, Clock, Ids, Join, Store
from netnew.working import OpenParts, Working

# A longer exclude list is kept as hashes alone, apart from the run.
MOST_SHOWN_EXCLUDED = 1_000

_ORDER = {
    MatchStatus.MATCHED: 0,
    MatchStatus.UNCLEAR: 1,
    MatchStatus.UNMATCHED: 2,
    MatchStatus.GENERATED: 3,
    MatchStatus.DISCARDED: 4,
}


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run and its candidates, matched first, in the order they were found. `rechecked`: of a
    refresh, the matches of the run before that say something else now, or are gone."""

    run: Run
    candidates: tuple[Candidate, ...]
    rechecked: tuple[Candidate, ...] = ()


class RunQueue(Protocol):
    """Where generations of runs wait for a worker."""

    def start_run(
        self, run_id: RunId, generation: int, *, place: str = "", worker_id: str = ""
    ) -> Join:
        """What puts a generation on a queue: of the worker, else of the place, else of all."""
        ...

    async def resume(
        self, run_id: RunId, generation: int, *, place: str = "", worker_id: str = ""
    ) -> None:
        """Put one back whose worker is gone."""
        ...

    async def forget(self, older_than: datetime) -> int:
        """Delete what is kept of generations that ended before."""
        ...


class Watch(Protocol):
    """Follows a run: events in lists, without a gap, as they are committed."""

    def __call__(
        self, run_id: RunId, after: int = 0, until_terminal: bool = True
    ) -> AsyncGenerator[list[Event], None]: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the use cases are given besides the store; made by `bootstrap`.

    `queue` opens the queue when it is first needed; None where runs are only worked on by `work`.
    `place_of`: the HOME that alone can work on a spec ("" for any). `worker_lives`: whether the
    worker of an id beats (None: all do).
    """

    clock: Clock
    ids: Ids
    judging: Callable[[RunSpec], Awaitable[Judging]]
    default_sources: Sequence[str]
    open_parts: OpenParts
    queue: Callable[[], Awaitable[RunQueue]] | None = None
    place_of: Callable[[RunSpec], str] = lambda spec: ""
    watch: Watch | None = None
    worker_lives: Callable[[str], Awaitable[bool]] | None = None


class Service:
    """Use cases over the ports; made by `bootstrap.open_app`.

    Commands that begin work take `worker_id`: the worker that is to do it ("" for whichever takes
    it first).
    """

    def __init__(self, store: Store, around: Surroundings) -> None:
        self.workspace_id = store.workspace_id
        self._store = store
        self._around = around
        self._clock = around.clock
        self.working = Working(store, around.clock, around.open_parts)

    async def plan(self, spec: RunSpec) -> Plan:
        """What a run of `spec` would do. A model, where there is one, is asked once to read the
        objective; nothing else is spent. Raises InvalidInput, ModelMisconfigured."""
        spec = self._with_sources(spec)
        check(spec)
        judging = await self._around.judging(spec)
        spent: list[Spend] = []
        if judging.advisor is not None and not _is_read(spec) and not _is_unpaid(spec):
            spec = await ingest(
                spec,
                judging.advisor,
                f"plan:{judging.judge.profile}",
                self._store.searches,
                self._clock,
                spent.append,
            )
        made = plan(replace(spec, judge=judging.name), judging.judge, self._clock)
        expected = None
        if judging.price is not None:
            limit = made.spec.evaluate_limit
            calls = generator_named(made.spec.generator).calls_a_candidate
            expected = expected_cost(judging.price, made.budget, limit, calls)
        return replace(
            made,
            spend=sum(spent, Spend()),
            judge_because=judging.because,
            expected=expected,
        )

    async def judge_named(self, name: str) -> Judging:
        """The judge of that name; it is asked nothing. Raises InvalidInput, ModelMisconfigured."""
        return await self._around.judging(RunSpec(objective="", judge=name))

    async def check_source(self, spec: str) -> None:
        """Open a source and close it again. Raises InvalidInput, SourceMisconfigured …"""
        async with self._around.open_parts(RunSpec(objective="", sources=(spec,))):
            pass

    # ------------------------------------------------------------------------- beginning runs

    async def create_run(self, spec: RunSpec, worker_id: str = "") -> Run:
        """A queued run. Raises InvalidInput naming the field, NotFound for a run on the exclude
        list, SourceMisconfigured."""
        return await self.begin(await self.plan(spec), worker_id)

    async def begin(
        self,
        planned: Plan,
        worker_id: str = "",
        *,
        as_id: RunId | None = None,
        joining: Callable[[RunId], Sequence[Join]] = lambda run_id: (),
    ) -> Run:
        """A queued run of a plan. `as_id`: the id it is to have; Conflict where there is one.
        `joining`: what becomes durable with it, in the same transaction. Raises like `create_run`.
        """
        async with self._around.open_parts(planned.spec):
            pass  # what cannot be opened is the caller's to know before a run exists
        excluded = await self._exclusions(planned.spec.exclude)
        return await self._begin(planned, excluded, worker_id, as_id, joining)

    async def refresh(
        self,
        run_id: RunId,
        rechecks: bool = False,
        match_limit: int | None = None,
        worker_id: str = "",
    ) -> Run:
        """A new run that asks the same and leaves out what this one found, and what it left out
        itself. `rechecks`: its matches are looked at again, and told where they changed or are
        gone.

        Raises NotFound, InvalidInput.
        """
        before = await self._store.runs.get(run_id)
        spec = life.refreshing(before.spec, before, rechecks)
        planned = await self.plan(replace(spec, match_limit=match_limit or spec.match_limit))
        left_out = Exclusions.from_bytes(await self._store.runs.excluded(run_id))
        found = await self._exclusions(ExcludeList(run_ids=(run_id,)))
        return await self._begin(planned, left_out | found, worker_id)

    async def _begin(
        self,
        planned: Plan,
        excluded: Exclusions,
        worker_id: str,
        as_id: RunId | None = None,
        joining: Callable[[RunId], Sequence[Join]] = lambda run_id: (),
    ) -> Run:
        now = self._clock.now()
        spec = planned.spec
        if len(spec.exclude) > MOST_SHOWN_EXCLUDED:
            apart = ExcludeList(run_ids=spec.exclude.run_ids, kept_apart=len(spec.exclude))
            spec = replace(spec, exclude=apart)
        run = Run(
            id=as_id or run_id(self._around.ids.uuid()),
            workspace_id=self._store.workspace_id,
            spec=spec,
            status=RunStatus.QUEUED,
            created_at=now,
            updated_at=now,
            judge_profile=planned.judge_profile,
            spend=planned.spend,
        )
        start = await self._starter(worker_id)
        told = (RunStatusChanged(RunStatus.QUEUED),)
        joins = (*start(run), *joining(run.id))
        return await self._store.runs.create(run, told, excluded.to_bytes(), joins)

    # ------------------------------------------------------------------------------- commands

    async def extend(self, run_id: RunId, additional: int, worker_id: str = "") -> Run:
        """Find `additional` more; a run under way goes on beyond its limit.

        Raises NotFound, InvalidInput (more than 100,000 in all).
        """
        now = self._clock.now()
        return await self._command(
            run_id, lambda run: life.extended(run, additional, now), worker_id
        )

    async def enrich(
        self,
        run_id: RunId,
        enrichments: Sequence[Enrichment],
        worker_id: str = "",
        note: Callable[[Run], Mapping[str, str]] = lambda run: {},
    ) -> Run:
        """Fill further fields of all matches, those found and those yet to be found. `note`: what
        a face keeps of it with the run, in the place of what it kept.

        Raises NotFound, InvalidInput (a name that is taken, a schema that is too deep).
        """
        now, fields = self._clock.now(), tuple(enrichments)

        def enriched(run: Run) -> Changes:
            notes = {**run.spec.notes, **note(run)}
            return life.enriched(replace(run, spec=replace(run.spec, notes=notes)), fields, now)

        return await self._command(run_id, enriched, worker_id)

    async def resume(self, run_id: RunId, budget: Budget | None = None, worker_id: str = "") -> Run:
        """Go on with a run that failed, was cancelled or met a cap, with its budget anew, or with
        another; also with one whose worker is gone, where it stopped.

        Raises NotFound, Conflict where nothing is to be resumed (running, exhausted, limit met).
        """
        now = self._clock.now()
        return await self._command(run_id, lambda run: life.resumed(run, now, budget), worker_id)

    async def adopt(self, run_id: RunId, worker_id: str = "") -> Run:
        """Go on with a run whose worker is gone: it stands as running and nobody works on it.

        Raises NotFound.
        """
        run = await self._store.runs.get(run_id)
        queue = await self.queue()
        if queue is not None and not run.status.is_terminal:
            place = self._around.place_of(run.spec)
            await queue.resume(run_id, run.generation, place=place, worker_id=worker_id)
        return run

    async def pause(self, run_id: RunId) -> Run:
        """Stop at the next checkpoint, to be continued. Raises NotFound, Conflict once ended."""
        return await self._stop(run_id, lambda run: life.paused(run, self._clock.now()))

    async def unpause(self, run_id: RunId, worker_id: str = "") -> Run:
        """Continue a paused run with what is left of its budget. Raises NotFound, Conflict."""
        now = self._clock.now()
        return await self._command(run_id, lambda run: life.continued(run, now), worker_id)

    async def cancel(self, run_id: RunId) -> Run:
        """Stop at the next checkpoint, as cancelled; its rows are kept. Raises NotFound."""
        return await self._stop(run_id, lambda run: life.cancelled(run, self._clock.now()))

    async def keep(self, run_id: RunId) -> Run:
        """Stop at the next checkpoint, as completed with what there is. Raises NotFound."""
        return await self._stop(run_id, lambda run: life.kept(run, self._clock.now()))

    async def delete(self, run_id: RunId) -> None:
        """Remove a run and its rows; ledger and pages stay. Raises NotFound."""
        await self._store.runs.delete(run_id)

    async def work(self, run_id: RunId) -> Run:
        """Work on a run here and now until it ends or is paused, without a worker; raises what
        broke it off."""
        return await self.working.to_the_end(run_id)

    # -------------------------------------------------------------------------------- reading

    async def run(self, run_id: RunId) -> Run:
        """Raises NotFound."""
        return await self._store.runs.get(run_id)

    async def runs(
        self, limit: int = 50, before: datetime | None = None, offset: int = 0
    ) -> list[Run]:
        """The newest runs first, `offset` of them left out; `before`: only those created before."""
        return await self._store.runs.list(limit, before, offset)

    async def count_runs(self) -> int:
        """How many runs the workspace has."""
        return await self._store.runs.count()

    async def candidate(self, candidate_id: CandidateId) -> Candidate:
        """Raises NotFound."""
        return await self._store.candidates.get(candidate_id)

    async def events(self, run_id: RunId, after: int = 0, limit: int = 500) -> list[Event]:
        """The run's events with a number above `after`, in order."""
        return await self._store.events.after(run_id, after, limit)

    async def source_failures(self, run_id: RunId) -> list[SourceFailed]:
        """The queries that a source could not answer, the first 10,000 in order."""
        found = await self._store.events.of_kind(run_id, "source.failed")
        return [x.body for x in found if isinstance(x.body, SourceFailed)]

    def watch(
        self, run_id: RunId, after: int = 0, until_terminal: bool = True
    ) -> AsyncGenerator[list[Event], None]:
        """The events as they are committed, by whichever process; ends when the run has ended.
        Close it where it is not read to its end."""
        assert self._around.watch is not None, "nothing to watch with"
        return self._around.watch(run_id, after, until_terminal)

    def candidates(self, run_id: RunId) -> AsyncIterator[Candidate]:
        """All candidates in the order they were found, the discarded included."""
        return self._store.candidates.of_run(run_id)

    async def result(self, run_id: RunId) -> RunResult:
        """The run and its candidates, the discarded left out. Raises NotFound."""
        run = await self._store.runs.get(run_id)
        found = [c async for c in self.candidates(run_id) if c.status is not MatchStatus.DISCARDED]
        own = sorted((c for c in found if c.recheck is None), key=lambda c: _ORDER[c.status])
        rechecked = sorted(
            (c for c in found if c.recheck is not None), key=lambda c: c.recheck is Recheck.GONE
        )
        return RunResult(run, tuple(own), tuple(rechecked))

    async def merges(self, run_id: RunId) -> list[Merge]:
        """The merge log of a run, in order."""
        return await self._store.candidates.merges(run_id)

    async def undo_merge(self, run_id: RunId, number: int) -> Split:
        """Split again what merge `number` (from 1, as in `merges`) made one; it is not merged again
        in this run. Raises NotFound, Conflict for a run under way or a merge that is undone."""
        before = await self._store.runs.get(run_id)
        log = await self.merges(run_id)
        merge = merge_numbered(number, log, before)
        kept = await self._survivor(merge.kept)
        done, now = split(merge, log, kept, before.spec), self._clock.now()

        def apply(run: Run) -> Changes:
            changes = split_changes(run, done, kept, now)
            if run.last_seq != before.last_seq:
                raise Conflict(f"{run_id} has changed meanwhile; try again")
            return changes

        await self._store.journal.alter(run_id, apply)
        return done

    async def snapshot(self, snapshot_id: SnapshotId) -> Snapshot:
        """The page a citation points into. Raises NotFound."""
        return await self._store.pages.get(snapshot_id)

    # --------------------------------------------------------------------------------- inside

    async def _command(
        self, run_id: RunId, command: Callable[[Run], Changes | None], worker_id: str = ""
    ) -> Run:
        """Apply a command to the run as it is; a new generation is put on a queue with it."""
        start = await self._starter(worker_id)

        def apply(run: Run) -> Changes | None:
            changes = command(run)
            if changes is None or changes.run is None or changes.run.generation == run.generation:
                return changes
            return replace(changes, joins=start(changes.run))

        return await self._store.journal.alter(run_id, apply)

    async def _stop(self, run_id: RunId, command: Callable[[Run], Changes | None]) -> Run:
        """Ask a run's worker to stop; where that is gone, it is stopped here."""
        run = await self._command(run_id, command)
        if run.status is not RunStatus.RUNNING or await self.is_worked_on(run):
            return run
        gone = run.worker_id

        def settle(run: Run) -> Changes | None:
            if run.status is not RunStatus.RUNNING or run.worker_id != gone:
                return None
            unworked = replace(run, status=RunStatus.QUEUED, stop_requested=StopRequest.NONE)
            return command(unworked)

        return await self._store.journal.alter(run_id, settle)

    async def is_worked_on(self, run: Run) -> bool:
        """Whether a running run has a worker that lives."""
        lives = self._around.worker_lives
        return lives is None or await lives(run.worker_id)

    async def queue(self) -> RunQueue | None:
        """The queue of runs; None where there is none."""
        return None if self._around.queue is None else await self._around.queue()

    async def _starter(self, worker_id: str) -> Callable[[Run], tuple[Join, ...]]:
        queue, place_of = await self.queue(), self._around.place_of
        if queue is None:
            return lambda run: ()

        def start(run: Run) -> tuple[Join, ...]:
            place = place_of(run.spec)
            return (queue.start_run(run.id, run.generation, place=place, worker_id=worker_id),)

        return start

    async def _survivor(self, candidate_id: CandidateId) -> Candidate:
        """The row of a candidate, or of what that was merged into in the end."""
        try:
            row = await self._store.candidates.get(candidate_id)
            while row.merged_into is not None:
                row = await self._store.candidates.get(row.merged_into)
        except NotFound:
            raise Conflict("the run broke off before its rows were written; resume it") from None
        return row

    async def _exclusions(self, exclude: ExcludeList) -> Exclusions:
        """An exclude list as hashes; what runs on it found is taken as it is now."""
        keys: list[str] = []
        for excluded in exclude.run_ids:
            await self._store.runs.get(excluded)
            async for candidate in self._store.candidates.of_run(excluded):
                if candidate.status is MatchStatus.MATCHED:
                    keys.extend(k for k in candidate.identity.keys if not k.startswith("text:"))
        return Exclusions.of(exclude, keys)

    def _with_sources(self, spec: RunSpec) -> RunSpec:
        return spec if spec.sources else replace(spec, sources=tuple(self._around.default_sources))


def _is_unpaid(spec: RunSpec) -> bool:
    """Whether its own caps leave nothing to pay a model with."""
    caps = Budget(cost=spec.budget.cost, tokens=spec.budget.tokens)
    return caps.exhausted_by(Spend()) is not None


def _is_read(spec: RunSpec) -> bool:
    """Whether its objective was read before: what is asked again is not read again."""
    is_complete = bool(spec.entity_type and spec.conditions)
    return is_complete and (bool(spec.queries) or spec.refreshes is not None)
