"""The product run as a user runs it: a child process, a command line, an exported file."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals import ablated
from evals.judges import asks_outside_model
from evals.rows import Query
from evals.web_server import HOST

STDERR_TAIL_CHARS = 2_000
DEFAULT_COMMAND = (sys.executable, "-m", "netnew")


@dataclass(frozen=True, slots=True)
class Ask:
    """How the product is asked: everything but the query. `budget_share` is the part of the
    generator's searches and pages that it may use, `without` are parts of the product left out.
    `command` starts it otherwise, with the code in `source` first on its path (None: as
    installed)."""

    generator: str = "core"
    judge: str = "rules"
    match_limit: int = 1000
    timeout_s: float = 3600.0
    budget_share: float = 1.0
    without: tuple[str, ...] = ()
    command: tuple[str, ...] = DEFAULT_COMMAND
    source: Path | None = None

    @property
    def start(self) -> tuple[str, ...]:
        """The words that start the product."""
        return ablated.command(self.without) if self.without else self.command


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one run. `export` is None where it failed; `problem` then says how. `events`
    are the run's, where they were asked for."""

    export: Mapping[str, Any] | None
    problem: str
    seconds: float
    max_rss_mb: float
    events: Sequence[Mapping[str, Any]] = ()


def find_command(query: Query, ask: Ask, port: int, out: Path) -> list[str]:
    """The command line. Of the query it has the objective, the type, and each condition's name and
    description: what the engine may see, and no more."""
    command = [*ask.start, "find", query.objective, "--type", query.entity_type]
    for condition in query.conditions:
        command += ["--where", f"{condition.name}: {condition.description}"]
    command += ["--limit", str(ask.match_limit), "--generator", ask.generator]
    command += ["--source", f"web:searxng=http://{HOST}:{port}", "--judge", ask.judge]
    if ask.budget_share < 1:
        caps = budgets_of(ask.generator, ask.budget_share)
        command += ["--max-searches", str(caps["searches"]), "--max-pages", str(caps["pages"])]
    return [*command, "-o", str(out), "--all"]


def budgets_of(generator: str, share: float = 1.0) -> dict[str, float | None]:
    """The fixed budget of a generator, as the product has it, with this share of its searches and
    pages; empty for an unknown one."""
    from netnew.engine.effort import GENERATORS

    known = GENERATORS.get(generator)
    if known is None:
        return {}
    budget = known.budget
    cut = {"searches": budget.searches, "pages": budget.pages}
    shares = {name: n and max(1, round(n * share)) for name, n in cut.items()}
    return {**shares, "seconds": budget.seconds}


def code_as_it_stands(scratch: Path) -> Path | None:
    """A copy in `scratch` of this checkout's code, so that edits made while a measurement runs do
    not enter it. None where there is no checkout."""
    source = Path(__file__).resolve().parent.parent / "src"
    if not (source / "netnew").is_dir():
        return None
    target = scratch / "src"
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def environment(
    home: Path, port: int, source: Path | None = None, judge: str = "rules"
) -> dict[str, str]:
    """This process's environment without settings of the product's own, and with the gateway. Those
    that say how to reach a model (NETNEW_MODEL_…) are kept for a judge that asks one."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("NETNEW_")
        or (name.startswith("NETNEW_MODEL_") and asks_outside_model(judge))
    }
    path = os.pathsep.join(p for p in (str(source or ""), kept.get("PYTHONPATH", "")) if p)
    return {
        **kept,
        **({"PYTHONPATH": path} if path else {}),
        "NETNEW_HOME": str(home),
        "NETNEW_TEST_GATEWAY": f"http://{HOST}:{port}",
        # Every host is the same loopback process here; a pause between two requests to one host
        # would measure the pause.
        "NETNEW_PER_HOST_DELAY_S": "0",
        "NO_COLOR": "1",
    }


def run_product(query: Query, ask: Ask, home: Path, port: int) -> Outcome:
    """Run the product on a query in `home`, through the gateway and search at `port`.

    Never raises for the child's sake. At `ask.timeout_s` the child is killed.
    """
    out, log = home.parent / f"{home.name}.json", home.parent / f"{home.name}.log"
    out.unlink(missing_ok=True)
    env = environment(home, port, ask.source, ask.judge)
    started = time.monotonic()
    code, max_rss_kb, timed_out = _waited(
        find_command(query, ask, port, out),
        env,
        home.parent,
        log,
        ask,
    )
    seconds = time.monotonic() - started
    export, problem = _export(out)
    if timed_out:
        problem, export = f"killed after {ask.timeout_s:g} s", None
    elif code != 0:
        problem, export = f"exit code {code}", None
    if export is None:
        tail = log.read_text(encoding="utf-8", errors="replace")[-STDERR_TAIL_CHARS:]
        problem = f"{problem}\n{tail}".strip()
    events = _events(ask, export, env, home.parent) if export and ask.judge != "rules" else ()
    return Outcome(export, problem, seconds, max_rss_kb / 1024, events)


def _events(
    ask: Ask, export: Mapping[str, Any], env: Mapping[str, str], cwd: Path
) -> Sequence[Mapping[str, Any]]:
    """What happened in the run, in order; nothing where the product does not tell."""
    command = [*ask.start, "runs", "events", str(export["run"]["id"]), "--json"]
    try:
        told = subprocess.run(command, env=env, cwd=cwd, capture_output=True, timeout=60)
        events = json.loads(told.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return ()
    return events if isinstance(events, list) else events.get("events", ())


def _waited(
    command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path, ask: Ask
) -> tuple[int, int, bool]:
    """Exit code, peak resident KiB of the child, and whether it was killed for time."""
    timed_out = threading.Event()
    with log.open("wb") as stderr:
        child = subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=stderr,
            stderr=stderr,
        )

        def kill() -> None:
            timed_out.set()
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGKILL)

        timer = threading.Timer(ask.timeout_s, kill)
        timer.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        finally:
            timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage.ru_maxrss, timed_out.is_set()


def _export(out: Path) -> tuple[Mapping[str, Any] | None, str]:
    try:
        document = json.loads(out.read_bytes())
    except FileNotFoundError:
        return None, "no file was exported"
    except ValueError as error:
        return None, f"the exported file is no JSON: {error}"
    if not isinstance(document, dict) or not {"run", "candidates"} <= document.keys():
        return None, "the exported file has no run and candidates"
    return document, ""
