"""What is counted for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import Scope

registry = CollectorRegistry()
_requests = Counter(
    "netnew_http_requests",
    "Requests answered.",
    ("dialect", "method", "route", "status"),
    registry=registry,
)
_seconds = Histogram(
    "netnew_http_request_seconds",
    "Seconds until the last byte of an answer; of a stream, until its end.",
    ("dialect", "route"),
    registry=registry,
)
streams = Gauge("netnew_http_streams", "Event streams that are open.", registry=registry)


def count_request(scope: Scope, status: int, took_s: float) -> None:
    """By the route's pattern, never by the path: that has ids in it."""
    route = getattr(scope.get("route"), "path", "none")
    dialect = scope.get("dialect", "house")
    _requests.labels(dialect, scope["method"], route, str(status)).inc()
    _seconds.labels(dialect, route).observe(took_s)
