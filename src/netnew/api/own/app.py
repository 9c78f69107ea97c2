"""Runs, their exports and deliveries, as netnew tells them."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Security
from fastapi.security import APIKeyHeader, HTTPBearer

from netnew import __version__
from netnew.api.guarded import GuardedRoute
from netnew.api.own import commands, deliveries, events, export, runs, webhook_secret
from netnew.api.own.errors import NAMES, answer
from netnew.api.problem import answer_problems

_ABOUT = """\
What no wire format has: runs of all dialects in one list, candidates with every quote, exports,
our own events, what became of webhooks, and the commands of `netnew runs`.
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
    router = APIRouter(prefix="/netnew", route_class=GuardedRoute, dependencies=_KEYS)
    for part in (runs, commands, events, export, deliveries, webhook_secret):
        router.include_router(part.router)
    app.include_router(router)
    answer_problems(app, answer, names=NAMES)
    return app
