"""OpenTelemetry spans of requests, if the extra `otel` and an endpoint are set up."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netnew import __version__
from netnew.api.metrics import route_of

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_log = structlog.get_logger(__name__)


@contextmanager
def tracing(environment: Mapping[str, str] = os.environ) -> Iterator[Callable[[ASGIApp], ASGIApp]]:
    """Yields what wraps an application to trace its requests while this is open; pending spans
    are sent at the end. Without an endpoint nothing is imported or traced."""
    provider = _provider() if any(environment.get(x) for x in _ENDPOINTS) else None
    if provider is None:
        yield lambda app: app
        return
    try:
        yield lambda app: Traced(app, provider)
    finally:
        provider.shutdown()


def _provider() -> TracerProvider | None:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        _log.warning("no traces are sent", missing="pip install 'netnew[otel]'")
        return None
    service = {"service.name": "netnew", "service.version": __version__}
    provider = TracerProvider(resource=Resource.create(service))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class Traced:
    """One span per request: method, route, dialect, status, request id. Addresses and headers
    are omitted, since they contain ids and keys."""

    def __init__(self, app: ASGIApp, provider: TracerProvider) -> None:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._app = app
        self._tracer = provider.get_tracer("netnew.api", __version__)
        self._propagator = TraceContextTextMapPropagator()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        from opentelemetry.trace import SpanKind, StatusCode

        beyond = self._propagator.extract(dict(Headers(scope=scope).items()))
        method = scope["method"]
        with self._tracer.start_as_current_span(method, beyond, SpanKind.SERVER) as span:

            async def answering(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    request_id = Headers(raw=message["headers"]).get("x-request-id", "")
                    span.set_attribute("netnew.request_id", request_id)
                    if message["status"] >= 500:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            try:
                await self._app(scope, receive, answering)
            finally:
                route = route_of(scope)
                span.update_name(f"{method} {route}".strip())
                span.set_attribute("http.request.method", method)
                span.set_attribute("http.route", route)
                span.set_attribute("netnew.dialect", scope.get("dialect", "house"))
