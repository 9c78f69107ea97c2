"""What callers are told while the database is locked, damaged or cannot be written."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from netnew.api.app import make_app
from netnew.api.readiness import Readiness
from netnew.api.state import ApiState
from netnew.bootstrap import make_api_state, open_app
from netnew.cli.log_setup import log_to_standard_error
from netnew.db.waiting import wait_at_most
from netnew.domain.errors import StoreDamaged
from netnew.domain.ids import WorkspaceId
from netnew.settings import Settings

Work = Callable[[ApiState, httpx2.AsyncClient], Awaitable[None]]

UNAVAILABLE = "the database is unavailable"
OBJECTIVE = "Find Python packages for testing."
CREATES: dict[str, tuple[str, dict[str, Any]]] = {
    "parallel": (
        "/v1beta/findall/runs",
        {
            "objective": OBJECTIVE,
            "entity_type": "package",
            "generator": "base",
            "match_limit": 5,
            "match_conditions": [{"name": "topic", "description": "Topic is Testing"}],
        },
    ),
    "scout": ("/v1/findall/runs", {"query": OBJECTIVE}),
    "extruct": ("/v1/discovery_tasks", {"query": OBJECTIVE, "desired_num_results": 5}),
}
SAID: dict[str, Callable[[Any], Any]] = {
    "parallel": lambda body: body["error"]["message"],
    "scout": lambda body: body["detail"],
    "extruct": lambda body: body["detail"],
    "netnew": lambda body: body["error"]["message"],
}


def within(home: Path, work: Work) -> None:
    """Run `work` over an application in `home`, whose requests wait 0.3 s for the database."""

    async def with_app() -> None:
        settings = Settings(home=home, sources=("pyenv",), judge="rules")
        async with open_app(settings) as app:
            api = make_api_state(app)
            api.database_wait = partial(wait_at_most, 0.3)
            transport = httpx2.ASGITransport(make_app(api))
            key = {"x-api-key": "any"}
            async with httpx2.AsyncClient(
                transport=transport, base_url="http://localhost", headers=key, timeout=60
            ) as client:
                await work(api, client)

    asyncio.run(with_app())


@contextmanager
def lock_of(home: Path) -> Iterator[None]:
    """The write lock of the database in `home`, held by another connection."""
    other = sqlite3.connect(home / "netnew.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def damage(home: Path) -> None:
    """Overwrite the database with zeros, as it is open."""
    path = home / "netnew.db"
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    with path.open("r+b") as file:
        file.write(b"\0" * path.stat().st_size)


async def begin(client: httpx2.AsyncClient) -> str:
    path, body = CREATES["parallel"]
    answer = await client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["findall_id"])


def check_refusal(answer: httpx2.Response, home: Path) -> None:
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), answer.text
    assert UNAVAILABLE in answer.text
    assert str(home) not in answer.text


@pytest.mark.parametrize("dialect", CREATES)
def test_what_is_begun_while_the_database_is_locked_is_refused_and_never_done(
    dialect: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log_to_standard_error("warning")
    path, body = CREATES[dialect]

    async def work(_: ApiState, client: httpx2.AsyncClient) -> None:
        run = await begin(client)
        with lock_of(tmp_path):
            refused = await client.post(path, json=body)
            check_refusal(refused, tmp_path)
            assert SAID[dialect](refused.json()) == UNAVAILABLE
            assert (await client.get(f"/v1beta/findall/runs/{run}")).status_code == 200
        accepted = await client.post(path, json=body)
        assert accepted.is_success, accepted.text
        listed = (await client.get("/netnew/runs")).json()["runs"]
        assert len(listed) == 2

    within(tmp_path, work)
    assert f"{tmp_path}/netnew.db: no answer within 0.3 s" in capfd.readouterr().err


def test_with_a_damaged_file_every_dialect_says_only_that_it_is_unavailable(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log_to_standard_error("warning")

    async def work(_: ApiState, client: httpx2.AsyncClient) -> None:
        run = await begin(client)
        damage(tmp_path)
        reads = {
            "parallel": f"/v1beta/findall/runs/{run}",
            "scout": f"/v1/findall/runs/{run}",
            "netnew": "/netnew/runs",
        }
        for dialect, path in reads.items():
            refused = await client.get(path)
            check_refusal(refused, tmp_path)
            assert SAID[dialect](refused.json()) == UNAVAILABLE
        for dialect, (path, body) in CREATES.items():
            refused = await client.post(path, json=body)
            check_refusal(refused, tmp_path)
            assert SAID[dialect](refused.json()) == UNAVAILABLE

    within(tmp_path, work)
    assert f"{tmp_path}/netnew.db: the file is" in capfd.readouterr().err


def test_ready_is_only_who_can_write(tmp_path: Path) -> None:
    async def work(api: ApiState, client: httpx2.AsyncClient) -> None:
        async def ready() -> tuple[int, Any]:
            api.readiness = Readiness(api.check_database, lambda: 0.0)  # asks anew
            answer = await client.get("/readyz")
            return answer.status_code, answer.json()

        assert await ready() == (200, {"status": "ready"})
        with lock_of(tmp_path):
            assert await ready() == (503, {"status": UNAVAILABLE})
        assert await ready() == (200, {"status": "ready"})
        damage(tmp_path)
        assert await ready() == (503, {"status": UNAVAILABLE})

    within(tmp_path, work)


def test_a_key_opens_while_its_use_cannot_be_recorded(tmp_path: Path) -> None:
    async def work(api: ApiState, client: httpx2.AsyncClient) -> None:
        _, secret = await api.keys.create("mine", WorkspaceId(api.settings.workspace))
        with lock_of(tmp_path):
            for _ in range(2):
                listed = await client.get("/netnew/runs", headers={"x-api-key": secret})
                assert listed.status_code == 200

    within(tmp_path, work)


def test_those_who_ask_at_once_wait_for_one_check_and_it_holds_for_a_second() -> None:
    now, checks = 0.0, 0

    async def check() -> None:
        nonlocal checks
        checks += 1
        await asyncio.sleep(0.01)
        if checks == 2:
            raise StoreDamaged("the disk is full")

    async def work() -> None:
        nonlocal now
        readiness = Readiness(check, lambda: now)
        assert await asyncio.gather(*(readiness.is_ready() for _ in range(5))) == [True] * 5
        assert (await readiness.is_ready(), checks) == (True, 1)
        now = 1.5
        assert (await readiness.is_ready(), checks) == (False, 2)
        now = 3.0
        assert (await readiness.is_ready(), checks) == (True, 3)

    asyncio.run(work())
