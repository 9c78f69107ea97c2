"""`netnew runs merges`: listed with numbers, undone by number, by command line on a real run."""

from __future__ import annotations

import asyncio
import csv
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from netnew.cli.main import app
from netnew.domain.run import Run
from netnew.store import open_store
from netnew.testing import page
from tests.support.advisors import ScriptedAdvisor
from tests.support.engine_fixture import SPEC, EngineFixture

OWN, LISTED = "https://bluekettle.com/", "https://dir.test/blue-kettle"
RED = {"Colour": "red", "Open": "yes"}


@pytest.fixture(params=["sqlite", "postgres"])
def url(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    bare_environment: None,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """A database that has a run with one merge, which a model decided."""
    address = f"sqlite:///{tmp_path / 'home' / 'netnew.db'}"
    if request.param == "postgres":
        address = str(request.getfixturevalue("postgres_url"))
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("NETNEW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NETNEW_DATABASE_URL", address)

    async def find(b: EngineFixture) -> None:
        b.context["advisor"] = ScriptedAdvisor(lambda one, other: True)
        await b.run(SPEC)

    with_bench(address, find)
    return address


def with_bench(url: str, use: Callable[[EngineFixture], Awaitable[None]]) -> None:
    async def work() -> None:
        async with open_store(url) as store:
            found = (page(OWN, "Blue Kettle", RED), page(LISTED, "Blue Kettle Ltd", RED))
            await use(EngineFixture(store, {p.url: p for p in found}))

    asyncio.run(work())


def netnew(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["runs", *arguments], prog_name="netnew")


def documents(*arguments: str) -> Any:
    done = netnew(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_merges_are_listed_with_numbers_names_and_addresses(url: str) -> None:
    header, line = netnew("merges", "last").stdout.splitlines()
    assert header.split() == ["no.", "kept", "merged", "into", "it", "why"]
    said = f"1 Blue Kettle <{OWN}> Blue Kettle Ltd <{LISTED}> a model: 'Blue Kettle' ({OWN}) is"
    assert " ".join(line.split()).startswith(said)
    (merge,) = documents("merges", "last")["merges"]
    assert (merge["number"], merge["undone"]) == (1, False)
    assert (merge["kept_name"], merge["kept_url"]) == ("Blue Kettle", OWN)
    assert (merge["lost_name"], merge["lost_url"]) == ("Blue Kettle Ltd", LISTED)


def test_a_merge_is_undone_by_its_number(url: str, tmp_path: Path) -> None:
    assert len(documents("result", "last")["candidates"]) == 1
    done = netnew("merges", "last", "--undo", "1")
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        [f"matched: Blue Kettle  {OWN}", f"matched: Blue Kettle Ltd  {LISTED}"],
    )
    rows = documents("result", "last")["candidates"]
    assert [(r["url"], r["pages"]) for r in rows] == [(OWN, [OWN]), (LISTED, [LISTED])]
    run = documents("show", "last")["run"]
    assert (run["status"], run["counts"]["matched"]) == ("completed", 2)
    path = tmp_path / "found.csv"
    assert netnew("export", "last", "-o", str(path)).exit_code == 0
    with path.open(encoding="utf-8-sig") as lines:
        assert len(list(csv.DictReader(lines))) == 2
    assert "undone; it was: a model" in netnew("merges", "last").stdout
    assert documents("merges", "last")["merges"][0]["undone"]


def test_what_was_undone_is_told_as_one_document(url: str) -> None:
    told = documents("merges", "last", "--undo", "1")
    assert told["undone"]["undone"]
    assert told["run"]["counts"]["matched"] == 2
    assert [c["url"] for c in told["candidates"]] == [OWN, LISTED]


def test_a_merge_that_is_not_there_or_undone_ends_with_2(url: str) -> None:
    done = netnew("merges", "last", "--undo", "2")
    assert (done.exit_code, done.stderr) == (2, "netnew: no merge '2'\n")
    assert netnew("merges", "last", "--undo", "1").exit_code == 0
    done = netnew("merges", "last", "--undo", "1")
    assert done.exit_code == 2
    assert "merge 1 of run_" in done.stderr
    assert done.stderr.endswith("is undone already\n")


def test_a_run_under_way_is_left_alone(url: str) -> None:
    found: list[Run] = []

    async def extend(b: EngineFixture) -> None:
        (run,) = await b.service.queries.runs()
        found.append(await b.service.extend(run.id, 10))

    with_bench(url, extend)
    done = netnew("merges", "last", "--undo", "1")
    assert done.exit_code == 2
    expected = f"{found[0].id} is queued; a merge can be undone once it has ended or is paused"
    assert expected in done.stderr
    assert len(documents("result", "last")["candidates"]) == 1
