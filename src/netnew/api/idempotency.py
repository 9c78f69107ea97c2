"""Requests with an `Idempotency-Key`: the response is stored for a day and returned again.
Concurrent ones run one after another.

If a process dies between doing and storing, it depends. A repeated create
(`create_idempotently`) gets the same id, so there is no second run. Any other command is done
again if the request is repeated after two minutes or more; until then its key is taken. The same
applies to a command that was done but whose response could not be read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b, sha256
from itertools import count
from typing import Any
from uuid import UUID

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from netnew.api.auth import Caller
from netnew.domain.errors import Conflict, InvalidInput, NotFound
from netnew.domain.ids import RunId, run_id
from netnew.domain.run import Run
from netnew.ports.api import StoredResponse

HEADER = "Idempotency-Key"
REPLAYED = "idempotent-replayed"
"""Set on a repeated response."""

_CHANGE_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST = 255
"""Maximum length of a key."""

_KEPT = timedelta(days=1)  # as long as `ports.AnswerStore` does
_WAITS_S = 30.0
_LOOKS_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A request to be done once. `asked`: a hash of its content."""

    caller: Caller
    route: str
    key: str
    asked: str

    async def claim(self) -> StoredResponse | None:
        """The stored response; None if the request should be done now. Waits for one in
        progress. Raises InvalidInput, Conflict."""
        api, workspace_id = self.caller.api, self.caller.workspace_id
        until = api.clock.monotonic() + _WAITS_S
        while True:
            try:
                return await api.answers.claim(workspace_id, self.route, self.key, self.asked)
            except Conflict:
                if api.clock.monotonic() >= until or api.closing.is_set():
                    raise
            await asyncio.sleep(_LOOKS_EVERY_S)

    async def keep(self, response: Response) -> None:
        answer = StoredResponse(response.status_code, bytes(response.body))
        workspace_id = self.caller.workspace_id
        await self.caller.api.answers.keep(workspace_id, self.route, self.key, answer)

    async def release(self) -> None:
        await self.caller.api.answers.release(self.caller.workspace_id, self.route, self.key)

    def run_id(self, number: int) -> RunId:
        """The id of the run that this creates; `number` counts the days on which it was sent."""
        parts = (self.caller.workspace_id, self.route, self.key, self.asked, str(number))
        digest = blake2b("\0".join(parts).encode(), digest_size=16).digest()
        return run_id(UUID(bytes=digest, version=4))


class IdempotentRoute(APIRoute):
    """A route that honours the header. It comes after one that has authenticated the caller and
    read the body: `class Route(AuthenticatedRoute, IdempotentRoute)`. Only successful responses
    are stored."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None or request.method in _CHANGE_NOTHING:
                return await handle(request)
            asked = IdempotentRequest(
                request.state.caller, _route(request), _checked(key), await _hash(request)
            )
            return await _answered(asked, request, handle)

        return once


def respond_once(request: Request) -> None:
    """The command has become durable. If the response fails now, the key stays taken, so that an
    immediate retry does not do it twice."""
    request.state.is_done = True


async def create_idempotently(
    request: Request,
    caller: Caller,
    start: Callable[[RunId | None], Awaitable[Run]],
    counts: Callable[[Run], bool] = lambda run: True,
) -> Run:
    """The run that `start` creates under the given id, or created for the same request before.
    An earlier run that does not count is ignored."""
    once: IdempotentRequest | None = getattr(request.state, "once", None)
    if once is None:
        return await start(None)
    for number in count():
        as_id = once.run_id(number)
        run = await _run(caller, as_id)
        if run is None:
            try:
                return await start(as_id)
            except Conflict:
                run = await _run(caller, as_id)
                if run is None:
                    raise
        if caller.api.clock.now() - run.created_at < _KEPT and counts(run):
            return run
    raise AssertionError


async def _answered(
    once: IdempotentRequest, request: Request, handle: Callable[[Request], Awaitable[Response]]
) -> Response:
    before = await once.claim()
    if before is not None:
        headers = {REPLAYED: "true"}
        return Response(before.body, before.status, headers, media_type="application/json")
    request.state.once = once
    try:
        response = await handle(request)
    except Exception:
        if not getattr(request.state, "is_done", False):
            await once.release()
        raise
    await (once.keep(response) if response.status_code < 300 else once.release())
    return response


async def _run(caller: Caller, id: RunId) -> Run | None:
    try:
        return await caller.service.queries.run(id)
    except NotFound:
        return None


def _route(request: Request) -> str:
    return f"{request.method} {request.url.path}"


async def _hash(request: Request) -> str:
    return sha256(request.url.query.encode() + b"\0" + await request.body()).hexdigest()


def _checked(key: str) -> str:
    if 1 <= len(key) <= LONGEST and key.isprintable():
        return key
    allowed = f"1 to {LONGEST} printable characters"
    raise InvalidInput(HEADER, "cannot be told from others", allowed)
