"""Authentication: the key of a request and its workspace."""

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
"""The id of every key until one is created."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_MAX_SHOWN = 100  # characters of a host
_OF_PROXIES = frozenset({"forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"})


@dataclass(frozen=True, slots=True)
class Caller:
    """`key_id`: id of the key (not its secret); `service`: the use cases of its workspace."""

    key_id: str
    workspace_id: WorkspaceId
    service: Service
    api: ApiState
    scope: KeyScope = KeyScope.FULL

    def check_full_scope(self) -> None:
        """Raise Forbidden for a read-only key."""
        if self.scope is not KeyScope.FULL:
            raise Forbidden

    async def is_still_admitted(self) -> bool:
        """Whether the key is still valid; without one, whether none was created meanwhile."""
        if self.key_id == ANYBODY:
            return not await self.api.keys.any_made()
        return await self.api.keys.is_in_force(self.key_id)


async def authenticate(connection: HTTPConnection) -> Caller:
    """The caller of a request, which counts towards its rate. Raises KeyRefused, HostRefused,
    QuotaExceeded, and Forbidden for a read-only key beyond GET and streams.

    The key is in `x-api-key` or `Authorization: Bearer`. Until a key is created, any non-empty
    key gives access to the workspace of the settings, but only on loopback, addressed by a local
    name and without a proxy: this excludes browser pages led here by their name server, and what
    a proxy lets in."""
    api = api_state(connection)
    caller = await _known(api, connection, secret_in(connection))
    connection.state.caller = caller
    api.requests.take(caller.key_id)
    # A WebSocket has no method: here it only sends events.
    method = connection.scope.get("method", "GET")
    if method not in _READING:
        async with caller.service.audit.refusals(f"{method} {route_of(connection.scope)}"):
            caller.check_full_scope()
    return caller


def key_id_of(scope: Scope) -> str | None:
    """The id of a request's key, for the log; None if it was not authenticated."""
    caller = scope.get("state", {}).get("caller")
    return caller.key_id if isinstance(caller, Caller) else None


def secret_in(connection: HTTPConnection) -> str:
    """The key sent, '' without one."""
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
    """Whether the server listens on loopback only and is addressed by a local name without a
    proxy. The server may have been opened to others while there was a key."""
    return is_loopback(api.settings.host) and not _not_of_this_machine(connection)


def _not_of_this_machine(connection: HTTPConnection) -> str:
    """Why a request counts as remote; '' if it does not."""
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
