"""Runs as Scout's clients are to see them, with all that is read for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netnew.api.dialects.scout import wire
from netnew.api.dialects.scout.convert import Delivered, run_view
from netnew.api.dialects.scout.notes import FACE, notes_of
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.event import Event, RunStatusChanged
from netnew.domain.ids import RunId
from netnew.domain.run import Run, RunStatus
from netnew.ports import WebhookStore
from netnew.service import Service


@dataclass(frozen=True, slots=True)
class Reading:
    """Of one workspace. Without `webhooks` nothing is told of deliveries."""

    service: Service
    webhooks: WebhookStore | None = None

    async def view(self, run: Run, *, is_row_of_list: bool = False) -> wire.FindAllRunView:
        delivered = await self._delivered(run.id) if notes_of(run.spec).hooked else Delivered()
        only_matches = is_row_of_list or run.status is not RunStatus.COMPLETED
        found = await self.candidates(run, MatchStatus.MATCHED if only_matches else None)
        return await run_view(run, found, delivered, is_row_of_list=is_row_of_list)

    async def candidates(self, run: Run, status: MatchStatus | None = None) -> list[Candidate]:
        """Those that count, or only those at `status`, in the order they were found. What a
        cancelled pass found does not: it was thrown away, as far as Scout's clients see."""
        last = await self._last_kept(run)
        return [
            x
            async for x in self.service.candidates(run.id, status)
            if x.status is not MatchStatus.DISCARDED and x.generation <= last
        ]

    async def _last_kept(self, run: Run) -> int:
        """The last generation whose rows are shown."""
        if run.status is not RunStatus.CANCELLED:
            return run.generation
        return last_completed(await self.service.status_changes(run.id), run.generation)

    async def _delivered(self, run_id: RunId) -> Delivered:
        if self.webhooks is None:
            return Delivered()
        workspace_id = self.service.workspace_id
        hooks = await self.webhooks.of_run(workspace_id, run_id)
        own = {x.id for x in hooks if x.face == FACE}
        if not own:
            return Delivered()
        told = [
            x
            for x in await self.webhooks.deliveries(workspace_id, run_id)
            if x.webhook_id in own and x.tries
        ]
        if not told:
            return Delivered()
        tries = await self.webhooks.attempts(workspace_id, told[0].id)
        last = tries[-1]
        return Delivered(sum(x.tries for x in told), last.status, last.problem or None)


def last_completed(changes: Sequence[Event], generation: int) -> int:
    """The last generation that a run ended in as completed, 0 where none did. Each begins with
    `queued`; of a run whose first events were removed, the one before `generation` is taken."""
    begun, completed = 0, 0
    for event in changes:
        assert isinstance(event.body, RunStatusChanged)
        begun += event.body.status is RunStatus.QUEUED
        if event.body.status is RunStatus.COMPLETED:
            completed = begun
    return completed if begun == generation else generation - 1
