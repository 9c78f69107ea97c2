"""The use cases: what every face can ask for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from netnew.domain.candidate import Candidate, Merge
from netnew.domain.event import Event
from netnew.domain.ids import RunId, SnapshotId
from netnew.domain.page import Snapshot
from netnew.domain.run import Run, RunSpec
from netnew.engine.plan import Plan


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run and its candidates, matched first, in the order they were found."""

    run: Run
    candidates: tuple[Candidate, ...]


class Service:
    """Use cases over the ports; made by `bootstrap.open_app`."""

    async def plan(self, spec: RunSpec) -> Plan:
        """What a run of `spec` would do; spends nothing. Raises InvalidInput."""
        raise NotImplementedError

    async def create_run(self, spec: RunSpec) -> Run:
        """A queued run. Raises InvalidInput naming the field, SourceMisconfigured."""
        raise NotImplementedError

    async def work(self, run_id: RunId) -> Run:
        """Work on a run in this process until it ends; the ended run."""
        raise NotImplementedError

    async def run(self, run_id: RunId) -> Run:
        raise NotImplementedError

    async def runs(self, limit: int = 50, before: datetime | None = None) -> list[Run]:
        raise NotImplementedError

    async def events(self, run_id: RunId, after: int = 0, limit: int = 500) -> list[Event]:
        raise NotImplementedError

    def candidates(self, run_id: RunId) -> AsyncIterator[Candidate]:
        raise NotImplementedError

    async def result(self, run_id: RunId) -> RunResult:
        raise NotImplementedError

    async def merges(self, run_id: RunId) -> list[Merge]:
        raise NotImplementedError

    async def cancel(self, run_id: RunId) -> Run:
        """Ask a run to stop at its next checkpoint; its rows are kept."""
        raise NotImplementedError

    async def delete(self, run_id: RunId) -> None:
        raise NotImplementedError

    async def snapshot(self, snapshot_id: SnapshotId) -> Snapshot:
        """The page a citation points into."""
        raise NotImplementedError
