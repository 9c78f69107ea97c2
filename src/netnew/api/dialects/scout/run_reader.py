"""Runs as Scout's clients are to see them, with all that is read for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from netnew.api.dialects.scout import responses
from netnew.api.dialects.scout.convert_response import Delivered, run_view
from netnew.api.dialects.scout.flat_rows import is_match
from netnew.api.dialects.scout.run_metadata import FACE, metadata_of
from netnew.app.service import Service
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.event import Event, RunChanged, RunStatusChanged
from netnew.domain.run import Counts, Run, RunStatus
from netnew.ports.api import WebhookStore

_GIVEN_UP = (RunStatus.CANCELLED, RunStatus.FAILED)
"""How an extension ends that did not come to its end."""


@dataclass(frozen=True, slots=True)
class RunReader:
    """Of one workspace. Without `webhooks` nothing is told of deliveries."""

    service: Service
    webhooks: WebhookStore | None = None

    async def view(self, run: Run, *, is_row_of_list: bool = False) -> responses.FindAllRunView:
        delivered = await self._delivered(run)
        stands = await self.standing(run)
        if stands is not run:
            found = await self.candidates(stands)
            stands = replace(stands, counts=_counted(found))
        else:
            only_matches = is_row_of_list or run.status is not RunStatus.COMPLETED
            found = await self.candidates(run, MatchStatus.MATCHED if only_matches else None)
        return await run_view(stands, found, delivered, is_row_of_list=is_row_of_list)

    async def view_at(self, run: Run, event: Event) -> responses.FindAllRunView:
        """The run as it stood with that end, of which `run` knows: it may have been taken up again
        since. Who was judged later is left out; the others have the fields that they have now."""
        changes = await self.service.queries.status_changes(run.id)
        if not any(x.seq > event.seq for x in changes):
            return await self.view(run)
        until_then = [x for x in changes if x.seq <= event.seq]
        then = await self.standing(run_at(run, event, changes), until_then)
        found = await self._shown(then, None, until_then)
        then = replace(then, counts=_counted(found))
        if then.status is not RunStatus.COMPLETED:
            found = [x for x in found if x.status is MatchStatus.MATCHED]
        return await run_view(then, found, await self._delivered(run))

    async def standing(self, run: Run, changes: Sequence[Event] | None = None) -> Run:
        """The run as it stands for Scout's clients: where an extension was cancelled or failed, it
        is completed as it was before that. `changes`: those of its status up to then, where
        known."""
        if run.status not in _GIVEN_UP or run.generation == 1:
            return run
        if changes is None:
            changes = await self.service.queries.status_changes(run.id)
        last = last_completed(changes, run.generation)
        if last == 0:
            return run
        ends = [x for x in changes if _status_of(x) is RunStatus.COMPLETED]
        if not ends:  # its first events were removed
            return replace(run, status=RunStatus.COMPLETED, generation=last)
        limit = await self._limit_at(run, ends[-1])
        before = run_at(run, ends[-1], changes)
        return replace(before, generation=last, spec=replace(run.spec, match_limit=limit))

    async def candidates(self, run: Run, status: MatchStatus | None = None) -> list[Candidate]:
        """Those that count, or only those at `status`, in the order they were found. What a
        cancelled pass or a failed extension found does not: it was thrown away, as far as Scout's
        clients see, until a later extension asks for as many again."""
        if run.generation == 1 and run.status is not RunStatus.CANCELLED:
            return await self._until(run.generation, run, status)
        return await self._shown(run, status, await self.service.queries.status_changes(run.id))

    async def _shown(
        self, run: Run, status: MatchStatus | None, changes: Sequence[Event]
    ) -> list[Candidate]:
        last = run.generation
        fills = not run.status.is_terminal and run.ended_as is not None
        ended_as = run.ended_as if fills else run.status
        if ended_as in _GIVEN_UP:
            completed = last_completed(changes, run.generation)
            # A first pass that failed keeps what it found.
            if completed or ended_as is RunStatus.CANCELLED:
                last = completed
        found = await self._until(last, run, status)
        if any(_status_of(x) in _GIVEN_UP for x in changes):
            return _within_limit(found, run)
        return found

    async def _until(self, last: int, run: Run, status: MatchStatus | None) -> list[Candidate]:
        """Those of the generations up to `last`."""
        return [
            x
            async for x in self.service.queries.candidates(run.id, status)
            if x.status is not MatchStatus.DISCARDED and x.generation <= last
        ]

    async def _limit_at(self, run: Run, end: Event) -> int:
        """The match limit that the run had when it ended so."""
        for event in await self.service.queries.limit_changes(run.id):
            assert isinstance(event.body, RunChanged)
            if event.seq > end.seq and event.body.limit_before is not None:
                return event.body.limit_before
        return run.spec.match_limit

    async def _delivered(self, run: Run) -> Delivered:
        if self.webhooks is None or not metadata_of(run.spec).hooked:
            return Delivered()
        workspace_id, run_id = self.service.workspace_id, run.id
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


def run_at(run: Run, event: Event, changes: Sequence[Event]) -> Run:
    """The run with how it stood at that change of its status, and the generation of then."""
    assert isinstance(event.body, RunStatusChanged)
    since = [x.body for x in changes if event.seq < x.seq <= run.last_seq]
    begun = sum(isinstance(x, RunStatusChanged) and x.status is RunStatus.QUEUED for x in since)
    return replace(
        run,
        status=event.body.status,
        updated_at=event.at,
        ended_at=event.at,
        termination_reason=event.body.termination_reason,
        termination_detail=event.body.detail,
        generation=run.generation - begun,
    )


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


def _counted(found: Sequence[Candidate]) -> Counts:
    of = Counter(x.status for x in found if x.recheck is None)
    return Counts(
        generated=of.total(),
        matched=of[MatchStatus.MATCHED],
        unmatched=of[MatchStatus.UNMATCHED],
        unclear=of[MatchStatus.UNCLEAR],
    )


def _status_of(event: Event) -> RunStatus:
    assert isinstance(event.body, RunStatusChanged)
    return event.body.status


def _within_limit(found: Sequence[Candidate], run: Run) -> list[Candidate]:
    """Without the matches beyond the limit: a pass that was given up may have left more than
    were wanted since."""
    shown, matches = [], 0
    for candidate in found:
        matches += is_match(candidate, run.spec)
        if matches <= run.spec.match_limit or not is_match(candidate, run.spec):
            shown.append(candidate)
    return shown
