from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# A service whose run works until it is asked to stop; with 'stubborn' it does not listen.
PROGRAM = textwrap.dedent(
    """
    import asyncio, sys
    from contextlib import asynccontextmanager
    from dataclasses import replace
    from datetime import UTC, datetime
    from types import SimpleNamespace
    from uuid import UUID

    from netnew.cli.main import app
    from netnew.domain.budget import Budget
    from netnew.engine.planning.plan import Plan
    from netnew.domain.ids import LOCAL_WORKSPACE, run_id
    from netnew.domain.run import Run, RunSpec, RunStatus, TerminationReason
    from netnew.app.service import RunResult, Service

    now = datetime(2026, 1, 1, tzinfo=UTC)

    class Working(Service):
        def __init__(self):
            self.asked_to_stop = asyncio.Event()
            self.executor = SimpleNamespace(pop_failure=lambda run_id: None)
            self.queries = self
        async def plan(self, spec):
            return Plan(spec, (), "rules/1", Budget())
        async def begin(self, planned, worker_id=""):
            spec = planned.spec
            self.it = Run(run_id(UUID(int=1)), LOCAL_WORKSPACE, spec, RunStatus.RUNNING, now, now)
            return self.it
        async def watch(self, run_id, after=0):
            print("working", flush=True)
            await self.asked_to_stop.wait()
            if "stubborn" in self.it.spec.objective:
                print("asked", flush=True)
                await asyncio.Event().wait()
            reason = TerminationReason.USER_CANCELLED
            self.it = replace(self.it, status=RunStatus.CANCELLED, termination_reason=reason)
            yield []
        async def cancel(self, run_id):
            self.asked_to_stop.set()
            return self.it
        async def run(self, run_id):
            return self.it
        async def result(self, run_id):
            return RunResult(self.it, ())

    class App:
        id = "own"
        def __init__(self, settings):
            self.settings, self.service = settings, Working()
        async def live_workers(self, takes_all=True):
            return [SimpleNamespace(id="", takes_all=False)] if not takes_all else []
        @asynccontextmanager
        async def open_worker(self, takes_all):
            yield self
        async def until_done(self, run_id, generation):
            if not self.service.it.status.is_terminal:
                await asyncio.Event().wait()

    @asynccontextmanager
    async def opened(settings):
        yield App(settings)

    app(sys.argv[1:], obj=opened)
    """
)


# Stands in for a library that takes long to import.
SLOW_IMPORT = "import sys; print('importing', flush=True); sys.stdin.read()"


@contextmanager
def finding(tmp_path: Path, objective: str) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"NETNEW_HOME": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "find", objective],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=tmp_path,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "working\n"
        try:
            yield process
        finally:
            process.kill()


def test_ctrl_c_asks_the_run_to_stop_and_shows_what_it_has(tmp_path: Path) -> None:
    with finding(tmp_path, "teapots") as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped at your request" in out
    assert "Stopping; what was found is kept. Press Ctrl-C again to exit immediately." in err
    assert "netnew runs resume 00000000" in err
    assert "Traceback" not in err


def test_a_second_ctrl_c_leaves_at_once(tmp_path: Path) -> None:
    with finding(tmp_path, "stubborn teapots") as process:
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert process.stdout.readline() == "asked\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err


def test_a_polite_kill_stops_it_too(tmp_path: Path) -> None:
    with finding(tmp_path, "teapots") as process:
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped at your request" in out


@pytest.mark.parametrize(
    "command",
    [[sys.executable, "-m", "netnew"], [str(Path(sys.executable).with_name("netnew"))]],
    ids=["python -m netnew", "netnew"],
)
def test_ctrl_c_while_it_starts_ends_it_quietly(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "typer.py").write_text(SLOW_IMPORT)
    with subprocess.Popen(
        [*command, "--version"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "importing\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
