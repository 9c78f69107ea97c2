"""Server-sent events: how one is framed, and an answer that lets go of its slot at its end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

_LINE_ENDS = frozenset("\u0085\u2028\u2029")
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


def frame(data: str, event: str, id: str = "") -> bytes:
    """One event; `data` is JSON on one line. It ends with the blank line that makes it whole."""
    # Some clients take these for ends of lines, too; in JSON they may always be written so.
    for sign in _LINE_ENDS.intersection(data):
        data = data.replace(sign, f"\\u{ord(sign):04x}")
    lines = [f"event: {event}", *([f"id: {id}"] if id else []), f"data: {data}"]
    return ("\n".join(lines) + "\n\n").encode()


class EventStream(StreamingResponse):
    """Frames as they come. `release` is called once nobody reads any more, however that came."""

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncIterator[bytes], release: Callable[[], None]) -> None:
        super().__init__(frames, headers=_HEADERS)
        self._let_go = release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._let_go()
