"""What happens to a run, as Scout's clients are told of it."""

from __future__ import annotations

from dataclasses import dataclass

from netnew.api.dialects.scout.convert_response import findall_id, rows, timestamp
from netnew.api.dialects.scout.flat_rows import is_match
from netnew.api.dialects.scout.responses import RunEvent
from netnew.api.dialects.scout.run_metadata import metadata_of
from netnew.api.dialects.scout.run_reader import RunReader
from netnew.domain.candidate import MatchStatus
from netnew.domain.errors import NotFound
from netnew.domain.event import (
    CandidateDecided,
    CandidateDiscarded,
    CandidateEnriched,
    Event,
    RoundEnded,
    RunChanged,
    RunPlanned,
    RunStatusChanged,
    SourceFailed,
)
from netnew.domain.ids import CandidateId
from netnew.domain.run import Run, RunStatus

TERMINAL = frozenset({"run.completed", "run.failed", "run.cancelled"})
"""After one of these nothing comes."""


@dataclass(slots=True)
class ScoutEventMapper:
    """Tells the events of one run, in order; each but the first follows on `previous`.

    Rows are told as they are now, whenever their event was. Of a run that was extended, only its
    last end is told as one: a client stops reading there. An end is told as the run then stands: a
    cancelled or failed extension ends with `run.completed`, whose `message` says why it failed.
    """

    run: Run
    reading: RunReader
    previous: Event | None = None

    async def told(self, event: Event) -> RunEvent | None:
        """None where there is nothing that these clients are told."""
        previous, self.previous = self.previous, event
        match event.body:
            case RunStatusChanged(status, _, detail):
                return await self._standing(event, status, detail)
            case CandidateDecided(candidate_id=found, status=MatchStatus.MATCHED):
                return await self._entity(event, found)
            case CandidateEnriched(candidate_id=found):
                # With its fields filled at once it was told just before.
                before = previous.body if previous else None
                is_told = isinstance(before, CandidateDecided) and before.candidate_id == found
                return None if is_told else await self._entity(event, found)
            case RoundEnded():
                return self._round(event, event.body)
            case RunPlanned(queries=queries):
                return self._progress(event, f"planned, with {len(queries)} queries to begin with")
            case RunChanged(match_limit=limit):
                await self._look_again()
                return self._progress(event, f"up to {limit} entities are wanted now")
            case SourceFailed(source=source, problem=problem):
                return self._progress(event, f"{source} could not answer: {problem}")
            case CandidateDiscarded(reason=reason):
                return self._progress(event, f"an entity was dropped: {reason}")
            case _:
                return None

    async def _standing(self, event: Event, status: RunStatus, detail: str) -> RunEvent:
        if status is RunStatus.PAUSED:
            return self._progress(event, "paused")
        if not status.is_terminal:
            return self._event(event, f"run.{status.value}")
        if not await self._is_last(event):
            return self._progress(event, f"{status.value} before, and begun again since")
        await self._look_again()
        view = await self.reading.view(self.run)
        stands = view.status if isinstance(view.status, str) else view.status.status
        told: dict[str, object] = {"run": view}
        if status is RunStatus.FAILED and stands != status.value:
            told["message"] = f"the extension failed, the run is as it was before: {detail}"
        return self._event(event, f"run.{stands}").model_copy(update=told)

    async def _is_last(self, event: Event) -> bool:
        """Whether the run stands as this event says."""
        changes = await self.reading.service.queries.status_changes(self.run.id)
        return not changes or changes[-1].seq <= event.seq

    async def _entity(self, event: Event, found: CandidateId) -> RunEvent | None:
        try:
            candidate = await self.reading.service.queries.candidate(found)
        except NotFound:
            return None
        if not is_match(candidate, self.run.spec):
            return None
        (row,) = await rows(self.run, metadata_of(self.run.spec), [candidate])
        return self._event(event, "run.entity").model_copy(update={"entity": row})

    async def _look_again(self) -> None:
        self.run = await self.reading.service.queries.run(self.run.id)

    def _round(self, event: Event, ended: RoundEnded) -> RunEvent:
        share = 100 * ended.counts.matched // max(1, self.run.spec.match_limit)
        message = f"round {ended.number}: {ended.counts.matched} entities so far"
        return self._progress(event, message).model_copy(update={"pct": min(99, share)})

    def _progress(self, event: Event, message: str) -> RunEvent:
        return self._event(event, "run.progress").model_copy(update={"message": message})

    def _event(self, event: Event, type: str) -> RunEvent:
        return RunEvent(
            type=type, findall_id=findall_id(self.run), seq=event.seq, ts=timestamp(event.at)
        )
