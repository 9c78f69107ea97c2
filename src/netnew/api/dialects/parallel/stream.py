"""The stream of a run's events."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from starlette.requests import Request
from starlette.responses import StreamingResponse

from netnew.api.auth import CurrentCaller
from netnew.api.authenticated_route import AuthenticatedRoute
from netnew.api.dialects.parallel import responses
from netnew.api.dialects.parallel.errors import documented
from netnew.api.dialects.parallel.event_encoder import EncodedEventCache
from netnew.api.dialects.parallel.event_ids import EventPosition, position_of
from netnew.api.dialects.parallel.stream_writer import StreamWriter
from netnew.api.path_ids import run_id_in_path
from netnew.api.sse import EventStream

router = APIRouter(route_class=AuthenticatedRoute)

_MAX_S = 6_000
_ID = "^([0-9a-fA-F]{13})?$"


def _document() -> dict[int | str, dict[str, Any]]:
    shape = responses.StreamEvent.model_json_schema(ref_template="#/components/schemas/{model}")
    shape.pop("$defs", None)
    said = (
        "Each event has the lines `event`, `id` and `data`; `data` is one line of JSON as below."
        " After 10 seconds without an event, `findall.status` is repeated with the id of the "
        "event before it. An `error` event has the body of an error and is the last."
    )
    text = {"type": "string"}
    data = text | {"contentMediaType": "application/json", "contentSchema": shape}
    record = {
        "type": "object",
        "properties": {"event": text, "id": text, "data": data},
        "required": ["event", "data"],
    }
    # `schema` would be that of the whole stream, and generated clients would read JSON in it.
    content = {"text/event-stream": {"itemSchema": record}}
    return {200: {"description": said, "content": content}} | documented(404)


@router.get(
    "/v1beta/findall/runs/{findall_id}/events",
    response_class=StreamingResponse,
    responses=_document(),
)
async def stream_events(
    caller: CurrentCaller,
    request: Request,
    findall_id: str,
    last_event_id: Annotated[
        str | None,
        Query(pattern=_ID, description="continue after this event; by default from the first"),
    ] = None,
    timeout_s: Annotated[
        float | None,
        Query(
            alias="timeout",
            ge=0,
            le=_MAX_S,
            description="seconds; by default until the run has ended",
        ),
    ] = None,
    last_event_header: Annotated[
        str | None,
        Header(alias="Last-Event-ID", pattern=_ID, description="as `last_event_id`"),
    ] = None,
) -> EventStream:
    """All events of a run, past and future, in order. The stream of a finished run closes after
    its last event."""
    run = await caller.service.queries.run(run_id_in_path(findall_id))
    resumes_at = last_event_id or last_event_header
    start = position_of(resumes_at, run.created_at, run.last_seq) if resumes_at else EventPosition()
    release = caller.api.streams.take(caller.key_id)
    stream = StreamWriter(caller, run, _texts(request), start, timeout_s)
    return EventStream(stream.frames(), release)


def _texts(request: Request) -> EncodedEventCache:
    """Those of the server."""
    state = request.app.state
    if not hasattr(state, "texts"):
        state.texts = EncodedEventCache()
    texts: EncodedEventCache = state.texts
    return texts
