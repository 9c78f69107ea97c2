"""What holds for every dialect: health, unknown addresses, request ids."""

from __future__ import annotations

from tests.support.served import ServerProcess


def test_health_needs_no_key(server: ServerProcess) -> None:
    with server.client(key="") as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").json() == {"status": "ready"}
        assert "netnew_http_requests_total" in client.get("/metrics").text


def test_a_request_keeps_its_id(server: ServerProcess) -> None:
    with server.client() as client:
        answer = client.get("/healthz", headers={"x-request-id": "abc-1"})
        assert answer.headers["x-request-id"] == "abc-1"
        assert len(client.get("/healthz").headers["x-request-id"]) == 32
