"""The events of a run over a WebSocket: one text frame of JSON each."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.requests import HTTPConnection
from starlette.websockets import WebSocket, WebSocketDisconnect

from netnew.api.auth import Caller, authenticate
from netnew.api.dialects.scout.stream import event_mapper, number_of
from netnew.api.path_ids import run_id_in_path
from netnew.api.state import api_state
from netnew.domain.errors import HostRefused, KeyRefused, NetnewError, NotFound, QuotaExceeded
from netnew.domain.run import Run

router = APIRouter()

_DONE, _LEAVING, _AWAY = 1000, 1001, 1011
_REFUSED, _UNKNOWN, _TOO_MANY = 4401, 4404, 4429


@router.websocket("/runs/{findall_id}/ws")
async def events(socket: WebSocket, findall_id: str) -> None:
    """The same as the stream of `/events`. The key comes as a Bearer token or as `?token=`; where
    to go on as `Last-Event-ID` or `?last_event_id=`."""
    await socket.accept()  # only then can a code of closing say why
    try:
        if _comes_from_elsewhere(socket):
            raise KeyRefused
        caller = await authenticate(_with_token(socket))
        run = await caller.service.queries.run(run_id_in_path(findall_id))
        release = caller.api.streams.take(caller.key_id)
    except KeyRefused as error:
        await socket.close(_REFUSED, str(error))
    except HostRefused as error:
        await socket.close(_REFUSED, error.problem)  # a reason has 123 bytes at most
    except NotFound:
        await socket.close(_UNKNOWN, "there is no such run")
    except QuotaExceeded as error:
        await socket.close(_TOO_MANY, str(error))
    except NetnewError:
        await socket.close(_AWAY, "come again later")
    else:
        try:
            await _until_over(socket, caller, run)
        finally:
            release()


async def _until_over(socket: WebSocket, caller: Caller, run: Run) -> None:
    """Tell until the run ends or nobody listens any more."""
    tells = asyncio.create_task(_tell(socket, caller, run))
    gone = asyncio.create_task(_until_gone(socket))
    try:
        await asyncio.wait({tells, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (tells, gone):
            task.cancel()
        done = await asyncio.gather(tells, gone, return_exceptions=True)
    failed = done[0]
    if isinstance(failed, Exception) and not isinstance(failed, WebSocketDisconnect):
        raise failed


async def _tell(socket: WebSocket, caller: Caller, run: Run) -> None:
    last = socket.headers.get("last-event-id") or socket.query_params.get("last_event_id")
    async for event in event_mapper(caller, run, number_of(last)):
        if event is not None:
            await socket.send_text(json.dumps(event.document(), ensure_ascii=False))
    if caller.api.closing.is_set():
        await socket.close(_LEAVING)
    elif await caller.is_still_admitted():
        await socket.close(_DONE)
    else:
        await socket.close(_REFUSED, str(KeyRefused()))


async def _until_gone(socket: WebSocket) -> None:
    """What the client sends is of no interest."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


def _comes_from_elsewhere(socket: WebSocket) -> bool:
    """Whether a page of another origin opened it: browsers ask nobody before they do."""
    origin = socket.headers.get("origin")
    if not origin or {origin, "*"}.intersection(api_state(socket).settings.cors_origins):
        return False
    return urlsplit(origin).netloc != socket.headers.get("host")


def _with_token(socket: WebSocket) -> HTTPConnection:
    """The connection with the key of its address where a key is looked for: browsers can set no
    header here."""
    token = socket.query_params.get("token", "").strip()
    if not token:
        return socket
    headers = [
        *socket.scope["headers"],
        (b"authorization", f"Bearer {token}".encode("latin-1", "replace")),
    ]
    return HTTPConnection({**socket.scope, "headers": headers})
