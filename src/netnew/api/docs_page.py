"""`/docs`: Swagger UI over `/openapi.json`, served entirely from here.

Script and style sheet come from the package fastapi-offline. The page has no inline script, so
that its content security policy can allow this server only."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from netnew.domain.errors import NotFound

router = APIRouter()

_ASSETS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}
# Addresses are relative, so that the page works behind a proxy that adds a prefix.
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>netnew</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="operations"></div>
<noscript>This page needs JavaScript; the document is at <a href="openapi.json">/openapi.json</a>.
</noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START = """\
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#operations",
  deepLinking: true,
  docExpansion: "none",
  validatorUrl: null,
});
"""
# Swagger UI draws its icons from data: addresses in its style sheet.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}
_ASSET_HEADERS = {"x-content-type-options": "nosniff", "cache-control": "max-age=3600"}


@router.get("/docs", include_in_schema=False)
async def page() -> HTMLResponse:
    """The page with all operations of all formats."""
    return HTMLResponse(_PAGE, headers=_PAGE_HEADERS)


@router.get("/docs/start.js", include_in_schema=False)
async def start() -> Response:
    return Response(_START, media_type="text/javascript", headers=_ASSET_HEADERS)


@router.get("/docs/{name}", include_in_schema=False)
async def asset(name: str) -> Response:
    if name not in _ASSETS:
        raise NotFound("page", f"/docs/{name}")
    return Response(_read(name), media_type=_ASSETS[name], headers=_ASSET_HEADERS)


@cache
def _read(name: str) -> bytes:
    return (files("fastapi_offline") / "static" / name).read_bytes()
