"""Runs, their exports and deliveries, as netnew tells them."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from netnew import __version__
from netnew.api.authenticated_route import AuthenticatedRoute
from netnew.api.dialects.netnew import (
    routes_deliveries,
    routes_export,
    routes_read,
    routes_webhook_secret,
    routes_write,
    stream,
)
from netnew.api.dialects.netnew.errors import NAMES, answer
from netnew.api.errors import answer_problems

_ABOUT = """\
What the vendors' formats lack: runs of all dialects in one list, candidates with every quote,
exports, our own events, webhook deliveries, and the commands of `netnew runs`.
"""

# For the document alone: the guard has asked before.
_KEYS = (
    Security(APIKeyHeader(name="x-api-key", scheme_name="ApiKey", auto_error=False)),
    Security(HTTPBearer(scheme_name="Bearer", auto_error=False)),
)


def make_app() -> FastAPI:
    app = FastAPI(
        title="netnew: our own",
        version=__version__,
        description=_ABOUT,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    router = APIRouter(prefix="/netnew", route_class=AuthenticatedRoute, dependencies=_KEYS)
    for part in (
        routes_read,
        routes_write,
        stream,
        routes_export,
        routes_deliveries,
        routes_webhook_secret,
    ):
        router.include_router(part.router)
    app.include_router(router)
    answer_problems(app, answer, names=NAMES)
    return app
