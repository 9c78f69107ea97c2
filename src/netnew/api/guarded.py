"""Routes that first ask who calls, and read no more of a body than they are ready to take."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from netnew.api.caller import admitted
from netnew.api.house import house_of
from netnew.domain.errors import InvalidInput, TooLarge

_HAVE_BODIES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_DEEPEST = 64


class GuardedRoute(APIRoute):
    """The `route_class` of every router but those that anyone may call.

    In this order: the key, the caller's rate, the size of the body, its JSON; only then what the
    route declares. Raises KeyRefused, QuotaExceeded, TooLarge, InvalidInput (field `body`), which
    the dialect's table of errors answers.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        takes_body = self.body_field is not None

        async def guarded(request: Request) -> Response:
            request.state.caller = await admitted(request)
            if request.method in _HAVE_BODIES:
                body = await _body(request, house_of(request).settings.serve_max_bytes)
                # Starlette keeps both under these names; so they are read, and parsed, once.
                request._body = body
                if takes_body and body:
                    request._json = _parsed(body)
            return await handle(request)

        return guarded


async def _body(request: Request, most: int) -> bytes:
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > most:
        raise TooLarge(most)
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise TooLarge(most)
        parts.append(part)
    return b"".join(parts)


def _parsed(body: bytes) -> Any:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput("body", f"byte {error.start} is not UTF-8", "JSON in UTF-8") from None
    try:
        parsed = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise InvalidInput("body", f"no JSON at {error.pos}: {error.msg}", "JSON") from None
    except (RecursionError, ValueError):
        raise InvalidInput("body", "nested too deeply, or numbers too long", "plain JSON") from None
    if _depth(parsed) > _DEEPEST:
        raise InvalidInput("body", "nested too deeply", f"at most {_DEEPEST} levels")
    return parsed


def _refuse(constant: str) -> None:
    raise json.JSONDecodeError(f"{constant} is not JSON", constant, 0)


def _depth(parsed: Any) -> int:
    """How many levels of lists and objects there are."""
    depth, level = 0, [parsed]
    while level:
        level = [x for x in level if isinstance(x, dict | list)]
        depth += bool(level)
        if depth > _DEEPEST:
            break
        level = [x for each in level for x in (each.values() if isinstance(each, dict) else each)]
    return depth
