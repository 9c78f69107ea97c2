"""Headers of every answer of Scout."""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netnew.api.idempotency import REPLAYED

_VERSION = re.compile(r"^[A-Za-z0-9._-]{1,64}$")


class ScoutHeaders:
    """Sends `Scout-Version` back, which changes nothing, and tells by `X-Cache` whether what is
    answered was answered before."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        version = Headers(scope=scope).get("scout-version", "")

        async def answering(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-cache"] = "HIT" if REPLAYED in headers else "MISS"
                if _VERSION.match(version):
                    headers["scout-version"] = version
            await send(message)

        await self._app(scope, receive, answering)
