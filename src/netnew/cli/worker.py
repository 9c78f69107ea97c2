"""`netnew worker`: works on waiting runs, and takes over those of dead workers."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from netnew.app.run_executor import ExecutionObserver
from netnew.cli import consoles, output_options
from netnew.cli.app_context import with_app
from netnew.cli.consoles import plural, short
from netnew.domain.errors import NetnewError
from netnew.domain.ids import RunId
from netnew.exports.json_document import run_document
from netnew.settings import Settings

if TYPE_CHECKING:
    from netnew.bootstrap import App
    from netnew.domain.run import Run

_POLITE = ("SIGINT", "SIGTERM")

JsonLines = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON document per line for each run started or left."),
]


def worker(
    context: typer.Context,
    until_idle: Annotated[
        bool, typer.Option("--until-idle", help="Exit once no run is waiting or in progress.")
    ] = False,
    runs_at_once: Annotated[
        int | None,
        typer.Option(
            "--runs-at-once", metavar="N", min=1, help="Maximum number of runs at the same time."
        ),
    ] = None,
    as_json: JsonLines = False,
    quiet: output_options.Quiet = False,
) -> None:
    """Work on waiting runs, and on runs whose worker is gone.

    Any number of workers can run in parallel. On Ctrl-C or SIGTERM it hands its runs over to other
    workers and exits; a second signal does not wait for the steps in progress.
    """
    settings = Settings.load()
    if runs_at_once is not None:
        settings = settings.model_copy(update={"runs_at_once": runs_at_once})

    async def work(app: App) -> None:
        await _Working(app, until_idle, as_json, quiet).until_asked_to_leave()

    with_app(context, work, settings)


@dataclass(slots=True)
class _Working(ExecutionObserver):
    app: App
    until_idle: bool
    as_json: bool
    quiet: bool
    _told: asyncio.Queue[tuple[RunId, int, bool]] = field(default_factory=asyncio.Queue)
    _in_hand: set[tuple[RunId, int]] = field(default_factory=set)

    async def until_asked_to_leave(self) -> None:
        self.app.workspaces.observe(self)
        telling = asyncio.ensure_future(self._tell())
        with _polite_leaving() as asked:
            app = self.app
            async with app.open_worker(takes_all=True) as worker, app.open_deliverer() as deliverer:
                self._say(f"worker {worker.id} works on the runs of {self.app.settings.home}")
                ends: list[asyncio.Future[object]] = [asyncio.ensure_future(asked.wait())]
                if self.until_idle:
                    # Webhooks of what the worker has done are delivered before it exits.
                    idle = _in_turn(worker.until_idle, deliverer.until_idle)
                    ends.append(asyncio.ensure_future(idle))
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                for end in ends:
                    end.cancel()
                self._say("leaving" if asked.is_set() else "nothing left to do")
            await self._told.join()
        telling.cancel()

    def on_started(self, run_id: RunId, generation: int) -> None:
        key = (run_id, generation)
        if key not in self._in_hand:
            self._in_hand.add(key)
            self._told.put_nowait((*key, True))

    def on_ended(self, run_id: RunId, generation: int) -> None:
        key = (run_id, generation)
        if key in self._in_hand:
            self._in_hand.remove(key)
            self._told.put_nowait((*key, False))

    async def _tell(self) -> None:
        while True:
            run_id, generation, begins = await self._told.get()
            try:
                with suppress(NetnewError):  # it was deleted, or the database is unavailable
                    self._tell_of(await self.app.workspaces.run(run_id), generation, begins)
            finally:
                self._told.task_done()

    def _tell_of(self, run: Run, generation: int, begins: bool) -> None:
        what = "begun" if begins else "left"
        if self.as_json:
            print(json.dumps({"what": what, "run": run_document(run)}), flush=True)
        elif begins:
            again = f" (generation {generation})" if generation > 1 else ""
            self._say(f"started: {run.id}{again}  {short(run.spec.objective, 100)}")
        else:
            reason = f", {run.termination_reason}" if run.termination_reason else ""
            found = plural(run.counts.matched, "match", "matches")
            self._say(f"{run.status}: {run.id}{reason}  {found}")

    def _say(self, line: str) -> None:
        if not self.quiet:
            consoles.progress().print(line)


async def _in_turn(*waits: Callable[[], Awaitable[None]]) -> None:
    for wait in waits:
        await wait()


@contextmanager
def _polite_leaving() -> Iterator[asyncio.Event]:
    """An event that the first signal sets; a second signal cancels the current task."""
    loop, asked, this = asyncio.get_running_loop(), asyncio.Event(), asyncio.current_task()

    def on_signal() -> None:
        if asked.is_set() and this is not None:
            this.cancel()
        asked.set()

    with suppress(NotImplementedError, RuntimeError):  # Windows; not in the main thread
        for name in _POLITE:
            loop.add_signal_handler(getattr(signal, name), on_signal)
    try:
        yield asked
    except asyncio.CancelledError:
        if not asked.is_set():
            raise
