"""A HOME made by commit d5262f0 (see `old_home.py`): its database is migrated, its runs are read,
the completed one is extended, and the one whose process was killed is resumed."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evals.golden.site import Site
from evals.golden.tables import read_tables
from tests.golden.old_home import command, serving, source

ARCHIVE = Path(__file__).with_name("home_d5262f0.tar.xz")


@dataclass(frozen=True)
class OldHome:
    """The unpacked HOME, used by the present version; `completed` and `killed` are ids of runs."""

    home: Path
    site: Site
    completed: str
    killed: str

    def netnew(self, *words: str) -> Any:
        """What a command prints as JSON."""
        line, env = command(self.home, self.site, *words, "--json")
        done = subprocess.run(line, env=env, cwd=self.home, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def rows(self, table: str) -> list[dict[str, Any]]:
        return read_tables(f"sqlite:///{self.home / 'netnew.db'}")[table]

    def candidates(self, run: str) -> dict[str, dict[str, Any]]:
        """The stored candidates of a run, by id."""
        rows = self.rows("fa_candidates")
        return {row["id"]: row["packed"] for row in rows if row["run_id"] == run}

    def event_numbers(self, run: str) -> list[int]:
        return sorted(row["seq"] for row in self.rows("fa_events") if row["run_id"] == run)


@pytest.fixture
def old(tmp_path: Path) -> Iterator[OldHome]:
    home = tmp_path / "home"
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(home, filter="data")
    with serving(tmp_path / "web") as site:
        with closing(sqlite3.connect(home / "netnew.db")) as database, database:
            runs = dict(database.execute("SELECT status, id FROM fa_runs").fetchall())
            (spec,) = database.execute("SELECT spec FROM fa_runs").fetchone()
            # The search has moved: the port it had when the runs were made may be anybody's now.
            (moved,) = json.loads(spec)["sources"]
            database.execute("UPDATE fa_runs SET spec = replace(spec, ?, ?)", (moved, source(site)))
        yield OldHome(home, site, runs["completed"], runs["running"])


def test_its_runs_are_read(old: OldHome) -> None:
    listed = {run["id"]: run["status"] for run in old.netnew("runs", "list")["runs"]}
    assert listed == {old.completed: "completed", old.killed: "running"}
    stored = old.candidates(old.completed)
    shown = old.netnew("runs", "show", old.completed, "--quotes")
    matched = [c for c in shown["candidates"] if c["match_status"] == "matched"]
    assert len(matched) == shown["run"]["counts"]["matched"] == 3
    for candidate in matched:
        (verdict,) = candidate["verdicts"]
        (kept,) = stored[candidate["candidate_id"]]["verdicts"]
        assert verdict["citations"][0]["excerpt"] == kept["citations"][0]["excerpt"]
    events = old.netnew("runs", "events", old.completed)["events"]
    assert [event["seq"] for event in events] == old.event_numbers(old.completed)


def test_its_completed_run_is_extended_and_nothing_decided_is_bought_again(old: OldHome) -> None:
    before = old.candidates(old.completed)
    decided = {key: c for key, c in before.items() if c.get("verdicts")}
    ledger = {row["id"]: row for row in old.rows("fa_ledger")}
    extended = old.netnew("runs", "extend", old.completed, "3", "--all")
    assert extended["run"]["status"] == "completed"
    assert extended["run"]["counts"]["matched"] == 6
    after = old.candidates(old.completed)
    assert {key: after[key]["verdicts"] for key in decided} == {
        key: c["verdicts"] for key, c in decided.items()
    }
    kept = {row["id"]: row for row in old.rows("fa_ledger")}
    assert {key: kept[key] for key in ledger} == ledger
    numbers = old.event_numbers(old.completed)
    assert numbers == list(range(1, len(numbers) + 1))


def test_its_killed_run_is_resumed_to_its_end(old: OldHome) -> None:
    before = old.candidates(old.killed)
    begun = len(old.event_numbers(old.killed))
    resumed = old.netnew("runs", "resume", old.killed, "--all")
    assert resumed["run"]["status"] == "completed"
    assert resumed["run"]["counts"]["generated"] > len(before)
    after = old.candidates(old.killed)
    assert before.keys() <= after.keys()
    assert all(after[key]["status"] == c["status"] for key, c in before.items())
    numbers = old.event_numbers(old.killed)
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) > begun
