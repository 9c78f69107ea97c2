"""What belongs to no dialect: health, metrics, and OpenAPI documents."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import structlog
from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse

from netnew import __version__
from netnew.api import docs_page, metrics
from netnew.api.auth import authenticate, is_of_this_machine
from netnew.api.errors import DATABASE_RETRY_AFTER_S, Problem, answer_problems
from netnew.api.openapi import merged
from netnew.api.state import ApiState, api_state
from netnew.domain.errors import DATABASE_UNAVAILABLE, KeyRefused, NetnewError
from netnew.ports.api import StoreStats

_log = structlog.get_logger(__name__)


def make_operations_app(dialects: Mapping[str, FastAPI]) -> FastAPI:
    app = FastAPI(title="netnew", version=__version__, openapi_url=None, docs_url=None)
    answer_problems(app, _answer)

    @cache
    def all_documents() -> dict[str, Any]:
        return merged({name: dialect.openapi() for name, dialect in dialects.items()})

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz(request: Request) -> JSONResponse:
        api = api_state(request)
        if api.closing.is_set():
            return JSONResponse({"status": "closing"}, 503)
        if await api.readiness.is_ready():
            return JSONResponse({"status": "ready"})
        headers = {"retry-after": f"{DATABASE_RETRY_AFTER_S:.0f}"}
        return JSONResponse({"status": DATABASE_UNAVAILABLE}, 503, headers)

    @app.get("/metrics")
    async def metrics_page(request: Request) -> Response:
        api = api_state(request)
        if not is_of_this_machine(api, request):
            await _check_keeps_house(api, request)
        return Response(metrics.page(await _figures(api)), media_type=CONTENT_TYPE_LATEST)

    @app.get("/openapi.json")
    async def whole() -> JSONResponse:
        return JSONResponse(all_documents())

    @app.get("/openapi/{dialect}.json")
    async def one(dialect: str) -> Response:
        if dialect not in dialects:
            return JSONResponse({"detail": f"no dialect {dialect!r}"}, 404)
        return JSONResponse(dialects[dialect].openapi())

    app.include_router(docs_page.router)
    return app


async def _check_keeps_house(api: ApiState, request: Request) -> None:
    """The spend of all workspaces is for keys of the server's own workspace. Raises KeyRefused …"""
    caller = await authenticate(request)
    if caller.workspace_id != api.settings.workspace:
        raise KeyRefused


async def _figures(api: ApiState) -> StoreStats | None:
    try:
        return await api.figures()
    except NetnewError as error:
        _log.warning("metrics without the database", problem=str(error))
        return None


def _answer(request: Request, problem: Problem) -> Response:
    return JSONResponse({"detail": problem.message}, problem.status, problem.all_headers())
