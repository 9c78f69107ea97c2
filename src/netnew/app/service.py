"""The use cases: the commands that every interface offers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Self

from netnew.app.auditing import Auditor
from netnew.app.dependencies import ServiceDependencies
from netnew.app.planner import Planner
from netnew.app.run_executor import RunExecutor
from netnew.app.run_queries import RunQueries, RunResult
from netnew.domain.audit import LIBRARY, Actor
from netnew.domain.budget import Budget, Spend
from netnew.domain.candidate import Candidate
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import Conflict, InvalidInput, NotFound, QuotaExceeded
from netnew.domain.event import RunStatusChanged
from netnew.domain.ids import CandidateId, RunId, run_id
from netnew.domain.run import ExcludeList, Run, RunSpec, RunStatus
from netnew.engine.context import JudgeSetup
from netnew.engine.discovery.entity_search import MAX_ENTITIES, EntitySearch, FoundEntity
from netnew.engine.planning.plan import Plan
from netnew.engine.resolution.exclusions import Exclusions
from netnew.engine.resolution.unmerge import Unmerge, merge_numbered, unmerge, unmerge_changes
from netnew.engine.run import transitions
from netnew.engine.run.transitions import widened
from netnew.engine.url_identity import registered_domain_of
from netnew.ports.store import Changes, Join, Store
from netnew.ports.system import RunQueue

__all__ = [
    "FoundEntity",
    "RunResult",
    "Service",
    "ServiceDependencies",
    "registered_domain_of",
]

# A longer exclude list is kept as hashes alone, apart from the run.
MAX_SHOWN_EXCLUDED = 1_000
# So long after its deadline a preview that is not over is anybody's: its process must be dead.
_TAKEN_UP_AFTER_S = 60.0
NO_CAPS = Budget()


class Service:
    """The commands of one workspace; reads are in `queries`. Made by `bootstrap.open_app`.

    Commands that begin work take `worker_id`: the worker that is to do it ("" for whichever takes
    it first).
    """

    def __init__(self, store: Store, deps: ServiceDependencies) -> None:
        self.workspace_id = store.workspace_id
        self.queries = RunQueries(store, deps.watch)
        self.planner = Planner(store, deps)
        self.executor = RunExecutor(store, deps.clock, deps.open_context)
        self.audit = Auditor(store.audit, deps.clock, store.workspace_id, LIBRARY)
        self._store = store
        self._deps = deps
        self._clock = deps.clock

    def acting_as(self, actor: Actor) -> Self:
        """The same use cases for somebody: what they do is recorded as this actor's."""
        one = copy(self)
        one.audit = self.audit.of(actor)
        return one

    async def plan(self, spec: RunSpec, reads: bool = True) -> Plan:
        """What a run of `spec` would do. A model, where there is one, is asked once to read the
        objective; nothing else is spent. Without `reads` it is not asked now: a run of this plan is
        `unread`, and its worker asks first. Raises InvalidInput, ModelMisconfigured."""
        return await self.planner.plan(spec, "now" if reads else "later")

    async def read_objective(self, spec: RunSpec) -> Plan:
        """What a run of `spec` would do, where none is made of it: what a model takes to read the
        objective counts for the workspace's day.

        Raises InvalidInput naming the field, QuotaExceeded where a cap of the day is reached and a
        model would be asked, ModelMisconfigured, SourceMisconfigured.
        """
        by_rules = await self.planner.plan(spec, "by rules")
        async with self._deps.open_context(by_rules.spec) as context:
            if context.advisor is None:
                return by_rules
            await self._check_the_day(context.day_budget)
        spent: list[Spend] = []
        async with self.audit.recorded("read-objective"):
            try:
                return await self.planner.plan(spec, "now", spent.append)
            finally:
                await self._store.runs.spend(sum(spent, Spend()))

    async def judge_named(self, name: str) -> JudgeSetup:
        """The judge of that name; it is asked nothing. Raises InvalidInput, ModelMisconfigured."""
        return await self._deps.judging(RunSpec(objective="", judge=name))

    async def check_source(self, spec: str) -> None:
        """Open a source and close it again. Raises InvalidInput, SourceMisconfigured …"""
        async with self._deps.open_context(RunSpec(objective="", sources=(spec,))):
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
        async with self.audit.refusals("create", as_id or ""):
            async with self._deps.open_context(planned.spec):
                pass  # what cannot be opened is the caller's to know before a run exists
            excluded = await self.planner.exclusions(planned.spec.exclude)
            start = await self._starter(worker_id)
            return await self._begin("create", planned, excluded, start, as_id, joining)

    async def preview(
        self, spec: RunSpec, deadline_s: float = 25.0, *, as_id: RunId | None = None
    ) -> Run:
        """A quick look at what `spec` would find: a run of the generator preview, worked on here,
        by nobody else, and given back as it ended. At the deadline it ends as completed with what
        it has; it is over some seconds later at most. It can be extended like any other.

        Should this process die over it, a worker takes it up a minute after the deadline. Raises
        like `begin`.
        """
        until = self._clock.monotonic() + deadline_s
        async with self.audit.refusals("preview", as_id or ""):
            planned = await self._read_within(deadline_s / 2, replace(spec, generator="preview"))
            excluded = await self.planner.exclusions(planned.spec.exclude)
            start = await self._starter(after_s=deadline_s + _TAKEN_UP_AFTER_S)
            run = await self._begin("preview", planned, excluded, start, as_id)
        return await self.executor.run_with_deadline(run.id, until - self._clock.monotonic())

    async def _read_within(self, seconds: float, spec: RunSpec) -> Plan:
        """The plan of what a model reads; by rules, where that takes longer, or where a cap of the
        day is reached. Opens what the plan asks for, once, as `begin` does."""
        by_rules = await self.planner.plan(spec, "by rules")
        spent: list[Spend] = []
        async with self._deps.open_context(by_rules.spec) as context:
            try:
                await self._check_the_day(context.day_budget)
                async with asyncio.timeout(seconds):
                    return await self.planner.plan(spec, "now", spent.append)
            except (QuotaExceeded, TimeoutError):
                return replace(by_rules, spend=sum(spent, Spend()))

    async def refresh(
        self,
        run_id: RunId,
        rechecks: bool = False,
        match_limit: int | None = None,
        worker_id: str = "",
        *,
        caps: Budget = NO_CAPS,
    ) -> Run:
        """A new run that asks the same and leaves out what this one found, and what it left out
        itself. `rechecks`: its matches are looked at again, and told where they changed or are
        gone. `caps` hold besides its own.

        Raises NotFound, InvalidInput.
        """
        async with self.audit.refusals("refresh", run_id):
            before = await self._store.runs.get(run_id)
            spec = transitions.refreshing(before.spec, before, rechecks)
            budget = spec.budget.capped_by(caps)
            spec = replace(spec, match_limit=match_limit or spec.match_limit, budget=budget)
            planned = await self.plan(spec, reads=False)
            left_out = Exclusions.from_bytes(await self._store.runs.excluded(run_id))
            found = await self.planner.exclusions(ExcludeList(run_ids=(run_id,)))
            start = await self._starter(worker_id)
            return await self._begin("refresh", planned, left_out | found, start, of=run_id)

    async def _begin(
        self,
        action: str,
        planned: Plan,
        excluded: Exclusions,
        start: Callable[[Run], tuple[Join, ...]],
        as_id: RunId | None = None,
        joining: Callable[[RunId], Sequence[Join]] = lambda run_id: (),
        of: RunId | None = None,
    ) -> Run:
        now = self._clock.now()
        spec = planned.spec
        if len(spec.exclude) > MAX_SHOWN_EXCLUDED:
            apart = ExcludeList(run_ids=spec.exclude.run_ids, kept_apart=len(spec.exclude))
            spec = replace(spec, exclude=apart)
        run = Run(
            id=as_id or run_id(self._deps.ids.uuid()),
            workspace_id=self._store.workspace_id,
            spec=spec,
            status=RunStatus.QUEUED,
            created_at=now,
            updated_at=now,
            judge_profile=planned.judge_profile,
            spend=planned.spend,
        )
        told = (RunStatusChanged(RunStatus.QUEUED),)
        done = self.audit.done(action, run.id, f"of {of}" if of else "")
        joins = (*start(run), *joining(run.id), done)
        return await self._store.runs.create(run, told, excluded.to_bytes(), joins)

    async def find_entities(
        self, entity_type: str, objective: str, limit: int = 100
    ) -> list[FoundEntity]:
        """Whom the objective may mean, the likeliest first: found within seconds, without proof,
        and filled up towards `limit` (1 to 1,000) with ever weaker hits. No run is made of it; what
        it takes counts for the workspace's day.

        Raises InvalidInput naming the field, QuotaExceeded where a cap of the day is reached,
        SourceUnavailable where no source answered, SourceMisconfigured.
        """
        if not 1 <= limit <= MAX_ENTITIES:
            raise InvalidInput("limit", f"{limit:,} is out of range", f"1 to {MAX_ENTITIES:,}")
        asked = RunSpec(objective, entity_type, judge="rules", generator="preview")
        async with self.audit.recorded("entity-search"):
            planned = await self.planner.plan(asked, "by rules")
            async with self._deps.open_context(planned.spec) as context:
                await self._check_the_day(context.day_budget)
                search = EntitySearch(context, planned, limit)
                try:
                    return await search.found()
                finally:
                    await self._store.runs.spend(search.spend)

    # ------------------------------------------------------------------------------- commands

    async def extend(
        self,
        run_id: RunId,
        additional: int,
        worker_id: str = "",
        allowed: Callable[[Run], None] = lambda run: None,
        *,
        judge_all: bool = False,
        beyond: int | None = None,
        caps: Budget = NO_CAPS,
    ) -> Run:
        """Find `additional` more; a run under way goes on beyond its limit. `allowed`: shown the
        run as it is, it raises where a face takes less than we do. `judge_all`: however many
        candidates have to be judged for that. `beyond`: the number of matches to count from,
        instead of the run's match limit. `caps`: hold besides the run's own where it has ended and
        so gets its budget anew.

        Raises NotFound, InvalidInput (more than 100,000 in all).
        """
        now = self._clock.now()

        def extended(run: Run) -> Changes:
            allowed(run)
            return transitions.extended(_capped(run, caps), additional, now, judge_all, beyond)

        return await self._command("extend", run_id, extended, worker_id, f"{additional} more")

    async def widen(
        self,
        run_id: RunId,
        additional: int,
        most: int,
        worker_id: str = "",
        *,
        caps: Budget = NO_CAPS,
    ) -> Run:
        """Find up to `additional` more, though no more than `most` in all; also go on with a run
        that ended short of its limit or is paused. As it is where all that is wanted is there.
        `caps` as in `extend`.

        Raises NotFound, Conflict where it is exhausted.
        """
        now = self._clock.now()

        def more(run: Run) -> Changes | None:
            return widened(_capped(run, caps), additional, most, now)

        return await self._command("extend", run_id, more, worker_id, f"{additional} more")

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
            return transitions.enriched(
                replace(run, spec=replace(run.spec, notes=notes)), fields, now
            )

        fields_told = f"{len(fields)} fields"
        return await self._command("enrich", run_id, enriched, worker_id, fields_told)

    async def resume(
        self,
        run_id: RunId,
        budget: Budget | None = None,
        worker_id: str = "",
        *,
        caps: Budget = NO_CAPS,
    ) -> Run:
        """Go on with a run that failed, was cancelled or met a cap, with its budget anew, or with
        another; also with one whose worker is gone, where it stopped. `caps` hold besides either,
        as in `extend`.

        Raises NotFound, Conflict where nothing is to be resumed (running, exhausted, limit met).
        """
        now = self._clock.now()
        given = budget and budget.capped_by(caps)

        def resumed(run: Run) -> Changes:
            return transitions.resumed(_capped(run, caps), now, given)

        return await self._command("resume", run_id, resumed, worker_id)

    async def adopt(self, run_id: RunId, worker_id: str = "") -> Run:
        """Go on with a run whose worker is gone: it stands as running and nobody works on it.

        Raises NotFound.
        """
        run = await self._store.runs.get(run_id)
        queue = await self.queue()
        if queue is not None and not run.status.is_terminal:
            place = self._deps.place_of(run.spec)
            async with self.audit.recorded("adopt", run_id):
                await queue.resume(run_id, run.generation, place=place, worker_id=worker_id)
        return run

    async def pause(self, run_id: RunId) -> Run:
        """Pause at the next checkpoint. Raises NotFound, Conflict once ended."""
        return await self._stop(
            "pause", run_id, lambda run: transitions.paused(run, self._clock.now())
        )

    async def unpause(self, run_id: RunId, worker_id: str = "") -> Run:
        """Continue a paused run with what is left of its budget. Raises NotFound, Conflict."""
        now = self._clock.now()
        return await self._command(
            "continue", run_id, lambda run: transitions.continued(run, now), worker_id
        )

    async def cancel(self, run_id: RunId) -> Run:
        """Stop at the next checkpoint, as cancelled; its rows are kept. Raises NotFound."""
        return await self._stop(
            "cancel", run_id, lambda run: transitions.cancelled(run, self._clock.now())
        )

    async def keep(self, run_id: RunId) -> Run:
        """Stop at the next checkpoint, as completed with what there is. Raises NotFound."""
        return await self._stop(
            "stop", run_id, lambda run: transitions.kept(run, self._clock.now())
        )

    async def delete(self, run_id: RunId) -> None:
        """Remove a run and its rows; ledger and pages stay. Raises NotFound."""
        async with self.audit.refusals("delete", run_id):
            await self._store.runs.delete(run_id, [self.audit.done("delete", run_id)])

    async def result_to_export(self, run_id: RunId, format: str) -> RunResult:
        """The result, recorded as exported in that format. Raises NotFound."""
        async with self.audit.recorded("export", run_id, format):
            return await self.queries.result(run_id)

    async def record_export(self, run_id: RunId, format: str) -> None:
        """Record that a result at hand was exported in that format. Raises NotFound."""
        async with self.audit.recorded("export", run_id, format):
            await self.queries.run(run_id)

    async def work(self, run_id: RunId) -> Run:
        """Work on a run here and now until it ends or is paused, without a worker; raises what
        broke it off."""
        return await self.executor.run_until_done(run_id)

    async def undo_merge(self, run_id: RunId, number: int) -> Unmerge:
        """Split again what merge `number` (from 1, as in `merges`) made one; it is not merged again
        in this run. Raises NotFound, Conflict for a run under way or a merge that is undone."""
        async with self.audit.refusals("undo-merge", run_id):
            before = await self._store.runs.get(run_id)
            log = await self.queries.merges(run_id)
            merge = merge_numbered(number, log, before)
            kept = await self._survivor(merge.kept)
            done, now = unmerge(merge, log, kept, before.spec), self._clock.now()
            recorded = self.audit.done("undo-merge", run_id, f"number {number}")

            def apply(run: Run) -> Changes:
                changes = unmerge_changes(run, done, kept, now)
                if run.last_seq != before.last_seq:
                    raise Conflict(f"{run_id} has changed meanwhile; try again")
                return replace(changes, joins=(*changes.joins, recorded))

            await self._store.journal.alter(run_id, apply)
            return done

    # --------------------------------------------------------------------------------- inside

    async def _command(
        self,
        action: str,
        run_id: RunId,
        command: Callable[[Run], Changes | None],
        worker_id: str = "",
        detail: str = "",
    ) -> Run:
        """Apply a command to the run as it is; a new generation is put on a queue with it. It is
        recorded with it, also where it leaves all as it was."""
        async with self.audit.refusals(action, run_id):
            start, done = await self._starter(worker_id), self.audit.done(action, run_id, detail)

            def apply(run: Run) -> Changes:
                changes = command(run) or Changes(run_id)
                joins = (*changes.joins, done)
                if changes.run is not None and changes.run.generation != run.generation:
                    joins = (*start(changes.run), *joins)
                return replace(changes, joins=joins)

            return await self._store.journal.alter(run_id, apply)

    async def _stop(
        self, action: str, run_id: RunId, command: Callable[[Run], Changes | None]
    ) -> Run:
        """Ask a run's worker to stop; where that is gone, it is stopped here."""
        run = await self._command(action, run_id, command)
        if run.status is not RunStatus.RUNNING or await self.is_worked_on(run):
            return run
        gone = run.worker_id

        def settle(run: Run) -> Changes | None:
            return transitions.stopped(run, self._clock.now()) if run.worker_id == gone else None

        return await self._store.journal.alter(run_id, settle)

    async def _check_the_day(self, budget: Budget) -> None:
        """Raises QuotaExceeded, to be tried again tomorrow, where a cap on the day is reached."""
        if not budget.is_capped:
            return
        now = self._clock.now()
        cap = budget.exhausted_by(await self._store.runs.spent_on(now.date()))
        if cap is not None:
            tomorrow = datetime.combine(now.date() + timedelta(days=1), time(), now.tzinfo)
            left_s = (tomorrow - now).total_seconds()
            raise QuotaExceeded(f"the day's cap on {cap.value} is reached", left_s)

    async def is_worked_on(self, run: Run) -> bool:
        """Whether a running run has a worker that lives."""
        lives = self._deps.worker_lives
        return lives is None or await lives(run.worker_id)

    async def queue(self) -> RunQueue | None:
        """The queue of runs; None where there is none."""
        return None if self._deps.queue is None else await self._deps.queue()

    async def _starter(
        self, worker_id: str = "", after_s: float = 0.0
    ) -> Callable[[Run], tuple[Join, ...]]:
        queue, place_of = await self.queue(), self._deps.place_of
        if queue is None:
            return lambda run: ()

        def start(run: Run) -> tuple[Join, ...]:
            place = place_of(run.spec)
            to = {"place": place, "worker_id": worker_id}
            return (queue.start_run(run.id, run.generation, **to, after_s=after_s),)

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


def _capped(run: Run, caps: Budget) -> Run:
    """One under way, or paused, keeps the budget that it has begun with."""
    if not run.status.is_terminal:
        return run
    return replace(run, spec=replace(run.spec, budget=run.spec.budget.capped_by(caps)))
