"""The operations of Scout; each group that is spoken is a router here."""

from __future__ import annotations

from fastapi import FastAPI, Security
from fastapi.security import HTTPBearer

from netnew import __version__
from netnew.api.dialects.scout import routes_preview, routes_runs, stream, websocket
from netnew.api.dialects.scout.errors import NAMES, answer
from netnew.api.dialects.scout.rate_headers import ScoutHeaders
from netnew.api.errors import answer_problems

_ABOUT = """\
Scout's Find All group under `/v1/findall`, and under `/v1/lists` as its older clients call it.
Additions are in an object `netnew`.
"""

# For the document alone: the guard has asked before.
_KEY = Security(
    HTTPBearer(
        scheme_name="apiKey",
        description="Your API key, sent as a Bearer token.",
        auto_error=False,
    )
)


def make_app() -> FastAPI:
    app = FastAPI(
        title="netnew: scout",
        version=__version__,
        description=_ABOUT,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(ScoutHeaders)
    for prefix, tag in (("/v1/findall", "Find All"), ("/v1/lists", "Find All, older paths")):
        for part in (routes_preview, routes_runs, stream):
            app.include_router(part.router, prefix=prefix, tags=[tag], dependencies=[_KEY])
        app.include_router(websocket.router, prefix=prefix)
    answer_problems(app, answer, names=NAMES)
    return app
