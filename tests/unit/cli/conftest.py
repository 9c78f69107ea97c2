"""The command line over a service that has one finished run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from netnew.app.run_queries import RunQueries, RunResult
from netnew.app.service import Service
from netnew.cli.main import app
from netnew.domain.budget import Budget, Spend
from netnew.domain.candidate import Candidate, Merge
from netnew.domain.errors import NotFound, StoreDamaged
from netnew.domain.event import (
    CandidateDecided,
    CandidateGenerated,
    Event,
    EventBody,
    RoundEnded,
    RunPlanned,
    RunStatusChanged,
    SourceFailed,
)
from netnew.domain.ids import RunId, SnapshotId
from netnew.domain.page import Snapshot
from netnew.domain.run import Run, RunSpec
from netnew.engine.planning.plan import Plan
from netnew.settings import Settings


class OneRunQueries(RunQueries):
    """Reads the finished run, and those in `kept`."""

    def __init__(self, finished: Any) -> None:
        self.finished = finished
        self.failures: list[SourceFailed] = []
        self.kept: list[Run] = [finished.run]
        self.rechecked: tuple[Candidate, ...] = ()

    async def run(self, run_id: RunId) -> Run:
        for run in self.kept:
            if run.id == run_id:
                return run
        raise NotFound("run", run_id)

    async def runs(
        self, limit: int = 50, before: datetime | None = None, offset: int = 0
    ) -> list[Run]:
        return self.kept[:limit]

    async def events(self, run_id: RunId, after: int = 0, limit: int = 500) -> list[Event]:
        run = await self.run(run_id)
        bodies: list[EventBody] = [
            RunPlanned("company", ("place", "product"), ("teapots wales",)),
            *(CandidateGenerated(x.id, x.name, x.url) for x in self.finished.candidates),
            *(
                CandidateDecided(x.id, x.name, x.url, x.status, x.verdicts)
                for x in self.finished.candidates
            ),
            *self.failures,
            RoundEnded(1, ("teapots wales",), 3, 1, run.counts, Spend(searches=4, pages=9)),
            RunStatusChanged(run.status, run.termination_reason),
        ]
        events = [Event(run_id, i, run.created_at, x) for i, x in enumerate(bodies, 1)]
        return [x for x in events if x.seq > after][:limit]

    async def watch(
        self, run_id: RunId, after: int = 0, until_terminal: bool = True
    ) -> AsyncIterator[list[Event]]:
        yield await self.events(run_id, after)
        if not (await self.run(run_id)).status.is_terminal:
            await asyncio.Event().wait()

    async def source_failures(self, run_id: RunId) -> list[SourceFailed]:
        return self.failures

    async def candidates(self, run_id: RunId) -> AsyncIterator[Candidate]:
        for candidate in self.finished.candidates:
            yield candidate

    async def result(self, run_id: RunId) -> RunResult:
        return RunResult(await self.run(run_id), self.finished.candidates, self.rechecked)

    async def merges(self, run_id: RunId) -> list[Merge]:
        kept, lost = self.finished.candidates[:2]
        return [
            Merge(run_id, kept.id, lost.id, "same telephone", lost, self.finished.run.created_at)
        ]

    async def snapshot(self, snapshot_id: SnapshotId) -> Snapshot:
        if snapshot_id != self.finished.snapshot.id:
            raise NotFound("page", snapshot_id)
        page: Snapshot = self.finished.snapshot
        return page


class OneRunService(Service):
    """Answers every command with the finished run; remembers what was requested."""

    queries: OneRunQueries

    def __init__(self, finished: Any) -> None:
        self.queries = OneRunQueries(finished)
        self.finished = finished
        self.asked: list[RunSpec] = []
        self.deleted: list[RunId] = []
        self.exported: list[str] = []
        self.problem: Exception | None = None
        self.broken_off: Exception | None = None
        self.executor: Any = SimpleNamespace(pop_failure=self._pop_failure)
        self._failures: dict[RunId, Exception] = {}

    def _pop_failure(self, run_id: RunId) -> Exception | None:
        return self._failures.pop(run_id, None)

    async def plan(self, spec: RunSpec) -> Plan:
        if self.problem:
            raise self.problem
        self.asked.append(spec)
        unreadable = {x.name: "the colour" for x in spec.conditions[:1]}
        return Plan(spec, ("teapots wales",), "rules/1", Budget(searches=60, pages=400), unreadable)

    async def begin(self, planned: Plan, worker_id: str = "") -> Run:
        run = replace(self.queries.kept[0], last_seq=0)
        if self.broken_off:
            self._failures[run.id] = self.broken_off
        return run

    async def result_to_export(self, run_id: RunId, format: str) -> RunResult:
        return await self.queries.result(run_id)

    async def record_export(self, run_id: RunId, format: str) -> None:
        if self.broken_off:
            raise StoreDamaged("no line is written")
        self.exported.append(format)

    async def cancel(self, run_id: RunId) -> Run:
        return await self.queries.run(run_id)

    async def delete(self, run_id: RunId) -> None:
        self.deleted.append(run_id)


class OneRunApp:
    """No other worker lives; its own has done all work at once."""

    id = "own"
    is_read_only = False

    def __init__(self, settings: Settings, service: Service) -> None:
        self.settings = settings
        self.service = service

    @asynccontextmanager
    async def open_worker(self, takes_all: bool) -> AsyncIterator[OneRunApp]:
        yield self

    async def until_done(self, run_id: RunId, generation: int) -> None:
        pass

    async def live_workers(self, takes_all: bool = True) -> list[Any]:
        return []


@dataclass(slots=True)
class CommandLine:
    """`netnew …` in process: `run(*arguments)` gives exit code, output and errors."""

    service: OneRunService
    home: Path

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments), obj=self._open, prog_name="netnew")

    @asynccontextmanager
    async def _open(self, settings: Settings) -> AsyncIterator[Any]:
        yield OneRunApp(settings, self.service)

    def other_run(self, hex_beginning: str) -> None:
        """Let there be one more run, older, whose id begins so."""
        key = RunId("run_" + hex_beginning.ljust(32, "1"))
        self.service.queries.kept.append(replace(self.service.finished.run, id=key))


@pytest.fixture
def netnew(
    finished: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bare_environment: None
) -> CommandLine:
    home = tmp_path / "home"
    monkeypatch.setenv("NETNEW_HOME", str(home))
    return CommandLine(OneRunService(finished), home)


@pytest.fixture
def bare_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None] | None:
    """No setting of the machine's own reaches the test."""
    import os

    for name in list(os.environ):
        if name.startswith("NETNEW_"):
            monkeypatch.delenv(name)
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return None
