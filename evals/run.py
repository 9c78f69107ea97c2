"""A measurement: render and serve a web, ask the product every query, grade, sum up."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from evals.data_folder import Web
from evals.grade import Grade, Grader
from evals.judges import asks_oracle, for_product
from evals.oracle import NO_ERRORS, Errors, Oracle
from evals.oracle_evidence import Knowledge
from evals.oracle_server import Lane, answering
from evals.product import Ask, Outcome, code_as_it_stands, run_product
from evals.reachable import reachable_truths
from evals.results import Result, write_rows
from evals.rows import Query
from evals.web_server import WebServer, serving, store_web


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured. `repeats` runs of each query follow one another in one HOME. `results` is
    a folder for the candidates as exported. `errors` and `judge_latency_ms` are the oracle's."""

    web: Web
    queries: tuple[Query, ...]
    ask: Ask = Ask()
    repeats: int = 1
    jobs: int = 2
    page_latency_ms: int = 0
    results: Path | None = None
    errors: Errors = NO_ERRORS
    judge_latency_ms: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """One run of one query: its grade, what it cost in time and memory, and the requests that the
    server itself counted, by kind."""

    grade: Grade
    seconds: float
    max_rss_mb: float
    requests: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measurement:
    """All runs of all queries: `passes[0]` is the first run of each, `passes[1]` the second."""

    passes: tuple[tuple[Asked, ...], ...]
    reachable: Mapping[str, frozenset[str]]
    seconds: float

    @property
    def failed(self) -> tuple[str, ...]:
        """Ids of queries on which the product failed, in any pass."""
        return tuple(a.grade.id for runs in self.passes for a in runs if a.grade.problem)


def measure(plan: Plan, tell: Callable[[Asked], None] = lambda _: None) -> Measurement:
    """Do the plan; `tell` is called after each run, in the order in which they end."""
    started = time.monotonic()
    with TemporaryDirectory(prefix="netnew-evals-") as scratch:
        stored = Path(scratch) / "web"
        stored.mkdir()
        index = store_web(plan.web.pages, stored)
        reachable = reachable_truths(plan.web, index)
        grader = Grader(plan.web, reachable)
        ask = plan.ask
        if ask.source is None:
            plan = replace(plan, ask=replace(ask, source=code_as_it_stands(Path(scratch))))
        with (
            serving(stored, plan.jobs, plan.page_latency_ms) as server,
            _oracle_lanes(plan) as oracle,
        ):
            asker = _Asker(plan, grader, server, oracle, Path(scratch), tell)
            runs = asker.all()
    passes = tuple(tuple(run[n] for run in runs) for n in range(plan.repeats))
    return Measurement(passes, reachable, time.monotonic() - started)


@contextmanager
def _oracle_lanes(plan: Plan) -> Iterator[tuple[Lane, ...]]:
    """A server of the oracle with one port a lane; none where the judge does not ask it."""
    if not asks_oracle(plan.ask.judge):
        yield ()
        return
    oracle = Oracle(Knowledge(plan.web), plan.errors)
    with answering(oracle, plan.jobs, plan.judge_latency_ms) as lanes:
        yield lanes


class _Asker:
    def __init__(
        self,
        plan: Plan,
        grader: Grader,
        server: WebServer,
        oracle: Sequence[Lane],
        scratch: Path,
        tell: Callable[[Asked], None],
    ) -> None:
        self._plan, self._grader, self._server = plan, grader, server
        self._oracle, self._scratch, self._tell = oracle, scratch, tell
        self._lanes: SimpleQueue[int] = SimpleQueue()
        for lane in range(plan.jobs):
            self._lanes.put(lane)

    def all(self) -> list[list[Asked]]:
        """The runs of each query, in the order of the queries."""
        with ThreadPoolExecutor(self._plan.jobs) as pool:
            tasks = {pool.submit(self._runs_of, q): q.id for q in self._plan.queries}
            try:
                done = {tasks[task]: task.result() for task in as_completed(tasks)}
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return [done[query.id] for query in self._plan.queries]

    def _runs_of(self, query: Query) -> list[Asked]:
        """All passes of a query, in a HOME of its own that is empty at first."""
        lane = self._lanes.get()
        try:
            with TemporaryDirectory(dir=self._scratch) as folder:
                home = Path(folder) / "home"
                home.mkdir()
                return [self._run(query, n, home, lane) for n in range(self._plan.repeats)]
        finally:
            self._lanes.put(lane)

    def _run(self, query: Query, number: int, home: Path, lane: int) -> Asked:
        before = self._server.counts(lane)
        ask, tally = self._plan.ask, None
        if self._oracle:
            answers = self._oracle[lane]
            ask = replace(ask, judge=for_product(ask.judge, answers.address))
            tally = answers.begin()
        outcome = run_product(query, ask, home, self._server.ports[lane])
        after = self._server.counts(lane)
        result = Result.of(outcome.export, outcome.problem, outcome.events)
        asked = Asked(
            grade=self._grader.grade(query, result, tally),
            seconds=outcome.seconds,
            max_rss_mb=outcome.max_rss_mb,
            requests={k: n - before.get(k, 0) for k, n in after.items() if n > before.get(k, 0)},
        )
        self._keep(query, number, outcome)
        self._tell(asked)
        return asked

    def _keep(self, query: Query, number: int, outcome: Outcome) -> None:
        folder = self._plan.results
        if folder is not None:
            name = f"{query.id}.jsonl" if number == 0 else f"{query.id}.repeat{number}.jsonl"
            folder.mkdir(parents=True, exist_ok=True)
            write_rows(
                folder / name, query.id, outcome.export["candidates"] if outcome.export else ()
            )


def commit_of(folder: Path) -> str:
    """The commit that is measured, with '+' where files differ from it; '' without a repository."""
    commit = _git(folder, "rev-parse", "--short=12", "HEAD")
    return commit + "+" if commit and _git(folder, "status", "--porcelain") else commit


def _git(folder: Path, *words: Sequence[str] | str) -> str:
    try:
        command = ["git", "-C", str(folder), *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
