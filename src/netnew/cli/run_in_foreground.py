"""Starts work on a run and watches it, whether this process or a worker of this HOME does it."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from netnew.cli import consoles
from netnew.cli.background_worker import worker_for
from netnew.cli.output_options import OutputOptions
from netnew.cli.progress import display
from netnew.cli.progress_state import ProgressState
from netnew.cli.run_output import show_end
from netnew.cli.run_state import how_to_go_on
from netnew.cli.run_watcher import OwnWorker, RunWatcher, WatchedRun, WatchOutcome
from netnew.cli.signals import Interrupts, can_ask
from netnew.domain.run import Run, RunStatus
from netnew.exports.json_document import run_document

if TYPE_CHECKING:
    from netnew.bootstrap import App

Begin = Callable[[str], Awaitable[Run]]
"""Starts work on a run, for the worker with that id, or with '' for the first that takes it."""


async def work_and_watch(app: App, begin: Begin, quiet: bool) -> WatchedRun:
    """Start work and show the progress until the end.

    A live worker of this HOME does the work; without one this process does. A run that is left
    running has a worker afterwards.
    """
    others = await app.live_workers()
    if not others:
        return await _here(app, begin, quiet)
    run = await begin("")
    pids = [row.pid for row in others]
    if not quiet:
        consoles.progress().print(f"{_named(pids)} is working on it; this command only watches.")
    seen = await watch(app, run, quiet)
    if (
        seen.end is WatchOutcome.ABANDONED
        and (await app.service.queries.run(run.id)).status is RunStatus.QUEUED
    ):
        return await _here(app, lambda worker_id: app.service.adopt(run.id, worker_id), quiet)
    if seen.end is WatchOutcome.LEFT:
        await worker_for(app, run)
    return seen


async def watch(app: App, run: Run, quiet: bool, worker: OwnWorker | None = None) -> WatchedRun:
    """Watch a run that was started."""
    tally = ProgressState.of(run)
    with display(quiet) as shown:
        interrupts = Interrupts(shown, lambda: app.service.cancel(run.id), how_to_go_on(run))
        end = await RunWatcher(app, run, shown, tally, interrupts, worker).run_until_done()
    return WatchedRun(run, tally, end)


async def _here(app: App, begin: Begin, quiet: bool) -> WatchedRun:
    seen: WatchedRun | None = None
    try:
        async with app.open_worker(takes_all=False) as worker:
            run = await begin(worker.id)
            seen = await watch(app, run, quiet, worker)
            if seen.end is WatchOutcome.LEFT:
                consoles.progress().print("Handing it over to a worker …")
    except Exception as error:  # a full disk keeps a worker from exiting in order
        if seen is None:
            raise
        if seen.end is not WatchOutcome.ENDED and seen.tally.error is None:
            seen.tally.error = error
    if seen.end is WatchOutcome.LEFT:
        await _hand_over(app, run)
    return seen


async def _hand_over(app: App, run: Run) -> None:
    """Leave an unfinished run to a live worker, or to a new one."""
    if await app.live_workers():
        return  # it takes over by itself
    now = await app.service.queries.run(run.id)
    if not now.status.is_terminal and now.status is not RunStatus.PAUSED:
        await app.service.adopt(run.id)
        await worker_for(app, run)


def _named(pids: Sequence[int]) -> str:
    if len(pids) == 1:
        return f"The worker of this HOME (process {pids[0]})"
    return f"One of the workers of this HOME (processes {', '.join(map(str, pids))})"


async def watch_to_the_end(
    app: App, run: Run, after: int, as_json: bool, quiet: bool
) -> WatchedRun:
    """Watch `run` from the event after `after`. Ctrl-C stops the run only if the user says so on a
    terminal."""
    asks = can_ask()
    tally = ProgressState.of(run, after)
    with display(quiet, as_json) as shown:
        stop = (lambda: app.service.cancel(run.id)) if asks else None
        interrupts = Interrupts(shown, stop, how_to_go_on(run), asks)
        end = await RunWatcher(app, run, shown, tally, interrupts).run_until_done()
    return WatchedRun(run, tally, end)


def announce(line: str, options: OutputOptions) -> None:
    """Say what the command is about to do, before it opens anything that takes time."""
    if not (options.quiet or options.as_json):
        print(line, file=sys.stderr, flush=True)


async def begin_and_show(app: App, begin: Begin, options: OutputOptions) -> int:
    """Start work and show its end, or with `--detach` leave it to a worker. Returns the exit
    code."""
    if options.is_detached:
        return await _detached(app, begin, options)
    seen = await work_and_watch(app, begin, options.quiet)
    return await show_end(app, seen, options)


async def _detached(app: App, begin: Begin, options: OutputOptions) -> int:
    run = await begin("")
    await worker_for(app, run)
    if options.as_json:
        consoles.print_json({"run": run_document(await app.service.queries.run(run.id))})
    else:
        print(run.id, flush=True)
    if not options.as_json and not options.quiet:
        for line in how_to_go_on(run):
            consoles.progress().print(line)
    return 0
