"""Reading runs: their state, candidates, events and pages."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from netnew.domain.candidate import Candidate, MatchStatus, Merge, RecheckOutcome
from netnew.domain.event import Event, SourceFailed
from netnew.domain.ids import CandidateId, RunId, SnapshotId
from netnew.domain.page import Snapshot
from netnew.domain.run import Run
from netnew.ports.store import EventWatch, Store

_ORDER = {
    MatchStatus.MATCHED: 0,
    MatchStatus.UNCLEAR: 1,
    MatchStatus.UNMATCHED: 2,
    MatchStatus.GENERATED: 3,
    MatchStatus.DISCARDED: 4,
}


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run and its candidates: matched first, then unclear, unmatched and not yet judged, each in
    the order they were found. `rechecked` (of a refresh): the matches of the previous run that
    have changed or are gone, the changed ones first."""

    run: Run
    candidates: tuple[Candidate, ...]
    rechecked: tuple[Candidate, ...] = ()


class RunQueries:
    """Reads the runs of one workspace. `watch`: follows events; None where nothing can."""

    def __init__(self, store: Store, watch: EventWatch | None) -> None:
        self._store = store
        self._watch = watch

    async def run(self, run_id: RunId) -> Run:
        """Raises NotFound."""
        return await self._store.runs.get(run_id)

    async def runs(
        self, limit: int = 50, before: datetime | None = None, offset: int = 0
    ) -> list[Run]:
        """The newest runs first, after skipping `offset`; only those created before `before`."""
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

    async def status_changes(self, run_id: RunId) -> list[Event]:
        """Every change of the run's status, in order; each generation begins with `queued`."""
        return await self._store.events.of_kind(run_id, "run.status")

    async def limit_changes(self, run_id: RunId) -> list[Event]:
        """Every change of what the run is to find (`RunChanged`), in order."""
        return await self._store.events.of_kind(run_id, "run.changed")

    def watch(
        self, run_id: RunId, after: int = 0, until_terminal: bool = True
    ) -> AsyncGenerator[list[Event], None]:
        """Yield the events after `after` as any process commits them. Ends with the run, or never
        if `until_terminal` is false. Close the generator unless it is read to its end."""
        assert self._watch is not None, "nothing to watch with"
        return self._watch(run_id, after, until_terminal)

    def candidates(
        self, run_id: RunId, status: MatchStatus | None = None
    ) -> AsyncIterator[Candidate]:
        """All candidates in the order they were found, discarded ones included; with `status` only
        those of that status."""
        return self._store.candidates.of_run(run_id, status)

    async def result(self, run_id: RunId) -> RunResult:
        """The run and its candidates without the discarded ones. Raises NotFound."""
        run = await self._store.runs.get(run_id)
        found = [c async for c in self.candidates(run_id) if c.status is not MatchStatus.DISCARDED]
        own = sorted((c for c in found if c.recheck is None), key=lambda c: _ORDER[c.status])
        rechecked = sorted(
            (c for c in found if c.recheck is not None),
            key=lambda c: c.recheck is RecheckOutcome.GONE,
        )
        return RunResult(run, tuple(own), tuple(rechecked))

    async def merges(self, run_id: RunId) -> list[Merge]:
        """The merge log of a run, in order."""
        return await self._store.candidates.merges(run_id)

    async def snapshot(self, snapshot_id: SnapshotId) -> Snapshot:
        """The page that a citation points into. Raises NotFound."""
        return await self._store.pages.get(snapshot_id)
