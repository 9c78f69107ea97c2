"""The operations of Parallel."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, FastAPI
from fastapi.security import APIKeyHeader, HTTPBearer

from netnew import __version__
from netnew.api.dialects.parallel import responses, routes_read, routes_search, routes_write, stream
from netnew.api.dialects.parallel.errors import NAMES, answer
from netnew.api.errors import answer_problems

# Only for the document: the routes' guard has asked for the key before.
_KEYS = (
    Depends(APIKeyHeader(name="x-api-key", scheme_name="ApiKey", auto_error=False)),
    Depends(HTTPBearer(scheme_name="Bearer", auto_error=False)),
)


def make_app() -> FastAPI:
    app = FastAPI(
        title="netnew: parallel",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=_KEYS,
    )
    refused: dict[int | str, dict[str, Any]] = {"4XX": {"description": "It is tried again."}}
    app.webhooks.post("event", operation_id="event", status_code=204, responses=refused)(_webhook)
    for part in (routes_search, routes_write, routes_read, stream):
        app.include_router(part.router)
    answer_problems(app, answer, names=NAMES)
    return app


def _webhook(event: responses.WebhookEvent) -> None:
    """Sent to the address that a create names, with `webhook-id`, `webhook-timestamp` and
    `webhook-signature`. Whatever is not answered with 2xx within 10 seconds is tried again for two
    days, after 5 seconds first and then twice as long each time."""
