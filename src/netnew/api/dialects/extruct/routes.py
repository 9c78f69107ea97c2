"""The operations of Extruct."""

from __future__ import annotations

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

from netnew import __version__
from netnew.api.dialects.extruct import routes_account, routes_tasks
from netnew.api.dialects.extruct.errors import CODES, NAMES, answer
from netnew.api.errors import answer_problems

# Only for the document: the routes' guard has asked for the key before.
_KEYS = (Depends(HTTPBearer(scheme_name="HTTPBearer", auto_error=False)),)


def make_app() -> FastAPI:
    app = FastAPI(title="netnew: extruct", version=__version__, openapi_url=None, docs_url=None)
    for part in (routes_tasks, routes_account):
        app.include_router(part.router, dependencies=_KEYS)
    app.include_router(routes_account.open_to_all)
    answer_problems(app, answer, CODES, NAMES)
    return app
