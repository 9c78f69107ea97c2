"""What happens to a run, as it is committed: our own events as a stream."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from netnew.api.auth import Caller, CurrentCaller
from netnew.api.authenticated_route import AuthenticatedRoute
from netnew.api.dialects.netnew.errors import refusals
from netnew.api.event_stream import follow
from netnew.api.path_ids import run_id_in_path
from netnew.api.sse import EventStream, frame
from netnew.domain.errors import InvalidInput
from netnew.domain.event import Event
from netnew.domain.ids import RunId
from netnew.exports.writers import event_document

router = APIRouter(route_class=AuthenticatedRoute)

_BEAT_S = 15.0
_BEAT = b": nothing new\n\n"  # a comment, which clients pass over
_LAST = 2**53 - 1
_EXAMPLE = (
    "event: run.status\nid: 1\ndata: "
    '{"run_id": "run_0b6c…", "seq": 1, "at": "2026-01-05T10:00:00+00:00", "kind": "run.status",'
    ' "status": "queued", "termination_reason": null, "detail": ""}\n\n'
)
_EVENT = {
    "type": "object",
    "properties": {
        "event": {"type": "string", "description": "its kind, such as `run.status`"},
        "id": {"type": "string", "pattern": "^[0-9]+$", "description": "its number"},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "the event: `run_id`, `seq`, `at`, `kind`, and what that kind tells",
        },
    },
    "required": ["event", "id", "data"],
}
# `schema` would be that of the whole stream, and generated clients would read JSON in it.
_DOCUMENTED = {
    "description": "Server-sent events, each as the schema says.",
    "content": {"text/event-stream": {"itemSchema": _EVENT, "example": _EXAMPLE}},
}


@router.get(
    "/runs/{run_id}/events",
    response_class=Response,
    responses={200: _DOCUMENTED, **refusals(404)},
)
async def events(
    caller: CurrentCaller,
    run_id: str,
    after: Annotated[
        int, Query(ge=0, le=_LAST, description="only events with a higher number")
    ] = 0,
    last_event_id: Annotated[
        str | None, Header(description="the same, as browsers send it when they reconnect")
    ] = None,
    timeout_s: Annotated[
        float | None,
        Query(
            ge=0,
            le=86_400,
            description="seconds after which the stream ends; 0: only what is stored now",
        ),
    ] = None,
) -> EventStream:
    """All events of a run in order, without gaps, until the run has ended. The event name is its
    kind: `run.status`, `run.round`, `candidate.decided` … After 15 s without an event a comment
    is sent to keep the connection open."""
    run = await caller.service.queries.run(run_id_in_path(run_id))
    begin = _number(last_event_id) if last_event_id else after
    release = caller.api.streams.take(caller.key_id)
    return EventStream(_frames(caller, run.id, begin, timeout_s), release)


async def _frames(
    caller: Caller, run_id: RunId, after: int, timeout_s: float | None
) -> AsyncIterator[bytes]:
    async for some in follow(caller, run_id, after, _BEAT_S, timeout_s):
        yield b"".join(map(_frame, some)) if some else _BEAT


def _frame(event: Event) -> bytes:
    document = event_document(event)
    return frame(json.dumps(document, ensure_ascii=False), event.body.kind, str(event.seq))


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) <= _LAST:
        return int(text)
    raise InvalidInput("last-event-id", "is no number of an event", "an `id` of this stream")
