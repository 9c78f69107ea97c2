"""The events of a run: as a stream, or those that there are in JSON pages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.responses import JSONResponse, Response

from netnew.api.auth import Caller, CurrentCaller
from netnew.api.dialects.scout.errors import refusals
from netnew.api.dialects.scout.event_mapper import TERMINAL, ScoutEventMapper
from netnew.api.dialects.scout.responses import RunEvent, RunEvents
from netnew.api.dialects.scout.route_class import ScoutRoute
from netnew.api.dialects.scout.run_reader import RunReader
from netnew.api.event_stream import follow
from netnew.api.path_ids import run_id_in_path
from netnew.api.sse import EventStream, frame
from netnew.domain.run import Run

router = APIRouter(route_class=ScoutRoute)

BEAT_S = 15.0
_BEAT = b": keepalive\n\n"
_AT_ONCE = 500
_MAX_OF_PAGE = 1_000
_LAST = 2**53 - 1
_EXAMPLE = (
    "event: run.queued\nid: 1\ndata: "
    '{"type": "run.queued", "findall_id": "fa-0b6c2f5c6e5d4f7fa9c1c1f0a2f4d3b1", "seq": 1,'
    ' "ts": "2026-01-05T10:00:00+00:00"}\n\n'
)
_RECORD = {
    "type": "object",
    "description": "One event of the stream; `data` is a RunEvent as JSON.",
    "properties": {x: {"type": "string"} for x in ("event", "id", "data")},
    "required": ["event", "id", "data"],
}
# `schema` would be that of the whole stream, and generated clients would read JSON in it.
_DOCUMENTED = {
    "description": "A stream, or with `Accept: application/json` a page of events.",
    "model": RunEvents,
    "content": {"text/event-stream": {"itemSchema": _RECORD, "example": _EXAMPLE}},
}


@router.get(
    "/runs/{findall_id}/events",
    response_class=Response,
    responses={200: _DOCUMENTED, **refusals(404)},
)
async def events(
    caller: CurrentCaller,
    findall_id: str,
    accept: Annotated[str, Header(include_in_schema=False)] = "*/*",
    last_event_id: Annotated[
        str | None, Header(description="The `id` of the last event received.")
    ] = None,
    cursor: Annotated[
        str | None,
        Query(
            pattern=r"^[0-9]{1,19}$",
            description="`next_cursor` of a page, or the `id` of an event; overrides "
            "`Last-Event-ID`.",
        ),
    ] = None,
) -> Response:
    """The events of a run, from its beginning or after `Last-Event-ID`. The stream ends after
    `run.completed`, `run.failed` or `run.cancelled`; after 15 s without an event a comment is
    sent. A JSON page has up to 1,000 events; `next_cursor` leads to the next."""
    run = await caller.service.queries.run(run_id_in_path(findall_id))
    after = number_of(cursor or last_event_id)
    release = caller.api.streams.take(caller.key_id)
    if wants_page(accept):
        try:
            return JSONResponse(await _page(caller, run, after))
        finally:
            release()
    return EventStream(_frames(caller, run, after), release)


async def event_mapper(caller: Caller, run: Run, after: int) -> AsyncIterator[RunEvent | None]:
    """The events with a number above `after` as they come, None where none did for a while."""
    tells = ScoutEventMapper(run, RunReader(caller.service, caller.api.webhooks))
    # What an event says may hang on the one before it.
    async for some in follow(caller, run.id, max(0, after - 1), BEAT_S):
        if not some:
            yield None
        for event in some:
            if event.seq <= after:
                tells.previous = event
                continue
            told = await tells.told(event)
            if told is not None:
                yield told
                if told.type in TERMINAL:
                    return


def number_of(last_event_id: str | None) -> int:
    """Where to go on; what is no number of an event is as good as none."""
    text = last_event_id or ""
    return min(_LAST, int(text)) if text.isascii() and text.isdecimal() and len(text) < 20 else 0


async def _frames(caller: Caller, run: Run, after: int) -> AsyncIterator[bytes]:
    async for event in event_mapper(caller, run, after):
        if event is None:
            yield _BEAT
        else:
            data = json.dumps(event.document(), ensure_ascii=False)
            yield frame(data, event.type, str(event.seq))


async def _page(caller: Caller, run: Run, after: int) -> dict[str, object]:
    tells = ScoutEventMapper(run, RunReader(caller.service, caller.api.webhooks))
    told: list[RunEvent] = []
    seq = max(0, after - 1)
    while some := await caller.service.queries.events(run.id, seq, _AT_ONCE):
        for event in some:
            if event.seq <= after:
                tells.previous = event
            elif len(told) == _MAX_OF_PAGE:
                return _document(told, str(told[-1].seq))
            elif (one := await tells.told(event)) is not None:
                told.append(one)
        seq = some[-1].seq
    return _document(told, None)


def _document(told: list[RunEvent], next_cursor: str | None) -> dict[str, object]:
    return {"events": [x.document() for x in told], "next_cursor": next_cursor}


def wants_page(accept: str) -> bool:
    """JSON alone is asked for, or more than a stream is."""
    wants: dict[str, float] = {}
    for part in accept.split(","):
        kind, *parameters = (x.strip().lower() for x in part.split(";"))
        weights = (x[2:] for x in parameters if x.startswith("q="))
        wants[kind] = next((_weight(x) for x in weights), 1.0)
    return wants.get("application/json", 0.0) > wants.get("text/event-stream", 0.0)


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
