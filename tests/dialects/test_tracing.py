"""Spans of requests go to a collector where one is named, and nowhere else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.dialects.conftest import StartServer
from tests.support.dialect_cases import NOBODY


@contextmanager
def collecting() -> Iterator[tuple[str, list[Span]]]:
    """The address of a collector on loopback, and the spans it was sent."""
    spans: list[Span] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    spans.extend(scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", spans
        server.shutdown()
        thread.join()


def test_a_request_is_a_span_without_ids_or_keys(
    start_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with collecting() as (endpoint, spans):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        server = start_server(options=["--api-only"])
        beyond = {"traceparent": f"00-{'a1' * 16}-{'b2' * 8}-01", "x-request-id": "told-1"}
        with server.client() as client:
            client.get(f"/netnew/runs/{NOBODY}?key=nn_secret", headers=beyond)
            client.get("/healthz")
        server.stop()  # what is not sent yet goes out before it leaves
    told = {x.name: x for x in spans}
    assert set(told) == {"GET /netnew/runs/{run_id}", "GET /healthz"}
    span = told["GET /netnew/runs/{run_id}"]
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == ("a1" * 16, "b2" * 8)
    assert span.kind == Span.SPAN_KIND_SERVER
    attributes = {x.key: x.value for x in span.attributes}
    assert attributes["http.response.status_code"].int_value == 404
    assert attributes["netnew.dialect"].string_value == "netnew"
    assert attributes["netnew.request_id"].string_value == "told-1"
    assert "nn_secret" not in str(spans)
    assert NOBODY not in str(spans)


def test_without_a_collector_nothing_of_it_is_imported(
    start_server: StartServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    monkeypatch.setenv("PYTHONVERBOSE", "1")
    server = start_server(options=["--api-only"])
    with server.client() as client:
        client.get("/healthz")
    server.stop()
    imported = [x for x in server.log if x.startswith("import ")]
    assert imported
    assert not [x for x in imported if "opentelemetry.sdk" in x or "opentelemetry.exporter" in x]
