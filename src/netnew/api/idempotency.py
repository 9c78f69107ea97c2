"""Requests that carry an `Idempotency-Key`: what was answered is kept for a day and given again.
Two that come at once are done one after the other.

Where a process dies between doing and keeping, it depends. What is begun anew
(`create_idempotently`) gets the id that it had: there is no second run. Any other command is done
again when the request comes again two minutes later or more: until then its key is taken. The same
holds for a command that was `done`, and of which then nothing could be read to answer with.
"""

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
"""Set on an answer that was given before."""

_CHANGE_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST = 255
"""Characters of a key."""

_KEPT = timedelta(days=1)  # as long as `ports.AnswerStore` does
_WAITS_S = 30.0
_LOOKS_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class IdempotentRequest:
    """A request that is to be done once. `asked`: a hash of what it asks."""

    caller: Caller
    route: str
    key: str
    asked: str

    async def claim(self) -> StoredResponse | None:
        """What was answered before; None where it is now to be done. One that is being done just
        now is waited for. Raises InvalidInput, Conflict."""
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
        """The id of the run that this begins; `number` counts the days that it came on."""
        parts = (self.caller.workspace_id, self.route, self.key, self.asked, str(number))
        digest = blake2b("\0".join(parts).encode(), digest_size=16).digest()
        return run_id(UUID(bytes=digest, version=4))


class IdempotentRoute(APIRoute):
    """A route that heeds the header. It stands below one that has admitted the caller and read the
    body: `class Route(GuardedRoute, DoneOnce)`. Answers of success alone are kept."""

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
    """What is asked has become durable. Should the answer fail now, the key stays taken, so that
    who tries again at once does not have it done twice."""
    request.state.is_done = True


async def create_idempotently(
    request: Request,
    caller: Caller,
    start: Callable[[RunId | None], Awaitable[Run]],
    counts: Callable[[Run], bool] = lambda run: True,
) -> Run:
    """The run that `start` begins under the id it is given, or that it began when the very same
    request came before. One of before that does not count is passed over."""
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
