"""Routes that first ask who calls, and read no more of a body than they are ready to take."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from netnew.api.caller import admitted
from netnew.api.house import house_of
from netnew.domain.errors import InvalidInput, NotFound, TooLarge

_HAVE_BODIES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_DEEPEST = 64
_LARGEST = 2**63 - 1  # what every database can hold
_WHOLE_WITHIN_S = 60.0


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
            await admitted(request)
            if "\0" in request.url.path or "\0" in request.scope["path"]:
                raise NotFound("address", request.scope["path"].replace("\0", "%00"))
            if request.method in _HAVE_BODIES:
                body = await _body(request, house_of(request).settings.serve_max_bytes)
                # Starlette keeps both under these names; so they are read, and parsed, once.
                request._body = body
                if takes_body and body:
                    _check_type(request.headers.get("content-type", ""))
                    request._json = _parsed(body)
            return await handle(request)

        return guarded


async def _body(request: Request, most: int) -> bytes:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise TooLarge(most)
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
    if length.isdecimal() and int(length) != size:  # a parser has lost some: never answer without
        raise InvalidInput("body", f"{size:,} of its {int(length):,} bytes came", "all of it")
    return b"".join(parts)


def _check_type(content_type: str) -> None:
    kind = content_type.partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and "+json" in kind):
        problem = f"came as {kind[:100]!r}" if kind else "came without a content-type"
        raise InvalidInput("body", problem, "content-type: application/json")


def _parsed(body: bytes) -> Any:
    """The JSON. Of a name that stands twice in an object the last counts, as everywhere."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput("body", f"byte {error.start} is not UTF-8", "JSON in UTF-8") from None
    try:
        parsed = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise InvalidInput("body", f"no JSON at {error.pos}: {error.msg}", "JSON") from None
    except (RecursionError, ValueError):
        raise InvalidInput("body", "nested too deeply, or numbers too long", "plain JSON") from None
    if _depth(parsed) > _DEEPEST:
        raise InvalidInput("body", "nested too deeply", f"at most {_DEEPEST} levels")
    if "\\ud" in text or "\\uD" in text:
        _check_surrogates(parsed)
    if "\\u0000" in text and any("\0" in x for x in _strings(parsed)):
        raise InvalidInput("body", "has the character U+0000", "text without it")
    return parsed


def _strings(parsed: Any) -> Iterator[str]:
    """All texts of it, names included."""
    left = [parsed]
    while left:
        match left.pop():
            case str(text):
                yield text
            case dict(fields):
                yield from fields
                left += fields.values()
            case list(items):
                left += items


def _refuse(constant: str) -> None:
    raise json.JSONDecodeError(f"{constant} is not JSON", constant, 0)


def _whole(digits: str) -> int:
    number = int(digits)
    if not -_LARGEST <= number <= _LARGEST:
        raise InvalidInput("body", "has a number that is too large", "integers of 64 bits")
    return number


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise InvalidInput("body", "has a number that is too large", "what 64 bits hold")
    return number


_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_int=_whole, parse_float=_finite)


def _check_surrogates(parsed: Any) -> None:
    """Half a character, which no answer could repeat."""
    try:
        json.dumps(parsed, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InvalidInput("body", "has half a surrogate pair", "whole characters") from None


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
