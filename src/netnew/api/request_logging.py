"""Middleware around every request and WebSocket: id, duration, one log line."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netnew.api import metrics
from netnew.api.auth import key_id_of

_GOOD_ID = re.compile(r"^[A-Za-z0-9._-]{1,128}$")
_DONE, _GONE, _FAILED = 1000, 1006, 1011
_REFUSED = 403  # closed before it was open: logged as the response to its request
# Polled every few seconds by machines: logged only on failure or at level `debug`.
_ROUTINE = frozenset({"/healthz", "/readyz", "/metrics"})
_log = structlog.get_logger("netnew.api")


class RequestLogMiddleware:
    """Uses the caller's `x-request-id` if it is a plain word, otherwise a new one; returns it.

    A response without a cache header gets `no-store`, since most responses are for one key only.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handle = {"http": self._request, "websocket": self._socket}.get(scope["type"])
        if handle is None:
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _GOOD_ID.match(given) else uuid4().hex
        scope.setdefault("state", {})  # shared by all copies of the scope
        with structlog.contextvars.bound_contextvars(request=request_id):
            await handle(scope, receive, send, request_id)

    async def _request(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        path = quote(scope["path"])
        began, status, is_told = time.perf_counter(), 500, False

        async def answering(message: Message) -> None:
            nonlocal status, is_told
            if message["type"] == "http.response.start":
                status, is_told = message["status"], message["status"] >= 500
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request_id
                headers["x-elapsed-ms"] = str(round((time.perf_counter() - began) * 1000))
                headers.setdefault("cache-control", "no-store")
            await send(message)

        try:
            await self._app(scope, receive, answering)
        except Exception:
            if not is_told:  # otherwise it was answered and logged
                raise
        finally:
            took_s = time.perf_counter() - began
            metrics.count_request(scope, status, took_s)
            told = {"method": scope["method"], "path": path, "status": status}
            is_routine = scope["path"] in _ROUTINE and status < 400
            _tell("request", scope, took_s, told, "debug" if is_routine else "info")

    async def _socket(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        """A WebSocket, from its opening to its close: `code` is the first close code."""
        path = quote(scope["path"])
        began, code, is_open = time.perf_counter(), None, False

        async def receiving() -> Message:
            nonlocal code
            message = await receive()
            if message["type"] == "websocket.disconnect" and code is None:
                code = message.get("code", _GONE)
            return message

        async def sending(message: Message) -> None:
            nonlocal code, is_open
            if message["type"] == "websocket.close" and code is None:
                code = message.get("code", _DONE) if is_open else _REFUSED
            elif message["type"] == "websocket.accept":
                is_open = True
                headers = MutableHeaders(raw=list(message.get("headers", ())))
                headers["x-request-id"] = request_id
                message["headers"] = headers.raw
            await send(message)

        failed = True
        try:
            await self._app(scope, receiving, sending)
            failed = False
        finally:
            took_s = time.perf_counter() - began
            code = (_FAILED if failed else _GONE) if code is None else code
            _tell("websocket", scope, took_s, {"path": path, "code": code})


def _tell(
    event: str,
    scope: Scope,
    took_s: float,
    told: Mapping[str, object],
    level: Literal["debug", "info"] = "info",
) -> None:
    """Write one log line; of the key only its id."""
    key_id = key_id_of(scope)
    key = {} if key_id is None else {"key": key_id}
    write = _log.debug if level == "debug" else _log.info
    write(event, **told, ms=round(took_s * 1000, 1), **key)
