"""Webhooks in Parallel's shape: `{type, timestamp, data}`, signed as the standard has it."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from netnew.api.create_run import WebhookRequest
from netnew.api.dialects.parallel.candidates import candidate_told
from netnew.api.dialects.parallel.convert import (
    counted,
    findall_id,
    run_with,
    status_view,
    timestamp_or_none,
)
from netnew.api.dialects.parallel.output_schemas import FACE
from netnew.api.dialects.parallel.requests import EventType, WebhookBody
from netnew.api.netnew_extension import netnew_response
from netnew.app.service import Service
from netnew.domain.candidate import MatchStatus
from netnew.domain.event import (
    CandidateDecided,
    CandidateEnriched,
    CandidateGenerated,
    Event,
    RunStatusChanged,
)
from netnew.domain.ids import CandidateId, RunId
from netnew.domain.run import Run
from netnew.webhooks.format import OutgoingMessage
from netnew.webhooks.signing import standard_headers

TYPES: tuple[str, ...] = get_args(EventType)
_FIRST_WAIT_S = 5.0
_TRIES_FOR_S = 48 * 3600.0


def webhook_request(asked: WebhookBody | None) -> WebhookRequest | None:
    """Without `event_types` all are told, with an empty list none."""
    if asked is None:
        return None
    types = TYPES if asked.event_types is None else tuple(asked.event_types)
    return WebhookRequest(FACE, asked.url, types)


@dataclass(frozen=True, slots=True)
class FilledPayload:
    """Where each candidate was first seen with so many values, of those seen lately: a row that is
    written again says the same again. It is known within a process only."""

    most: int = 20_000
    _first: OrderedDict[tuple[RunId, CandidateId, int], int] = field(default_factory=OrderedDict)

    def is_new(self, event: Event, filled: CandidateEnriched) -> bool:
        """The same whenever an event is looked at again."""
        key = (event.run_id, filled.candidate_id, len(filled.values))
        first = self._first.setdefault(key, event.seq)
        while len(self._first) > self.most:
            self._first.popitem(last=False)
        return event.seq <= first


@dataclass(frozen=True, slots=True)
class ParallelWebhookFormat:
    """Runs and candidates as the API tells them; a candidate's run is named besides.

    Who is unclear is not told: more pages may decide it, until the run has ended.
    """

    face: str = FACE
    timeout_s: float | None = 10.0
    filled: FilledPayload = field(default_factory=FilledPayload)

    def types_of(self, event: Event) -> tuple[str, ...]:
        match event.body:
            case RunStatusChanged(status=status) if status.is_terminal:
                return (f"findall.run.{status}",)
            case CandidateGenerated():
                return ("findall.candidate.generated",)
            case CandidateDecided(status=MatchStatus.MATCHED):
                return ("findall.candidate.matched",)
            case CandidateDecided(status=MatchStatus.UNMATCHED):
                return ("findall.candidate.unmatched",)
            case CandidateEnriched() as filled if self.filled.is_new(event, filled):
                return ("findall.candidate.enriched",)
            case _:
                return ()

    async def body_of(
        self, service: Service, run_id: RunId, event: Event, event_type: str, delivery_id: str
    ) -> bytes:
        """The JSON that is sent, made once and kept. Raises NotFound where the run is gone."""
        run = await service.queries.run(run_id)
        match event.body:
            case RunStatusChanged() as body:
                data: object = _run_at(run, event, body)
            case CandidateGenerated() | CandidateDecided() | CandidateEnriched() as body:
                row = await service.queries.candidate(body.candidate_id)
                view = candidate_told(row, body, run)
                data = json.loads(view.text()) | {"findall_id": findall_id(run_id)}
            case _:
                raise AssertionError(f"{event.body.kind} is not told")
        told = {"type": event_type, "timestamp": timestamp_or_none(event.at), "data": data}
        return json.dumps(told, ensure_ascii=False).encode()

    def headers_of(self, sent: OutgoingMessage) -> Mapping[str, str]:
        return standard_headers(sent)

    def wait_s(self, tries: int, age_s: float) -> float | None:
        """5 seconds, then twice as long each time, for 48 hours."""
        wait_s = _FIRST_WAIT_S * 2 ** min(max(tries, 1) - 1, 30)
        return wait_s if age_s + wait_s <= _TRIES_FOR_S else None


def _run_at(run: Run, event: Event, changed: RunStatusChanged) -> object:
    """The run as it ended then; it may have been taken up again since."""
    status = status_view(changed.status, changed.termination_reason, counted(run.counts))
    view = run_with(run, status, event.at)
    view.netnew = netnew_response(run)
    return json.loads(view.text())
