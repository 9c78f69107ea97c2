"""Requests with a key of their own are done once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
import sqlalchemy as sa

from netnew.db.tables import answers, runs
from tests.dialects.scout.requests import ASKED, RUNS, begun, ended
from tests.support.promises import promises
from tests.support.server_process import ServerProcess

Edit = Callable[[sa.Update], None]


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def total(client: httpx2.Client) -> int:
    return int(client.get(RUNS, params={"limit": 1}).json()["total"])


@pytest.fixture
def edit(server: ServerProcess) -> Edit:
    """Changes rows of the server's database, as no client could."""
    engine = sa.create_engine(f"sqlite:///{server.home / 'netnew.db'}")

    def run(statement: sa.Update) -> None:
        with engine.begin() as connection:
            assert connection.execute(statement).rowcount == 1
        engine.dispose()

    return run


@promises("scout-idempotency", "scout-elapsed-header")
def test_the_same_request_is_answered_as_before(scout: httpx2.Client) -> None:
    before = total(scout)
    answers = [scout.post(RUNS, json=ASKED, headers=keyed("once")) for _ in range(3)]
    assert [x.status_code for x in answers] == [202] * 3
    assert len({x.content for x in answers}) == 1
    assert [x.headers["x-cache"] for x in answers] == ["MISS", "HIT", "HIT"]
    assert total(scout) == before + 1
    other = scout.post(RUNS, json=ASKED | {"limit": 6}, headers=keyed("once"))
    assert other.status_code == 422
    assert other.json()["detail"][0]["loc"] == ["header", "Idempotency-Key"]
    without = scout.post(RUNS, json=ASKED, headers=keyed("another"))
    assert without.json()["findall_id"] != answers[0].json()["findall_id"]


@promises("scout-idempotency")
def test_two_that_come_at_once_are_one(scout: httpx2.Client) -> None:
    before = total(scout)

    def ask(_: int) -> bytes:
        return scout.post(RUNS, json=ASKED, headers=keyed("at once")).content

    with ThreadPoolExecutor(8) as pool:
        bodies = set(pool.map(ask, range(8)))
    assert len(bodies) == 1
    assert total(scout) == before + 1


@promises("scout-idempotency")
def test_what_was_refused_is_no_answer_to_keep(scout: httpx2.Client) -> None:
    refused = scout.post(RUNS, json=ASKED | {"limit": 0}, headers=keyed("again"))
    assert refused.status_code == 422
    assert scout.post(RUNS, json=ASKED, headers=keyed("again")).status_code == 202


@promises("scout-idempotency")
def test_commands_are_done_once_as_well(scout: httpx2.Client) -> None:
    run = ended(scout, begun(scout, limit=1)["findall_id"])
    extend = f"{RUNS}/{run['findall_id']}/extend"
    first = scout.post(extend, json={"limit": 1}, headers=keyed("more"))
    assert first.status_code == 202
    assert ended(scout, run["findall_id"])["count"] == 2
    again = scout.post(extend, json={"limit": 1}, headers=keyed("more"))
    assert again.content == first.content
    assert ended(scout, run["findall_id"])["count"] == 2
    preview = [scout.post("/v1/findall", json=ASKED, headers=keyed("look")) for _ in range(2)]
    assert preview[0].content == preview[1].content


@promises("scout-idempotency")
def test_a_crash_before_the_answer_was_kept_makes_no_second_run(
    scout: httpx2.Client, edit: Edit
) -> None:
    first = scout.post(RUNS, json=ASKED, headers=keyed("crash")).json()
    before = total(scout)
    # As it stands where the process died over it, some minutes later.
    earlier = datetime.now(UTC) - timedelta(minutes=5)
    claimed = {"status": None, "body": None, "at": earlier}
    edit(sa.update(answers).where(answers.c.key == "crash").values(claimed))
    again = scout.post(RUNS, json=ASKED, headers=keyed("crash"))
    assert again.status_code == 202
    assert again.json()["findall_id"] == first["findall_id"]
    assert total(scout) == before


@promises("scout-idempotency")
def test_a_preview_is_not_made_again_after_a_crash_unless_it_failed(
    scout: httpx2.Client, edit: Edit
) -> None:
    first = scout.post("/v1/findall", json=ASKED, headers=keyed("seen")).json()
    before = total(scout)
    earlier = datetime.now(UTC) - timedelta(minutes=5)
    died = {"status": None, "body": None, "at": earlier}
    found = sa.update(answers).where(answers.c.key == "seen").values(died)
    edit(found)
    again = scout.post("/v1/findall", json=ASKED, headers=keyed("seen"))
    assert (again.status_code, again.json()) == (200, first)
    assert total(scout) == before
    named = sa.update(runs).where(runs.c.id == first["netnew"]["run_id"])
    edit(found)
    edit(named.values(status="queued"))
    unfinished = scout.post("/v1/findall", json=ASKED, headers=keyed("seen"))
    assert unfinished.status_code == 409
    edit(named.values(status="failed"))
    again = scout.post("/v1/findall", json=ASKED, headers=keyed("seen"))
    assert again.status_code == 200
    assert again.json()["findall_id"] != first["findall_id"]
    assert total(scout) == before + 1


@promises("scout-idempotency")
def test_a_key_that_comes_again_days_later_begins_anew(scout: httpx2.Client, edit: Edit) -> None:
    first = scout.post(RUNS, json=ASKED, headers=keyed("weekly")).json()
    ended(scout, first["findall_id"])
    last_week, named = datetime.now(UTC) - timedelta(days=7), first["netnew"]["run_id"]
    edit(sa.update(answers).where(answers.c.key == "weekly").values(at=last_week))
    edit(sa.update(runs).where(runs.c.id == named).values(created_at=last_week))
    again = scout.post(RUNS, json=ASKED, headers=keyed("weekly")).json()
    assert again["findall_id"] != first["findall_id"]
    assert again["status"] == "queued"


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_that_cannot_be_one_is_refused(scout: httpx2.Client, key: str) -> None:
    answer = scout.post(RUNS, json=ASKED, headers=keyed(key))
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["header", "Idempotency-Key"]
