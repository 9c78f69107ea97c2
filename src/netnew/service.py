"""The use cases: what every face can ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from netnew.domain.candidate import Candidate, MatchStatus, Merge
from netnew.domain.errors import Conflict
from netnew.domain.event import Event, RunStatusChanged
from netnew.domain.ids import RunId, SnapshotId, run_id
from netnew.domain.page import Snapshot
from netnew.domain.run import Run, RunSpec, RunStatus
from netnew.engine.parts import Parts
from netnew.engine.plan import Plan, plan
from netnew.engine.workflow import work_on
from netnew.ports import Changes, Clock, Ids, Judge, Store

_ORDER = {
    MatchStatus.MATCHED: 0,
    MatchStatus.UNCLEAR: 1,
    MatchStatus.UNMATCHED: 2,
    MatchStatus.GENERATED: 3,
    MatchStatus.DISCARDED: 4,
}


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run and its candidates, matched first, in the order they were found."""

    run: Run
    candidates: tuple[Candidate, ...]


# Opens what a run of this spec needs (its sources, a fetcher that knows their pages) and closes it.
OpenParts = Callable[[RunSpec], AbstractAsyncContextManager[Parts]]


class Service:
    """Use cases over the ports; made by `bootstrap.open_app`."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        ids: Ids,
        judge_named: Callable[[str], Judge],
        default_sources: Sequence[str],
        open_parts: OpenParts,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._judge_named = judge_named
        self._default_sources = tuple(default_sources)
        self._open_parts = open_parts

    async def plan(self, spec: RunSpec) -> Plan:
        """What a run of `spec` would do; spends nothing. Raises InvalidInput."""
        return plan(self._with_sources(spec), self._judge_named(spec.judge), self._clock)

    async def check_source(self, spec: str) -> None:
        """Open a source and close it again. Raises InvalidInput, SourceMisconfigured …"""
        async with self._open_parts(RunSpec(objective="", sources=(spec,))):
            pass

    async def create_run(self, spec: RunSpec) -> Run:
        """A queued run. Raises InvalidInput naming the field, SourceMisconfigured."""
        spec = self._with_sources(spec)
        plan(spec, self._judge_named(spec.judge), self._clock)
        for excluded in spec.exclude.run_ids:
            await self._store.runs.get(excluded)
        async with self._open_parts(spec):
            pass  # what cannot be opened is the caller's to know before a run exists
        now = self._clock.now()
        run = Run(
            id=run_id(self._ids.uuid()),
            workspace_id=self._store.workspace_id,
            spec=spec,
            status=RunStatus.QUEUED,
            created_at=now,
            updated_at=now,
        )
        await self._store.runs.create(run)
        await self._store.journal.commit(
            Changes(run.id, events=(RunStatusChanged(RunStatus.QUEUED),))
        )
        return await self._store.runs.get(run.id)

    async def work(self, run_id: RunId) -> Run:
        """Work on a run in this process until it ends; the ended run.

        Raises Conflict where it has ended already.
        """
        run = await self._store.runs.get(run_id)
        if run.status.is_terminal:
            raise Conflict(f"{run_id} is {run.status} and cannot be worked on")
        async with self._open_parts(run.spec) as parts:
            await work_on(run, parts)
        return await self._store.runs.get(run_id)

    async def run(self, run_id: RunId) -> Run:
        """Raises NotFound."""
        return await self._store.runs.get(run_id)

    async def runs(self, limit: int = 50, before: datetime | None = None) -> list[Run]:
        """The newest runs first; `before`: only those created before."""
        return await self._store.runs.list(limit, before)

    async def events(self, run_id: RunId, after: int = 0, limit: int = 500) -> list[Event]:
        """The run's events with a number above `after`, in order."""
        return await self._store.events.after(run_id, after, limit)

    def candidates(self, run_id: RunId) -> AsyncIterator[Candidate]:
        """All candidates in the order they were found, the discarded included."""
        return self._store.candidates.of_run(run_id)

    async def result(self, run_id: RunId) -> RunResult:
        """The run and its candidates, the discarded left out. Raises NotFound."""
        run = await self._store.runs.get(run_id)
        found = [c async for c in self.candidates(run_id) if c.status is not MatchStatus.DISCARDED]
        found.sort(key=lambda c: _ORDER[c.status])
        return RunResult(run, tuple(found))

    async def merges(self, run_id: RunId) -> list[Merge]:
        """The merge log of a run, in order."""
        return await self._store.candidates.merges(run_id)

    async def cancel(self, run_id: RunId) -> Run:
        """Ask a run to stop at its next checkpoint; its rows are kept."""
        await self._store.runs.request_cancel(run_id)
        return await self._store.runs.get(run_id)

    async def delete(self, run_id: RunId) -> None:
        """Remove a run and its rows; ledger and pages stay. Raises NotFound."""
        await self._store.runs.delete(run_id)

    async def snapshot(self, snapshot_id: SnapshotId) -> Snapshot:
        """The page a citation points into. Raises NotFound."""
        return await self._store.pages.get(snapshot_id)

    def _with_sources(self, spec: RunSpec) -> RunSpec:
        return spec if spec.sources else replace(spec, sources=self._default_sources)
