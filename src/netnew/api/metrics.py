"""Prometheus metrics.

Each process counts for itself. Several processes on one port write their counts to files in the
folder `PROMETHEUS_MULTIPROC_DIR`, so that each can report the sums."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.types import Scope

from netnew import __version__
from netnew.app.run_executor import ExecutionObserver
from netnew.domain.budget import Spend
from netnew.domain.run import GenerationKind, RunStatus
from netnew.domain.webhook import DeliveryState
from netnew.ports.api import StoreStats

FOLDER = "PROMETHEUS_MULTIPROC_DIR"

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
streams = Gauge(
    "netnew_http_streams",
    "Event streams that are open.",
    registry=registry,
    multiprocess_mode="livesum",
)
_stretches = Histogram(
    "netnew_stretch_seconds",
    "Seconds of a step on a run, in the processes that work.",
    ("errand",),
    registry=registry,
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
_used = Counter(
    "netnew_used",
    "What steps used: cost in US dollars, pages fetched, calls of judges and models …",
    ("kind",),
    registry=registry,
)


def count_request(scope: Scope, status: int, took_s: float) -> None:
    """Counted by the route's pattern, never by the path, which contains ids."""
    route = route_of(scope) or "none"
    dialect = scope.get("dialect", "house")
    _requests.labels(dialect, scope["method"], route, str(status)).inc()
    _seconds.labels(dialect, route).observe(took_s)


def route_of(scope: Scope) -> str:
    """The full pattern of the matched route, with the prefixes it is included under, which are
    the first segments of the path. '' if no route matched."""
    pattern = str(getattr(scope.get("route"), "path", ""))
    if not pattern and not scope.get("route"):
        return ""
    own, path = pattern.split("/")[1:], scope["path"].split("/")[1:]
    before = path[: max(0, len(path) - len(own))]
    return "/" + "/".join([*before, *own])


class StepMetrics(ExecutionObserver):
    """Counts the steps of runs and what they spend."""

    def on_step(self, kind: GenerationKind, took_s: float, used: Spend) -> None:
        _stretches.labels(kind.value).observe(took_s)
        for resource, amount in used.numbers().items():
            if amount > 0:
                _used.labels(resource).inc(amount)


def page(figures: StoreStats | None) -> bytes:
    """The metrics page; `figures` are None if the database is unavailable."""
    counted = registry
    if os.environ.get(FOLDER):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    beside = CollectorRegistry()
    beside.register(_Beside(figures))
    return generate_latest(counted) + generate_latest(beside)


class _Beside(Collector):
    """Values that are read when requested."""

    def __init__(self, figures: StoreStats | None) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        build = {"version": __version__, "python": platform.python_version()}
        yield _gauge("netnew_build_info", "The version that runs.", {tuple(build.items()): 1})
        found = self._figures
        if found is None:
            return
        runs = {x.value: found.runs.get(x.value, 0) for x in RunStatus}
        yield _by("netnew_runs", "Runs of all workspaces.", "status", runs)
        yield _gauge("netnew_queue_depth", "Runs that wait for a worker.", {(): runs["queued"]})
        waiting = (DeliveryState.PENDING, DeliveryState.DEAD)
        events = {x.value: found.deliveries.get(x.value, 0) for x in waiting}
        yield _by("netnew_webhook_deliveries", "Deliveries not made yet.", "state", events)
        spent = {x: getattr(found.spent, x) for x in ("cost", "tokens", "searches", "pages")}
        yield _by("netnew_day_spend", "Used today (UTC) by all workspaces.", "kind", spent)


def _by(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    return _gauge(name, text, {((label, key),): value for key, value in values.items()})


def _gauge(
    name: str, text: str, values: Mapping[tuple[tuple[str, str], ...], float]
) -> GaugeMetricFamily:
    names = [label for label, _ in next(iter(values))]
    family = GaugeMetricFamily(name, text, labels=names)
    for labels, value in values.items():
        family.add_metric([x for _, x in labels], value)
    return family
