"""The five runs of a golden trace, each made by the command line in a child process.

One thing at a time (`ONE_AT_A_TIME`) makes their order repeatable.
"""

from __future__ import annotations

import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from evals.data_folder import Web, load_web
from evals.golden.site import Site, serving_site
from evals.golden.trace import Recorded, trace_of, trace_of_killed, trace_of_stopped
from evals.judges import for_product
from evals.product import Ask, environment, find_command

OWN_WEB = Path(__file__).resolve().parents[2] / "tests" / "web"
DOMAIN = "observatories"
TIMEOUT_S = 120.0
ONE_AT_A_TIME = {
    "NETNEW_FETCH_CONCURRENCY": "1",
    "NETNEW_PER_HOST_CONCURRENCY": "1",
    "NETNEW_SEARCH_CONCURRENCY": "1",
    "NETNEW_MODEL_CONCURRENCY": "1",
    "NETNEW_SHARE_BATCHES": "never",
    "PYTHONHASHSEED": "0",
}
# The model call before whose answer the process is killed.
KILLED_AT_CALL = 12
EXIT_KILLED = -signal.SIGKILL


class GoldenRunFailed(Exception):
    """A command of a golden run ended otherwise than it must; the message has its output."""


@dataclass(slots=True)
class Bench:
    """A HOME, its database and the servers a run asks."""

    web: Web
    site: Site
    folder: Path
    database_url: str
    judge: str = "rules"
    days: set[str] = field(default_factory=set)
    _outputs: int = 0

    def find(self, query_id: str, *options: str, limit: int = 1000, killed: bool = False) -> None:
        """Ask a query of the web; `killed`: the process must not live to its end."""
        (query,) = self.web.asked([query_id])
        judge = for_product(self.judge, self.site.model.address)
        ask = Ask(generator="base", judge=judge, match_limit=limit)
        command = find_command(query, ask, self.site.pages.port, self._next_output())
        self._run([*command, *options], EXIT_KILLED if killed else 0)

    def runs(self, command: str, *words: str) -> None:
        """`netnew runs COMMAND last …`, with everything exported."""
        out = self._next_output()
        command_line = [*Ask().start, "runs", command, "last", *words, "-o", str(out), "--all"]
        self._run(command_line, 0)

    def recorded(self) -> Recorded:
        outputs = [self.folder / f"out-{n}.json" for n in range(1, self._outputs + 1)]
        return Recorded(
            database_url=self.database_url,
            outputs=tuple(path for path in outputs if path.exists()),
            requests=dict(self.site.pages.requests),
            calls=tuple(self.site.model.calls),
            days=frozenset(self.days),
        )

    def _next_output(self) -> Path:
        self._outputs += 1
        return self.folder / f"out-{self._outputs}.json"

    def _run(self, command: Sequence[str], expected_code: int) -> None:
        self.days.add(datetime.now(UTC).date().isoformat())
        env = environment(self.folder / "home", self.site.pages.port) | ONE_AT_A_TIME
        env["NETNEW_DATABASE_URL"] = self.database_url
        log = self.folder / "log"
        with (
            log.open("wb") as told,
            subprocess.Popen(
                command,
                env=env,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=told,
            ) as child,
        ):
            self.site.model.on_call = lambda number: (
                child.kill() if expected_code == EXIT_KILLED and number == KILLED_AT_CALL else None
            )
            try:
                code = child.wait(TIMEOUT_S)
            except subprocess.TimeoutExpired:
                child.kill()
                raise GoldenRunFailed(f"killed after {TIMEOUT_S:g} s: {command}") from None
        self.days.add(datetime.now(UTC).date().isoformat())
        if code != expected_code:
            tail = log.read_text(encoding="utf-8", errors="replace")[-2_000:]
            raise GoldenRunFailed(f"exit code {code}, not {expected_code}, of {command}\n{tail}")


def _rules(bench: Bench) -> None:
    bench.find("ob-q1", "--enrich", "nearest_town: The town nearest to the observatory.")
    bench.find("ob-q5")


def _oracle(bench: Bench) -> None:
    bench.find("ob-q5", "--enrich", "nearest_town: The town nearest to the observatory.")


def _resumed(bench: Bench) -> None:
    bench.find("ob-q5", killed=True)
    bench.runs("resume")


def _extended(bench: Bench) -> None:
    bench.find("ob-q3", limit=3)
    bench.runs("extend", "100")


def _refreshed(bench: Bench) -> None:
    bench.find("ob-q1")
    bench.site.pages.change(
        "http://monte-lobera-observatory.example/", "2,896 metres", "1,896 metres"
    )
    bench.runs("refresh", "--recheck")


@dataclass(frozen=True, slots=True)
class GoldenRun:
    """One of the five: what is done, by which judge, on which database."""

    name: str
    do: Callable[[Bench], None]
    judge: str = "rules"
    postgres: bool = False
    latency_ms: int = 0
    trace: Callable[[Recorded], Mapping[str, Any]] = trace_of


RUNS = (
    GoldenRun("rules", _rules),
    GoldenRun("oracle", _oracle, "only:oracle"),
    GoldenRun(
        "resumed", _resumed, "only:oracle", postgres=True, latency_ms=50, trace=trace_of_killed
    ),
    GoldenRun("extended", _extended, "only:oracle", trace=trace_of_stopped),
    GoldenRun("refreshed", _refreshed),
)


def record(run: GoldenRun) -> Mapping[str, Any]:
    """Make the run in a scratch folder and give its trace. Raises GoldenRunFailed."""
    web = load_web(OWN_WEB, DOMAIN)
    with tempfile.TemporaryDirectory(prefix="netnew-golden-") as scratch:
        folder = Path(scratch)
        (folder / "home").mkdir()
        file = f"sqlite:///{folder / 'home' / 'netnew.db'}"
        database = _postgres() if run.postgres else nullcontext(file)
        with serving_site(web, folder / "web", run.latency_ms) as site, database as url:
            bench = Bench(web, site, folder, url, run.judge)
            run.do(bench)
            return run.trace(bench.recorded())


@contextmanager
def _postgres() -> Iterator[str]:
    # Imported by name when it is needed: the tests' own server is no part of this package.
    with import_module("tests.support.postgres").running_postgres() as server:
        yield server.url_of(server.make_database())
