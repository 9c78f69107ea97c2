"""Who asks: the key that came with a request, and the workspace that it opens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.types import Scope

from netnew.api.hosts import host_of
from netnew.api.metrics import route_of
from netnew.api.state import ApiState, api_state
from netnew.app.service import Service
from netnew.domain.api_key import KeyScope
from netnew.domain.audit import Actor
from netnew.domain.errors import Forbidden, HostRefused, KeyRefused
from netnew.domain.ids import WorkspaceId
from netnew.net.loopback import is_loopback

ANYBODY = "anybody"
"""The id of every key while none was made."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_MAX_SHOWN = 100  # characters of a host
_OF_PROXIES = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"})


@dataclass(frozen=True, slots=True)
class Caller:
    """`key_id` names the key (not its secret); `service` are the use cases of its workspace."""

    key_id: str
    workspace_id: WorkspaceId
    service: Service
    api: ApiState
    scope: KeyScope = KeyScope.FULL

    def check_full_scope(self) -> None:
        """Raises Forbidden for a read-only key."""
        if self.scope is not KeyScope.FULL:
            raise Forbidden

    async def is_still_admitted(self) -> bool:
        """Whether the key still opens; without one, whether none was made meanwhile."""
        if self.key_id == ANYBODY:
            return not await self.api.keys.any_made()
        return await self.api.keys.is_in_force(self.key_id)


async def authenticate(connection: HTTPConnection) -> Caller:
    """The caller of a request, counted as one of his requests. Raises KeyRefused, HostRefused,
    QuotaExceeded, and Forbidden where a read-only key asks for more than GET and streams.

    The key stands in `x-api-key` or as `Authorization: Bearer`. While no key was made, any that is
    not empty opens the workspace of the settings, on loopback alone, and only to whoever calls this
    machine by a name of its own and through nobody: a page in a browser that was sent here by its
    name server is not meant, nor what a proxy lets in.
    """
    api = api_state(connection)
    caller = await _known(api, connection, secret_in(connection))
    connection.state.caller = caller
    api.requests.take(caller.key_id)
    # A socket has no method: here it only ever tells of events.
    method = connection.scope.get("method", "GET")
    if method not in _READING:
        async with caller.service.audit.refusals(f"{method} {route_of(connection.scope)}"):
            caller.check_full_scope()
    return caller


def key_id_of(scope: Scope) -> str | None:
    """The id of the key that a request came with, for the log; None where none opened."""
    caller = scope.get("state", {}).get("caller")
    return caller.key_id if isinstance(caller, Caller) else None


def secret_in(connection: HTTPConnection) -> str:
    """The key that came along, '' where none did."""
    given = connection.headers.get("x-api-key", "").strip()
    if given:
        return given
    scheme, _, bearer = connection.headers.get("authorization", "").strip().partition(" ")
    return bearer.strip() if scheme.lower() == "bearer" else ""


async def _known(api: ApiState, connection: HTTPConnection, secret: str) -> Caller:
    if not secret:
        raise KeyRefused
    key = await api.keys.opened_by(secret)
    if key is not None:
        service = _service(api, connection, key.workspace_id, key.id)
        return Caller(key.id, key.workspace_id, service, api, key.scope)
    if not is_loopback(api.settings.host) or await api.keys.any_made():
        raise KeyRefused
    if problem := _not_of_this_machine(connection):
        raise HostRefused(problem)
    workspace_id = WorkspaceId(api.settings.workspace)
    service = _service(api, connection, workspace_id, ANYBODY)
    return Caller(ANYBODY, workspace_id, service, api)


def _service(
    api: ApiState, connection: HTTPConnection, workspace_id: WorkspaceId, key_id: str
) -> Service:
    face = connection.scope.get("dialect", "")
    return api.service_of(workspace_id).acting_as(Actor(key_id, face))


def is_of_this_machine(api: ApiState, connection: HTTPConnection) -> bool:
    """Whether the server listens on loopback alone, and the caller calls it by such a name and
    through no proxy. The server may have been opened to others while there was a key."""
    return is_loopback(api.settings.host) and not _not_of_this_machine(connection)


def _not_of_this_machine(connection: HTTPConnection) -> str:
    """Why a request counts as one from elsewhere; '' where it does not."""
    through = sorted(_OF_PROXIES.intersection(connection.headers.keys()))
    if through:
        return f"The request came through a proxy ({through[0]})"
    host = host_of(connection.scope)
    if not host:
        return "The Host of the request is missing, malformed or contradicted by its target"
    return "" if is_loopback(host) else f"The host {host[:_MAX_SHOWN]!r} is not allowed"


def _admitted_before(connection: HTTPConnection) -> Caller:
    caller = connection.state.caller
    assert isinstance(caller, Caller), "a route without a guard asks who calls"
    return caller


CurrentCaller = Annotated[Caller, Depends(_admitted_before)]
"""The caller, in the routes of a `AuthenticatedRoute`."""
