"""The application without a socket, where a test moves what a process cannot show."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from netnew.api import authenticated_route
from netnew.api.app import make_app
from netnew.api.dialects.scout.run_reader import RunReader
from netnew.api.limits import BoundedQueue
from netnew.api.state import ApiState
from netnew.bootstrap import make_api_state, open_app
from netnew.cli.log_setup import log_to_standard_error
from netnew.domain.errors import StoreBusy
from netnew.domain.ids import LOCAL_WORKSPACE, WorkspaceId
from netnew.domain.run import RunSpec
from netnew.ports.api import StoreStats
from netnew.settings import Settings

Work = Callable[[ApiState, httpx2.AsyncClient], Awaitable[None]]
Check = Callable[[Work], None]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Runs a test over an application with a HOME of its own."""
    settings = Settings(home=tmp_path, sources=("pyenv",), judge="rules")

    def run(work: Work) -> None:
        async def with_app() -> None:
            async with open_app(settings) as app:
                api = make_api_state(app)
                transport = httpx2.ASGITransport(make_app(api))
                key = {"x-api-key": "any"}
                async with httpx2.AsyncClient(
                    transport=transport, base_url="http://localhost", headers=key
                ) as client:
                    await work(api, client)

        asyncio.run(with_app())

    return run


def test_one_that_leaves_is_not_ready(check: Check) -> None:
    async def work(api: ApiState, client: httpx2.AsyncClient) -> None:
        assert (await client.get("/readyz")).status_code == 200
        api.closing.set()
        answer = await client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"status": "closing"})
        assert (await client.get("/healthz")).status_code == 200

    check(work)


def test_metrics_are_told_also_where_the_database_is_away(check: Check) -> None:
    async def away() -> StoreStats:
        raise StoreBusy("the database is away")

    async def work(api: ApiState, client: httpx2.AsyncClient) -> None:
        assert "netnew_queue_depth 0.0" in (await client.get("/metrics")).text
        api.figures = away
        answer = await client.get("/metrics")
        assert answer.status_code == 200
        assert "netnew_build_info" in answer.text
        assert "netnew_queue_depth" not in answer.text

    check(work)


def test_an_export_is_refused_while_too_many_are_made(check: Check) -> None:
    async def work(api: ApiState, client: httpx2.AsyncClient) -> None:
        api.exports = BoundedQueue(1, 0)
        run = await api.service_of(LOCAL_WORKSPACE).create_run(RunSpec("all kettles", "kettle"))
        async with api.exports.turn("exports"):
            refused = await client.get(f"/netnew/runs/{run.id}/export")
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
        assert (await client.get(f"/netnew/runs/{run.id}/export")).status_code == 200

    check(work)


def test_through_a_proxy_metrics_need_a_key_of_the_servers_own_workspace(check: Check) -> None:
    async def work(api: ApiState, client: httpx2.AsyncClient) -> None:
        _, own = await api.keys.create("own", WorkspaceId(api.settings.workspace))
        _, other = await api.keys.create("other", WorkspaceId("other"))

        async def status(key: str, **headers: str) -> int:
            sent = {"x-api-key": key, **headers}
            return (await client.get("/metrics", headers=sent)).status_code

        assert await status("any") == 200
        for through in ({"x-forwarded-for": "203.0.113.7"}, {"host": "netnew.example"}):
            assert [await status(x, **through) for x in ("any", other, own)] == [401, 401, 200]

    check(work)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/netnew/runs/x/extend", lambda body: body["error"]["message"]),
        ("/v1/discovery_tasks", lambda body: body["detail"][0]["msg"]),
    ],
)
def test_a_body_that_does_not_come_is_not_waited_for(
    check: Check, monkeypatch: pytest.MonkeyPatch, path: str, said: Callable[[Any], str]
) -> None:
    monkeypatch.setattr(authenticated_route, "_WHOLE_WITHIN_S", 0.01)

    async def half() -> Any:
        yield b'{"additional": '
        await asyncio.Event().wait()

    async def work(api: ApiState, client: httpx2.AsyncClient) -> None:
        json = {"content-type": "application/json"}
        answer = await client.post(path, content=half(), headers=json)
        assert answer.status_code == 422
        assert "did not come within" in said(answer.json())

    check(work)


def test_a_failure_of_ours_is_told_without_its_reason(
    check: Check, capfd: pytest.CaptureFixture[str]
) -> None:
    log_to_standard_error("warning")

    async def work(api: ApiState, client: httpx2.AsyncClient) -> None:
        api.webhooks = None  # type: ignore[assignment]
        answer = await client.get("/netnew/deliveries/x")
        assert answer.status_code == 500
        told = {"code": "failed", "message": "Internal server error", "fields": []}
        assert answer.json() == {"error": told}

    check(work)
    lines = capfd.readouterr().err.splitlines()
    assert [x for x in lines if "a request failed" in x and "level=error" in x]


def test_a_command_that_was_done_keeps_its_key_where_its_answer_fails(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreBusy("the database is locked")

    async def work(api: ApiState, client: httpx2.AsyncClient) -> None:
        runs, key = "/v1/findall/runs", {"Idempotency-Key": "a"}
        begun = (await client.post(runs, json={"query": "Find all teapot makers"})).json()
        cancel = f"{runs}/{begun['findall_id']}/cancel"
        with monkeypatch.context() as broken:
            broken.setattr(RunReader, "view", away)
            assert (await client.post(cancel, headers=key)).status_code == 503
            unknown = f"{runs}/fa-{'0' * 32}/cancel"
            assert (await client.post(unknown, headers=key)).status_code == 404
        api.closing.set()  # so that nobody waits for the one that has it
        assert (await client.post(cancel, headers=key)).status_code == 409
        assert (await client.post(unknown, headers=key)).status_code == 404

    check(work)
