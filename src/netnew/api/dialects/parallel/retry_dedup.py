"""A create that a client sends again is the same create.

The vendor's clients carry no key for that; they count their retries in a header. So the id of a run
follows from what is asked and from the minute: whoever asks the same in a retry finds the run.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

from starlette.requests import Request

from netnew.api.auth import Caller
from netnew.api.create_run import WebhookRequest, create_run
from netnew.domain.errors import Conflict, NotFound
from netnew.domain.ids import RunId, run_id
from netnew.domain.run import Run, RunSpec

_WITHIN = timedelta(minutes=1)


async def create_once(
    caller: Caller, request: Request, body: bytes, spec: RunSpec, hook: WebhookRequest | None
) -> Run:
    """A new run; in a retry, the one that the same body began within the last minute. Raises like
    `begin`."""
    now = caller.api.clock.now()
    as_id = _id_for(caller, body, now)
    if is_retry(request):
        for asked in (as_id, _id_for(caller, body, now - _WITHIN)):
            run = await _begun_lately(caller, asked, now)
            if run is not None:
                return run
    try:
        return await create_run(caller, spec, hook, as_id)
    except Conflict:
        if is_retry(request):  # the first try was still under way
            return await caller.service.queries.run(as_id)
        return await create_run(caller, spec, hook)  # the same is wanted twice


def is_retry(request: Request) -> bool:
    count = request.headers.get("x-stainless-retry-count", "")
    return count.isdecimal() and int(count) >= 1


async def _begun_lately(caller: Caller, asked: RunId, now: datetime) -> Run | None:
    try:
        run = await caller.service.queries.run(asked)
    except NotFound:
        return None
    return run if now - run.created_at <= _WITHIN else None


def _id_for(caller: Caller, body: bytes, now: datetime) -> RunId:
    """122 bits of a hash in the form of a uuid4."""
    minute = int(now.timestamp() // _WITHIN.total_seconds())
    asked = f"{caller.workspace_id}\0{caller.key_id}\0{minute}\0".encode() + body
    return run_id(UUID(bytes=blake2b(asked, digest_size=16).digest(), version=4))
