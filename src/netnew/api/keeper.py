"""What belongs to no dialect: health, metrics, and the documents of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Response
from fastapi.openapi.docs import get_swagger_ui_html
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse

from netnew import __version__
from netnew.api import metrics
from netnew.api.house import house_of
from netnew.api.openapi import merged
from netnew.domain.errors import NetnewError


def make_keeper(dialects: Mapping[str, FastAPI]) -> FastAPI:
    app = FastAPI(title="netnew", version=__version__, openapi_url=None, docs_url=None)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz(request: Request) -> JSONResponse:
        house = house_of(request)
        if house.closing.is_set():
            return JSONResponse({"status": "closing"}, 503)
        try:
            await house.keys.any_in_force()
        except NetnewError as error:
            return JSONResponse({"status": "no database", "problem": str(error)}, 503)
        return JSONResponse({"status": "ready"})

    @app.get("/metrics")
    async def metrics_page() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    @app.get("/openapi.json")
    async def whole() -> dict[str, Any]:
        return merged({name: dialect.openapi() for name, dialect in dialects.items()})

    @app.get("/openapi/{dialect}.json")
    async def one(dialect: str) -> Response:
        if dialect not in dialects:
            return JSONResponse({"detail": f"no dialect {dialect!r}"}, 404)
        return JSONResponse(dialects[dialect].openapi())

    @app.get("/docs")
    async def docs() -> HTMLResponse:
        return get_swagger_ui_html(openapi_url="/openapi.json", title="netnew")

    return app
