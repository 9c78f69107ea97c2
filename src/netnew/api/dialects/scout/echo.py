"""What of a request comes back with its answer."""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_VERSION = re.compile(r"^[A-Za-z0-9._-]{1,64}$")


class EchoesVersion:
    """Sends `Scout-Version` back; it changes nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        version = Headers(scope=scope).get("scout-version", "") if scope["type"] == "http" else ""
        if not _VERSION.match(version):
            await self._app(scope, receive, send)
            return

        async def answering(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["scout-version"] = version
            await send(message)

        await self._app(scope, receive, answering)
