"""The operations of Scout."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from netnew import __version__
from netnew.api.dialects.scout.errors import NAMES, answer
from netnew.api.guarded import GuardedRoute
from netnew.api.problem import answer_problems

router = APIRouter(route_class=GuardedRoute)


def make_app() -> FastAPI:
    app = FastAPI(title="netnew: scout", version=__version__, openapi_url=None, docs_url=None)
    app.include_router(router)
    answer_problems(app, answer, names=NAMES)
    return app
