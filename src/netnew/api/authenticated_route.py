"""Routes that authenticate first and read no more of a body than allowed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from netnew.api.auth import authenticate
from netnew.api.json_body import parsed
from netnew.api.state import api_state
from netnew.cpu.account import Metered, paid_by
from netnew.domain.errors import InvalidInput, NotFound, TooLarge

_HAVE_BODIES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# A small body is parsed directly: passing it to a thread takes as long.
_SMALL_BYTES = 4_000
_MAX_ELEMENTS = 30_000
_MAX_ELEMENTS_OF_LISTS = 150_000
_WHOLE_WITHIN_S = 60.0


_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])


def takes_list(endpoint: _Endpoint) -> _Endpoint:
    """Marks a route (below its decorator) whose body may have a long list, and so be larger than
    others."""
    setattr(endpoint, _TAKES_LIST, True)
    return endpoint


_TAKES_LIST = "takes_list"


class AuthenticatedRoute(APIRoute):
    """The `route_class` of every router that requires a key.

    Checks in this order: the key, the caller's rate, its processor time if there may be a body,
    the size of the body, its JSON; only then what the route declares. The route's processor time
    is charged to the caller, too. Raises KeyRefused, QuotaExceeded, TooLarge, InvalidInput
    (field `body`), which the dialect's errors answer."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        reads = _BodyReader(self.body_field is not None, hasattr(self.endpoint, _TAKES_LIST))

        async def with_body(request: Request) -> Response:
            await reads.body_of(request)
            return await handle(request)

        async def guarded(request: Request) -> Response:
            caller = await authenticate(request)
            if "\0" in request.url.path or "\0" in request.scope["path"]:
                raise NotFound("address", request.scope["path"].replace("\0", "%00"))
            if request.method not in _HAVE_BODIES:
                return await handle(request)
            account = caller.api.cpu.account(caller.key_id)
            account.check()
            with paid_by(account):
                return await Metered(with_body(request), account)

        return guarded


@dataclass(frozen=True, slots=True)
class _BodyReader:
    """For one route. `is_json`: it declares a body; `is_list`: with a long list."""

    is_json: bool
    is_list: bool

    async def body_of(self, request: Request) -> None:
        """Read and parse it once. A large body waits until others of its caller are done; until
        then it stays with the client."""
        api = api_state(request)
        most = api.settings.serve_max_bytes
        if self.is_list:
            most = max(most, api.settings.serve_max_list_bytes)
        if _length(request, most) <= _SMALL_BYTES:
            body = await _body(request, most)
            if self._is_parsed(request, body):
                request._json = parsed(body, _MAX_ELEMENTS)
            return
        async with api.bodies.turn():
            body = await _body(request, most)
            if self._is_parsed(request, body):
                elements = _MAX_ELEMENTS_OF_LISTS if self.is_list else _MAX_ELEMENTS
                request._json = await api.off_loop.run(parsed, body, elements)

    def _is_parsed(self, request: Request, body: bytes) -> bool:
        # Starlette caches both under these names, so they are read and parsed once.
        request._body = body
        if self.is_json and body:
            _check_type(request.headers.get("content-type", ""))
            return True
        return False


def _length(request: Request, most: int) -> int:
    """The announced length in bytes, `most` if it is not announced. Raises TooLarge."""
    told = request.headers.get("content-length", "")
    if told.isdecimal():
        if int(told) > most:
            raise TooLarge(most)
        return int(told)
    return most if "transfer-encoding" in request.headers else 0


async def _body(request: Request, most: int) -> bytes:
    try:
        async with asyncio.timeout(_WHOLE_WITHIN_S):
            return await _received(request, most)
    except TimeoutError:
        problem = f"did not come within {_WHOLE_WITHIN_S:.0f} s"
        raise InvalidInput("body", problem, "all of it at once") from None


async def _received(request: Request, most: int) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise TooLarge(most)
        parts.append(part)
    length = request.headers.get("content-length", "")
    if (
        length.isdecimal() and int(length) != size
    ):  # a parser lost some bytes: never answer without them
        raise InvalidInput("body", f"{size:,} of its {int(length):,} bytes came", "all of it")
    return b"".join(parts)


def _check_type(content_type: str) -> None:
    kind = content_type.partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and "+json" in kind):
        problem = f"came as {kind[:100]!r}" if kind else "came without a content-type"
        raise InvalidInput("body", problem, "content-type: application/json")
