"""What holds for every dialect: health, request ids, metrics, documents, pages of other origins."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import httpx2
import pytest

from tests.dialects.conftest import StartServer
from tests.support.dialect_cases import FACES, NOBODY, Face, found
from tests.support.server_process import ServerProcess

every_face = pytest.mark.parametrize("face", FACES, ids=str)


@pytest.fixture(scope="module")
def client(server: ServerProcess) -> Iterator[httpx2.Client]:
    with server.client() as client:
        yield client


def test_health_needs_no_key(server: ServerProcess) -> None:
    with server.client(key="") as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").json() == {"status": "ready"}
        assert "netnew_http_requests_total" in client.get("/metrics").text


def test_a_request_keeps_its_id(client: httpx2.Client) -> None:
    answer = client.get("/healthz", headers={"x-request-id": "abc-1"})
    assert answer.headers["x-request-id"] == "abc-1"
    for none in ("", "a b", "x" * 129, 'a"b'):
        made = client.get("/healthz", headers={"x-request-id": none}).headers["x-request-id"]
        assert len(made) == 32


def test_the_log_has_a_line_a_request_and_no_more_than_one(
    server: ServerProcess, client: httpx2.Client
) -> None:
    sent = {"x-request-id": "line-1"}
    client.get("/netnew/runs/a%0Alevel=error%20event=forged?secret=1", headers=sent)
    client.get("/healthz")
    lines = server.heard("request=line-1")
    assert len(lines) == 1
    assert "event=request method=GET" in lines[0]
    assert "status=404" in lines[0]
    assert "secret" not in "\n".join(server.log)
    assert not [x for x in server.log if x.startswith("level=error")]


def test_requests_are_logged_by_default_with_the_id_of_the_key(start_server: StartServer) -> None:
    server = start_server(options=["--api-only"], log_level=None)
    key = json.loads(server.command("keys", "create", "mine", "--json"))
    with server.client(key["key"]) as client:
        client.get("/healthz")
        client.get("/netnew/runs", headers={"x-request-id": "line-2"})
    lines = server.heard("request=line-2")
    assert len(lines) == 1
    assert "level=info event=request method=GET path=/netnew/runs status=200" in lines[0]
    assert f"key={key['id']}" in lines[0]
    assert not [x for x in server.log if "path=/healthz" in x]


def test_what_is_nobodys_is_not_found(client: httpx2.Client) -> None:
    for path in ("/", "/v1", "/v1/none", "/v1betamax", "/v1beta", "/netnewer", "/v1/findallx"):
        assert client.get(path).status_code == 404, path


@every_face
def test_every_dialect_answers_under_its_addresses(client: httpx2.Client, face: Face) -> None:
    assert client.get(face.runs).status_code == 200
    answer = client.get(face.run.format(run=NOBODY))
    assert answer.status_code == 404
    assert face.said(answer.json())


def test_metrics_count_requests_by_pattern_runs_by_status_and_work(client: httpx2.Client) -> None:
    run = found(client, limit=5)
    for face in FACES:
        client.get(face.run.format(run=run))
    told = client.get("/metrics").text
    assert run.removeprefix("run_") not in told
    for expected in (
        'netnew_http_requests_total{dialect="netnew",method="GET",route="/netnew/runs/{run_id}"',
        'route="/v1beta/findall/runs/{findall_id}",status="200"',
        'route="/v1/findall/runs/{findall_id}",status="200"',
        'route="/v1/discovery_tasks/{task_id}",status="200"',
        'netnew_http_request_seconds_count{dialect="netnew",route="/netnew/runs/{run_id}"}',
        "netnew_http_streams 0.0",
        'netnew_runs{status="completed"} 1.0',
        'netnew_runs{status="failed"} 0.0',
        "netnew_queue_depth 0.0",
        'netnew_webhook_deliveries{state="pending"} 0.0',
        'netnew_webhook_deliveries{state="dead"} 0.0',
        'netnew_day_spend{kind="cost"} 0.0',
        'netnew_stretch_seconds_count{errand="find"}',
        'netnew_build_info{python="',
    ):
        assert expected in told, expected
    spend = client.get(f"/netnew/runs/{run}").json()["spend"]
    for kind in ("searches", "pages", "judge_calls", "judgements"):
        assert f'netnew_used_total{{kind="{kind}"}} {float(spend[kind])}' in told, kind
    for kind in ("searches", "pages"):
        assert f'netnew_day_spend{{kind="{kind}"}} {float(spend[kind])}' in told, kind


def test_one_document_has_the_operations_of_all(client: httpx2.Client) -> None:
    whole = client.get("/openapi.json").json()
    assert whole["openapi"] == "3.1.0"
    for face in FACES:
        own = client.get(f"/openapi/{face.name}.json").json()
        assert own["paths"].keys() <= whole["paths"].keys()
        assert own["paths"]
    named = [x["operationId"] for item in whole["paths"].values() for x in item.values()]
    assert len(named) == len(set(named))
    assert client.get("/openapi/none.json").status_code == 404


def test_the_page_of_operations_comes_whole_from_here(client: httpx2.Client) -> None:
    page = client.get("/docs", headers={"x-api-key": ""})
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert not re.search("https?:|unsafe|[*]", policy)
    assert "//" not in page.text
    assert not re.search(r"<script(?! src=)|<style|\son\w+=", page.text)
    linked = re.findall(r'(?:src|href)="([^":]+)"', page.text)
    assert len(linked) == 4
    for address in linked:
        answer = client.get(f"/{address}", headers={"x-api-key": ""})
        assert answer.status_code == 200, address
        assert answer.content
    assert b"SwaggerUIBundle" in client.get("/docs/swagger-ui-bundle.js").content
    assert client.get("/docs/core.py").status_code == 404


@every_face
def test_every_operation_documents_its_key_and_its_refusals(
    client: httpx2.Client, face: Face
) -> None:
    own = client.get(f"/openapi/{face.name}.json").json()
    for path, item in own["paths"].items():
        for method, operation in item.items():
            where = f"{method} {path}"
            assert "200" in operation["responses"] or len(operation["responses"]) > 1, where
            if path != "/v1/healthcheck":
                assert operation.get("security") or own.get("security"), where
                assert {"401", "422", "429"} <= operation["responses"].keys(), where


def test_pages_of_other_origins_may_not_call(client: httpx2.Client) -> None:
    headers = {"origin": "https://page.example", "access-control-request-method": "POST"}
    answer = client.options("/netnew/runs", headers=headers)
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-origin" not in client.get("/netnew/runs", headers=headers).headers


def test_pages_of_origins_that_are_named_may(start_server: StartServer) -> None:
    mine, other = "https://page.example", "https://other.example"
    with start_server(cors_origins=mine, options=["--api-only"]).client() as client:
        asked = {
            "access-control-request-method": "POST",
            "access-control-request-headers": "x-api-key, content-type",
        }
        for face in FACES:
            allowed = client.options(face.posts, headers={"origin": mine, **asked})
            assert allowed.status_code == 200
            assert allowed.headers["access-control-allow-origin"] == mine
            assert "x-api-key" in allowed.headers["access-control-allow-headers"]
            refused = client.options(face.posts, headers={"origin": other, **asked})
            assert refused.status_code == 400
            assert "access-control-allow-origin" not in refused.headers
            answer = client.get(face.runs, headers={"origin": mine})
            assert answer.headers["access-control-allow-origin"] == mine
            assert "x-request-id" in answer.headers["access-control-expose-headers"]


def test_a_slash_at_the_end_does_not_count(server: ServerProcess) -> None:
    with server.client() as client:
        for path in ("/v1beta/findall/runs", "/v1/findall/runs", "/v1/discovery_tasks"):
            assert client.get(f"{path}/").status_code == 200
        assert client.get("/v1beta/findall/runs/", headers={"x-api-key": ""}).status_code == 401


def test_a_question_without_conditions_proves_its_matches_too(server: ServerProcess) -> None:
    with server.client() as client:
        run = client.post("/v1/findall/runs", json={"query": "observatories", "limit": 5}).json()
        own = run["netnew"]["run_id"]
        client.get(f"/netnew/runs/{own}/events").raise_for_status()
        told = client.get(f"/netnew/runs/{own}").json()
        assert [x["description"] for x in told["conditions"]] == ["observatories"]
        rows = client.get(f"/netnew/runs/{own}/candidates?match_status=matched").json()
        for row in rows["candidates"]:
            assert all(verdict["citations"] for verdict in row["verdicts"])
