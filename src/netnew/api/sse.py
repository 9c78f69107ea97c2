"""Server-sent events: framing, and a response that releases its slot at its end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

_LINE_ENDS = frozenset("\u0085\u2028\u2029")
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


def frame(data: str, event: str, id: str = "") -> bytes:
    """One event with its final blank line; `data` is JSON on one line."""
    # Some clients treat these as line ends; JSON may always escape them.
    for sign in _LINE_ENDS.intersection(data):
        data = data.replace(sign, f"\\u{ord(sign):04x}")
    lines = [f"event: {event}", *([f"id: {id}"] if id else []), f"data: {data}"]
    return ("\n".join(lines) + "\n\n").encode()


class EventStream(StreamingResponse):
    """Sends frames as they come. `release` is called once nobody reads any more, for whatever
    reason."""

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncIterator[bytes], release: Callable[[], None]) -> None:
        super().__init__(frames, headers=_HEADERS)
        self._let_go = release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._let_go()
