"""What belongs to no dialect: health, metrics, and the documents of all of them."""

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
from netnew.api.caller import admitted, is_of_this_machine
from netnew.api.house import House, house_of
from netnew.api.openapi import merged
from netnew.api.problem import DATABASE_RETRY_AFTER_S, Problem, answer_problems
from netnew.domain.errors import DATABASE_UNAVAILABLE, KeyRefused, NetnewError
from netnew.face_ports import Figures

_log = structlog.get_logger(__name__)


def make_keeper(dialects: Mapping[str, FastAPI]) -> FastAPI:
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
        house = house_of(request)
        if house.closing.is_set():
            return JSONResponse({"status": "closing"}, 503)
        if await house.readiness.is_ready():
            return JSONResponse({"status": "ready"})
        headers = {"retry-after": f"{DATABASE_RETRY_AFTER_S:.0f}"}
        return JSONResponse({"status": DATABASE_UNAVAILABLE}, 503, headers)

    @app.get("/metrics")
    async def metrics_page(request: Request) -> Response:
        house = house_of(request)
        if not is_of_this_machine(house, request):
            await _check_keeps_house(house, request)
        return Response(metrics.page(await _figures(house)), media_type=CONTENT_TYPE_LATEST)

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


async def _check_keeps_house(house: House, request: Request) -> None:
    """What all workspaces spend is for keys of the server's own. Raises KeyRefused …"""
    caller = await admitted(request)
    if caller.workspace_id != house.settings.workspace:
        raise KeyRefused


async def _figures(house: House) -> Figures | None:
    try:
        return await house.figures()
    except NetnewError as error:
        _log.warning("metrics without the database", problem=str(error))
        return None


def _answer(request: Request, problem: Problem) -> Response:
    return JSONResponse({"detail": problem.message}, problem.status, problem.all_headers())
