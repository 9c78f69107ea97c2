"""Which paths belong to which dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from netnew.api.cors import with_cors
from netnew.api.database_wait import LimitDatabaseWait
from netnew.api.dialects import extruct, parallel, scout
from netnew.api.dialects.netnew import routes as own
from netnew.api.operations import make_operations_app
from netnew.api.request_logging import RequestLogMiddleware
from netnew.api.state import ApiState

_SCOUT = (
    "ai-query",
    "chat",
    "company",
    "extract",
    "findall",
    "jobs",
    "lists",
    "monitors",
    "page",
    "products",
    "search",
    "searches",
    "site",
    "task",
    "tasks",
)
_EXTRUCT = (
    "billing",
    "companies",
    "deep_research_tasks",
    "discovery_tasks",
    "healthcheck",
    "tables",
    "user",
)
# Two formats begin with /v1. Each has the segments that its vendor's documents name, also those of
# operations that are not offered here: they are refused in the shape that its clients read. Of
# what neither names, Scout's shape is as good: both are a `detail`.
_PREFIXES = {
    "parallel": ("/v1beta",),
    "scout": (*(f"/v1/{x}" for x in _SCOUT), "/v1"),
    "extruct": tuple(f"/v1/{x}" for x in _EXTRUCT),
    "netnew": ("/netnew",),
}


@dataclass(frozen=True, slots=True)
class Mount:
    """A dialect and the beginnings of its paths; all others belong to the operations app."""

    name: str
    app: FastAPI
    prefixes: tuple[str, ...]


def mounts(api: ApiState) -> tuple[Mount, ...]:
    """Every dialect."""
    apps = {
        "parallel": parallel.make_app(),
        "scout": scout.make_app(),
        "extruct": extruct.make_app(),
        "netnew": own.make_app(),
    }
    return tuple(Mount(name, api.attach(app), _PREFIXES[name]) for name, app in apps.items())


def make_app(api: ApiState) -> ASGIApp:
    """The server as one ASGI application."""
    mounted = mounts(api)
    documents = {mount.name: mount.app for mount in mounted}
    keeper = api.attach(make_operations_app(documents))
    apps = {prefix: mount for mount in mounted for prefix in mount.prefixes}
    dispatch = LimitDatabaseWait(_Dispatch(apps, keeper), api.database_wait)
    return with_cors(RequestLogMiddleware(dispatch), api.settings.cors_origins)


class _Dispatch:
    """Passes a request to the dialect whose prefix its path has, by whole segments. A trailing
    slash is ignored."""

    def __init__(self, apps: Mapping[str, Mount], keeper: FastAPI) -> None:
        self._apps = sorted(apps.items(), key=lambda item: -len(item[0]))
        self._keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if len(path) > 1 and path.endswith("/"):
            path = path.rstrip("/") or "/"
            scope["path"], scope["raw_path"] = path, quote(path).encode()
        for prefix, mount in self._apps:
            if path == prefix or path.startswith(f"{prefix}/"):
                scope["dialect"] = mount.name
                await mount.app(scope, receive, send)
                return
        scope["dialect"] = "house"
        await self._keeper(scope, receive, send)
