"""The whole surface at a glance: which addresses are whose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from netnew.api.accounts import Accounts
from netnew.api.cors import with_cors
from netnew.api.dialects import extruct, parallel, scout
from netnew.api.house import House
from netnew.api.keeper import make_keeper
from netnew.api.own import app as own


@dataclass(frozen=True, slots=True)
class Mount:
    """A dialect and the beginnings of its addresses; whatever is none of these is the keeper's."""

    name: str
    app: FastAPI
    prefixes: tuple[str, ...]


def mounts(house: House) -> tuple[Mount, ...]:
    """Every dialect. Scout's other groups (search, extract, monitors, tasks, chat) and Extruct's
    tables and companies get their prefixes here once they exist."""
    return (
        Mount("parallel", house.moves_into(parallel.make_app()), ("/v1beta",)),
        Mount("scout", house.moves_into(scout.make_app()), ("/v1/findall", "/v1/lists")),
        Mount(
            "extruct",
            house.moves_into(extruct.make_app()),
            ("/v1/discovery_tasks", "/v1/user", "/v1/billing", "/v1/healthcheck"),
        ),
        Mount("netnew", house.moves_into(own.make_app()), ("/netnew",)),
    )


def make_app(house: House) -> ASGIApp:
    """The server as one ASGI application."""
    mounted = mounts(house)
    documents = {mount.name: mount.app for mount in mounted}
    keeper = house.moves_into(make_keeper(documents))
    apps = {prefix: mount for mount in mounted for prefix in mount.prefixes}
    return with_cors(Accounts(_Dispatch(apps, keeper)), house.settings.cors_origins)


class _Dispatch:
    """Gives a request to the dialect whose prefix its path has, whole segments only. A slash at the
    end of a path does not count."""

    def __init__(self, apps: Mapping[str, Mount], keeper: FastAPI) -> None:
        self._apps = sorted(apps.items(), key=lambda item: -len(item[0]))
        self._keeper = keeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if len(path) > 1 and path.endswith("/"):
            path = path.rstrip("/") or "/"
            scope = {**scope, "path": path, "raw_path": quote(path).encode()}
        for prefix, mount in self._apps:
            if path == prefix or path.startswith(f"{prefix}/"):
                scope["dialect"] = mount.name
                await mount.app(scope, receive, send)
                return
        scope["dialect"] = "house"
        await self._keeper(scope, receive, send)
