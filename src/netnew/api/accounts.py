"""Around every request: its id, how long it took, one line in the log."""

from __future__ import annotations

import re
import time
from urllib.parse import quote
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netnew.api import metrics

_GOOD_ID = re.compile(r"^[A-Za-z0-9._-]{1,128}$")
_log = structlog.get_logger("netnew.api")


class Accounts:
    """Takes the caller's `x-request-id` where it is a plain word, else makes one; sends it back."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _GOOD_ID.match(given) else uuid4().hex
        began, status, is_told = time.perf_counter(), 500, False

        async def answering(message: Message) -> None:
            nonlocal status, is_told
            if message["type"] == "http.response.start":
                status, is_told = message["status"], message["status"] >= 500
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers["x-elapsed-ms"] = str(round((time.perf_counter() - began) * 1000))
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request_id):
            try:
                await self._app(scope, receive, answering)
            except Exception:
                if not is_told:  # else it was answered, and is in the log
                    raise
            finally:
                took_s = time.perf_counter() - began
                metrics.count_request(scope, status, took_s)
                _log.info(
                    "request",
                    method=scope["method"],
                    path=quote(scope["path"]),
                    status=status,
                    ms=round(took_s * 1000, 1),
                )
