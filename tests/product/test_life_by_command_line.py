"""The life of a run by command line: real processes on a real web, killed, stopped, handed over."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import resource
import signal
import subprocess
import sys
import termios
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from evals.data_folder import load_web
from evals.web_server import HOST, serving, store_web
from netnew.bootstrap import App, open_app
from netnew.cli import main
from netnew.domain.candidate import MatchStatus
from netnew.domain.run import Run, RunStatus, TerminationReason
from netnew.settings import Settings
from tests.product.conftest import ROOT

pytestmark = pytest.mark.anyio

QUESTION = (
    "Find all observatories with more than two domes that offer public tours.",
    *("--type", "observatory", "--limit", "1000", "--generator", "base", "--judge", "rules"),
    *("--where", "domes: The observatory has more than two domes."),
    *("--where", "tours: The observatory offers public tours."),
)
LATENCY_MS = 20
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Place:
    """A HOME, and the web that is asked from there."""

    home: Path
    address: str
    delay_s: float = 0

    @property
    def slow(self) -> Place:
        """The same, asked so slowly that a run is met under way for sure."""
        return replace(self, delay_s=1)

    @property
    def source(self) -> str:
        return f"web:searxng={self.address}"

    @property
    def environment(self) -> dict[str, str]:
        bare = {k: v for k, v in os.environ.items() if not k.startswith("NETNEW_")}
        return bare | {
            "NETNEW_HOME": str(self.home),
            "NETNEW_TEST_GATEWAY": self.address,
            "NETNEW_SOURCES": self.source,
            "NETNEW_PER_HOST_DELAY_S": str(self.delay_s),
        }

    def started(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """`netnew …`, under way; in a session of its own, like one of a terminal."""
        defaults: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "start_new_session": True,
        }
        return subprocess.Popen(
            command(*arguments), env=self.environment, text=True, **(defaults | options)
        )

    def run(self, *arguments: str) -> Done:
        with self.started(*arguments) as process:
            return finished(process)

    async def at_once(self, *arguments: str) -> Done:
        """`netnew …` for what begins no work, in this process: it starts quicker."""
        return await asyncio.to_thread(self.here, *arguments)

    def here(self, *arguments: str) -> Done:
        runner = CliRunner(env={**dict.fromkeys(os.environ), **self.environment})
        done = runner.invoke(main.app, list(arguments), prog_name="netnew")
        return Done(done.exit_code, done.stdout, done.stderr)

    def document(self, *arguments: str) -> dict[str, Any]:
        done = self.run(*arguments, "--json")
        assert done.code == 0, done.err
        found: dict[str, Any] = json.loads(done.out)
        return found

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[App]:
        async with open_app(Settings.load(home=self.home)) as app:
            yield app

    async def until(self, fits: Callable[[Run], bool]) -> Run:
        """The newest run, as soon as it is as wished."""
        give_up_at = time.monotonic() + PATIENCE_S
        async with self.opened() as app:
            while True:
                newest = await app.service.queries.runs(limit=1)
                if newest and fits(newest[0]):
                    return newest[0]
                assert time.monotonic() < give_up_at, newest
                await asyncio.sleep(0.02)

    async def rows(self, run: Run | str) -> set[tuple[object, ...]]:
        """What a run found: who, how they stand, and why."""
        async with self.opened() as app:
            key = run if isinstance(run, str) else run.id
            found = (await app.service.queries.result(key)).candidates  # type: ignore[arg-type]
            return {
                (x.name, x.url, x.status, tuple((v.condition, v.value) for v in x.verdicts))
                for x in found
                if x.status is not MatchStatus.GENERATED
            }

    async def numbers(self, run: Run) -> list[int]:
        """The numbers of a run's events."""
        found: list[int] = []
        async with self.opened() as app:
            while batch := await app.service.queries.events(run.id, found[-1] if found else 0):
                found += [x.seq for x in batch]
        return found


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "netnew", *arguments]


def finished(process: subprocess.Popen[str]) -> Done:
    out, err = process.communicate(timeout=PATIENCE_S)
    return Done(process.returncode, out, err)


def is_under_way(run: Run) -> bool:
    return run.status is RunStatus.RUNNING and run.rounds >= 1


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("slow")
    store_web(load_web(ROOT / "tests" / "web", "observatories").pages, folder)
    with serving(folder, latency_ms=LATENCY_MS) as server:
        yield f"http://{HOST}:{server.ports[0]}"


@pytest.fixture
def place(tmp_path: Path, web: str) -> Place:
    return Place(tmp_path / "home", web)


