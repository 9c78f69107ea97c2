"""The workspaces of one database: the use cases of each, and the work on the runs of all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from netnew.app.run_executor import ExecutionObserver
from netnew.app.service import Service
from netnew.domain.budget import Spend
from netnew.domain.errors import NotFound, TransientError
from netnew.domain.ids import RunId, WorkspaceId
from netnew.domain.judging_batch import JudgingBatch
from netnew.domain.run import Run

MakeService = Callable[[WorkspaceId], Service]
WorkspaceOf = Callable[[RunId], Awaitable[WorkspaceId | None]]
"""The workspace that a run is of; None where there is no such run."""

_MAX_REMEMBERED = 10_000
_AGAIN_AFTER_S = 0.5


@dataclass(slots=True)
class Workspaces:
    """Made by `bootstrap`; a worker is given its `step`, `may_take_over` and `judge_batch`."""

    make: MakeService
    workspace_of: WorkspaceOf
    _services: dict[WorkspaceId, Service] = field(default_factory=dict)
    _known: dict[RunId, WorkspaceId] = field(default_factory=dict)
    _observer: ExecutionObserver = field(default_factory=ExecutionObserver)

    def observe(self, observer: ExecutionObserver) -> None:
        """Tell `observer`, instead of the one before, of the work on the runs of all workspaces."""
        self._observer = observer
        for service in self._services.values():
            service.executor.observer = observer

    def of(self, workspace_id: WorkspaceId) -> Service:
        """The use cases of a workspace; the same ones for the same workspace."""
        service = self._services.get(workspace_id)
        if service is None:
            service = self._services[workspace_id] = self.make(workspace_id)
            service.executor.observer = self._observer
        return service

    async def with_run(self, run_id: RunId) -> Service:
        """The use cases of the workspace that a run is of. Raises NotFound."""
        workspace_id = self._known.get(run_id) or await self.workspace_of(run_id)
        if workspace_id is None:
            raise NotFound("run", run_id)
        self._known[run_id] = workspace_id
        while len(self._known) > _MAX_REMEMBERED:
            del self._known[next(iter(self._known))]
        return self.of(workspace_id)

    async def run(self, run_id: RunId) -> Run:
        """A run of whichever workspace. Raises NotFound."""
        return await (await self.with_run(run_id)).queries.run(run_id)

    async def step(self, run_id: RunId, generation: int, worker_id: str) -> bool:
        """One stretch of work; see `RunExecutor.step`. A run that is gone has nothing more to
        do."""
        try:
            service = await self.with_run(run_id)
        except NotFound:
            return False
        except TransientError:
            await asyncio.sleep(_AGAIN_AFTER_S)
            return True
        return await service.executor.step(run_id, generation, worker_id)

    async def may_take_over(self, run_id: RunId, generation: int) -> bool:
        """See `RunExecutor.may_take_over`."""
        try:
            service = await self.with_run(run_id)
        except NotFound:
            return False
        return await service.executor.may_take_over(run_id, generation)

    async def judge_batch(self, batch: JudgingBatch) -> Spend:
        """See `RunExecutor.judge_batch`. Raises NotFound."""
        service = await self.with_run(batch.run_id)
        return await service.executor.judge_batch(batch)

    async def close(self) -> None:
        """Let go of all runs; each stays as it was last written."""
        for service in self._services.values():
            await service.executor.close()