@contextmanager
def a_worker(place: Place, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`netnew worker`, asked to leave in the end."""
    with place.started("worker", *options) as process:
        assert process.stderr is not None
        assert "works on the runs of" in process.stderr.readline()
        try:
            yield process
        finally:
            process.terminate()


class Terminal:
    """A command on a pseudo-terminal, in a session of its own."""

    def __init__(self, place: Place, *arguments: str, shell: str = "") -> None:
        self._master, slave = pty.openpty()
        self.read = ""

        def take_terminal() -> None:
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            ["sh", "-c", shell] if shell else command(*arguments),
            env=place.environment | {"COLUMNS": "200", "TERM": "xterm"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=take_terminal,
        )
        os.close(slave)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._master >= 0:
            os.close(self._master)

    def until(self, text: str) -> None:
        """Read until `text` stands there, and take it as read."""
        while text not in self.read:
            try:
                self.read += os.read(self._master, 65536).decode(errors="replace")
            except OSError:  # nobody has the other end any more
                raise AssertionError(self.read) from None
        self.read = self.read.partition(text)[2]

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def rest(self) -> str:
        while True:
            try:
                read = os.read(self._master, 65536)
            except OSError:
                break
            if not read:
                break
            self.read += read.decode(errors="replace")
        self.process.wait(timeout=PATIENCE_S)
        return " ".join(self.read.split())

    def hang_up(self) -> None:
        os.close(self._master)
        self._master = -1
        self.process.wait(timeout=PATIENCE_S)


CTRL_C = "\x03"
ASKED = "[c]ontinue? "


async def test_two_finds_at_once_on_one_home_both_finish(place: Place) -> None:
    with place.started("find", *QUESTION) as one, place.started("find", *QUESTION) as other:
        ends = [finished(one), finished(other)]
    assert [x.code for x in ends] == [0, 0], ends
    async with place.opened() as app:
        runs = await app.service.queries.runs()
    assert [x.status for x in runs] == [RunStatus.COMPLETED] * 2
    assert {x.generation for x in runs} == {1}
    assert await place.rows(runs[0]) == await place.rows(runs[1])


async def test_beside_a_worker_find_hands_over_and_shows_the_end(place: Place) -> None:
    with a_worker(place) as worker:
        done = place.run("find", *QUESTION)
        assert done.code == 0
        assert f"(process {worker.pid}) is working on it" in done.err
        assert "matched: " in done.err
        assert "14 matched" in done.out
        worker.send_signal(signal.SIGTERM)
        left = finished(worker)
    assert left.code == 0
    lines = left.err.splitlines()
    assert [x.split(":")[0] for x in lines] == ["started", "completed", "leaving"]


async def test_a_run_whose_worker_dies_is_told_and_resumed(place: Place) -> None:
    with a_worker(place.slow) as worker, place.started("find", *QUESTION) as watching:
        before = await place.until(is_under_way)
        worker.kill()
        worker.wait()
        told = finished(watching)
    assert told.code == 1
    assert "its worker is gone" in told.err
    assert f"runs resume {before.id[4:12]}" in told.err
    assert place.run("runs", "resume", "last", "-q").code == 0
    assert (await place.until(lambda x: x.status.is_terminal)).id == before.id


async def test_a_killed_find_is_interrupted_and_resumed_to_the_same_end(place: Place) -> None:
    with place.slow.started("find", *QUESTION) as process:
        before = await place.until(is_under_way)
        process.kill()
        process.wait()
    assert "interrupted" in (await place.at_once("runs", "list")).out
    shown = await place.at_once("runs", "show", "last")
    assert "interrupted" in shown.out
    assert f"runs resume {before.id[4:12]}" in shown.err
    done = place.run("runs", "resume", "last")
    assert done.code == 0, done.err
    assert "14 matched" in done.out
    resumed = await place.until(lambda x: x.status.is_terminal)
    assert resumed.id == before.id
    assert resumed.termination_reason is TerminationReason.CANDIDATES_EXHAUSTED
    assert await place.numbers(resumed) == list(range(1, resumed.last_seq + 1))
    undisturbed = Place(place.home.with_name("other"), place.address)
    other = undisturbed.document("find", *QUESTION, "-q")["run"]
    assert await place.rows(resumed) == await undisturbed.rows(other["id"])
    again = await place.at_once("runs", "resume", "last")
    assert again.code == 2
    assert "is exhausted" in again.err


async def test_on_a_full_disk_it_breaks_off_with_its_rows_and_is_resumed(place: Place) -> None:
    def let_the_disk_be_full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))

    with place.started("find", *QUESTION, preexec_fn=let_the_disk_be_full) as process:
        broken = finished(process)
    assert broken.code == 1
    assert "matched: " in broken.err
    assert "Failed (" in broken.out
    assert "the disk does not read or write" in broken.err.splitlines()[-1]
    assert "Traceback" not in broken.err
    assert place.document("runs", "resume", "last", "-q")["run"]["counts"]["matched"] == 14


async def test_detached_it_finishes_after_its_terminal_is_closed(place: Place) -> None:
    asked = " ".join(f"'{x}'" for x in command("find", *QUESTION, "--detach"))
    with Terminal(place, shell=f"{asked}; echo prompt; sleep {PATIENCE_S}") as terminal:
        terminal.until("run_")
        terminal.until("prompt")
        terminal.hang_up()
    run = await place.until(lambda x: x.status.is_terminal)
    assert run.status is RunStatus.COMPLETED
    assert run.counts.matched == 14
    assert await place.numbers(run) == list(range(1, run.last_seq + 1))


async def test_left_running_it_ends_in_the_background(place: Place) -> None:
    with Terminal(replace(place, delay_s=0.2), "find", *QUESTION) as terminal:
        before = await place.until(is_under_way)
        terminal.type(CTRL_C)
        terminal.until(ASKED)
        terminal.type("c\n")
        terminal.until("candidates")  # the table is drawn again
        terminal.type(CTRL_C)
        terminal.until(ASKED)
        terminal.type("l\n")
        read = terminal.rest()
    assert terminal.process.returncode == 130
    assert f"{before.id} continues in the background" in read
    for what in ("watch", "resume", "cancel"):
        assert f"netnew runs {what} {before.id[4:12]}" in read
    watched = place.run("runs", "watch", "last")
    assert watched.code == 0
    assert "14 matched" in watched.out
    run = await place.until(lambda x: x.status.is_terminal)
    assert (run.id, run.generation, run.takeovers) == (before.id, 1, 0)
    assert await place.numbers(run) == list(range(1, run.last_seq + 1))


async def test_stopped_on_a_terminal_it_keeps_what_it_has(place: Place) -> None:
    with Terminal(place.slow, "find", *QUESTION) as terminal:
        await place.until(is_under_way)
        terminal.type(CTRL_C)
        terminal.until(ASKED)
        terminal.type("s\n")
        assert "Stopped at your request" in terminal.rest()
    assert terminal.process.returncode == 130
    run = await place.until(lambda x: x.status.is_terminal)
    assert (run.status, run.counts.matched > 0) == (RunStatus.CANCELLED, True)


async def test_a_second_ctrl_c_leaves_at_once_and_the_run_can_be_resumed(place: Place) -> None:
    with Terminal(place.slow, "find", *QUESTION) as terminal:
        before = await place.until(is_under_way)
        terminal.type(CTRL_C)
        terminal.until(ASKED)
        terminal.type(CTRL_C)
        read = terminal.rest()
    assert f"runs resume {before.id[4:12]}" in read
    assert terminal.process.returncode == 130
    assert place.document("runs", "list")["runs"][0]["is_interrupted"]
    assert place.document("runs", "resume", "last", "-q")["run"]["counts"]["matched"] == 14


async def test_it_is_paused_extended_enriched_and_continued_from_elsewhere(place: Place) -> None:
    with place.slow.started("find", *QUESTION) as process:
        run = await place.until(is_under_way)
        told = await place.at_once("runs", "extend", "last", "7")
        assert (told.code, told.out) == (0, f"{run.id} is changed; its worker takes it up\n")
        assert "was asked to pause" in (await place.at_once("runs", "pause", "last")).out
        paused = finished(process)
    assert paused.code == 130
    assert "netnew runs continue" in paused.err
    assert "paused" in (await place.at_once("runs", "show", "last")).out
    changed = await place.at_once(
        "runs", "enrich", "last", "--enrich", "opened: When was it opened?"
    )
    assert "is changed and paused" in changed.out
    document = place.document("runs", "continue", "last", "-q")
    assert document["run"]["status"] == "completed"
    assert document["run"]["match_limit"] == 1007
    assert all("opened" in x["enrichments"] for x in document["candidates"])
    assert document["run"]["counts"]["matched"] == 14


async def test_stop_keeps_and_cancel_cancels(place: Place) -> None:
    for how, status in (("stop", RunStatus.COMPLETED), ("cancel", RunStatus.CANCELLED)):
        out = place.slow.run("find", *QUESTION, "--detach").out
        run = await place.until(is_under_way)
        assert run.id == out.strip()
        asked = await place.at_once("runs", how, "last")
        assert asked.out == f"{run.id} was asked to {how}\n"
        ended = await place.until(lambda x: x.status.is_terminal)
        assert (ended.id, ended.status) == (run.id, status)
        assert ended.termination_reason is TerminationReason.USER_CANCELLED


async def test_extend_enrich_and_refresh_after_the_end(place: Place) -> None:
    few = [x if x != "1000" else "3" for x in QUESTION]
    first = place.document("find", *few, "-q")
    assert len(first["candidates"]) == 3
    more = place.document("runs", "extend", "last", "2", "-q")
    assert more["run"]["generation"] == 2
    assert [x["name"] for x in more["candidates"]][:3] == [x["name"] for x in first["candidates"]]
    assert len(more["candidates"]) == 5
    filled = place.document("runs", "enrich", "last", "--enrich", "opened: Opened in?", "-q")
    assert [x["field"] for x in filled["candidates"][0]["basis"]] == ["opened"]
    table = place.home.parent / "new.csv"
    fresh = place.document(
        *("runs", "refresh", "last", "--recheck", "--limit", "2", "-q", "-o", str(table))
    )
    assert fresh["run"]["refreshes"] == first["run"]["id"]
    assert fresh["rechecked"] == []
    found = {x["url"] for x in fresh["candidates"]}
    assert len(found) == 2
    assert not found & {x["url"] for x in more["candidates"]}
    assert len(table.read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["extend", "last", "100000"], "additional_match_limit: 100,000 more than 1 are too many"),
        (["extend", "last", "0"], "N: '0' is out of range (allowed: 1 to 100,000)"),
        (["extend", "run_" + "1" * 32, "5"], "no run 'run_1111"),
        (["enrich", "last", "--enrich", "tours: Which ones?"], "'tours'"),
        (["enrich", "last"], "--enrich: is missing"),
        (["enrich", "last", "--schema", "deep.json"], "nested too deep (allowed: at most 3 levels"),
        (["resume", "last"], "met its limit; extend it to find more"),
        (["pause", "last"], "is completed and cannot be paused"),
        (["continue", "last"], "is completed and not paused"),
        (["refresh", "last", "-o", "x.csv", "--detach"], "-o: cannot be written with --detach"),
        (["resume", "nosuch"], "RUN: 'nosuch' is not the id of a run"),
        (["watch", "0000"], "no run '0000'"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, list) else None,
)
def test_what_cannot_be_done_is_told_in_one_line_and_changes_nothing(
    ended: Place, arguments: list[str], line: str
) -> None:
    before = ended.here("runs", "show", "last", "--json")
    done = ended.here("runs", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("netnew: ")
    assert line in done.err
    assert len(done.err.splitlines()) == 1
    assert ended.here("runs", "show", "last", "--json") == before


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory, web: str) -> Iterator[Place]:
    """A HOME with a run that has its one match."""
    folder = tmp_path_factory.mktemp("ended")
    deep: dict[str, Any] = {"type": "string"}
    for _ in range(6):
        deep = {"type": "object", "properties": {"below": deep}}
    (folder / "deep.json").write_text(json.dumps(deep))
    place = Place(folder / "home", web)
    one = [x if x != "1000" else "1" for x in QUESTION]
    assert place.run("find", *one, "-q").code == 0
    before = Path.cwd()
    os.chdir(folder)
    yield place
    os.chdir(before)


def test_events_are_watched_as_lines_of_json(ended: Place) -> None:
    done = ended.run("runs", "watch", "last", "--json", "--after", "2")
    assert done.code == 0
    numbers = [json.loads(x)["seq"] for x in done.out.splitlines()]
    assert numbers == list(range(3, numbers[-1] + 1))
    assert json.loads(done.out.splitlines()[-1])["status"] == "completed"


def test_reading_needs_no_workflow_engine(ended: Place) -> None:
    program = (
        "import sys; from netnew.cli.main import app\n"
        "for words in (['list'], ['show', 'last'], ['result', 'last'], ['watch', 'last']):\n"
        "    sys.argv[1:] = ['runs', *words]\n"
        "    try: app()\n"
        "    except SystemExit as end: assert not end.code\n"
        "assert not {'dbos', 'netnew.durable.worker'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        env=ended.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
