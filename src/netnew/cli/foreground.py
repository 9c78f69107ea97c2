"""Beginning work and watching it: here, or by a worker of this HOME where one lives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netnew.cli import terminal
from netnew.cli.background import worker_for
from netnew.cli.follow import End, Following, Works
from netnew.cli.interrupt import Interrupts
from netnew.cli.progress import display
from netnew.cli.standing import how_to_go_on
from netnew.cli.tally import Tally
from netnew.domain.run import Run, RunStatus

if TYPE_CHECKING:
    from netnew.bootstrap import App

Begin = Callable[[str], Awaitable[Run]]
"""Begins the work of a run: for the worker of that id, or with '' for whichever takes it first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A run as it was when its watching began, what was seen of it, and why that ended."""

    run: Run
    tally: Tally
    end: End


async def work_and_watch(app: App, begin: Begin, quiet: bool) -> Seen:
    """Begin, and show the progress until the end. Where a worker of this HOME lives it does the
    work; else this process does. A run left running has a worker afterwards."""
    others = await app.live_workers()
    if not others:
        return await _here(app, begin, quiet)
    run = await begin("")
    pids = [row.pid for row in others]
    if not quiet:
        terminal.progress().print(f"{_named(pids)} works on it; this only watches.")
    seen = await watch(app, run, quiet)
    if seen.end is End.ALONE and (await app.service.run(run.id)).status is RunStatus.QUEUED:
        return await _here(app, lambda worker_id: app.service.adopt(run.id, worker_id), quiet)
    if seen.end is End.LEFT:
        await worker_for(app, run)
    return seen


async def watch(app: App, run: Run, quiet: bool, worker: Works | None = None) -> Seen:
    """Follow a run that was begun."""
    tally = Tally.of(run)
    with display(quiet) as shown:
        interrupts = Interrupts(shown, lambda: app.service.cancel(run.id), how_to_go_on(run))
        end = await Following(app, run, shown, tally, interrupts, worker).to_the_end()
    return Seen(run, tally, end)


async def _here(app: App, begin: Begin, quiet: bool) -> Seen:
    seen: Seen | None = None
    try:
        async with app.open_worker(takes_all=False) as worker:
            run = await begin(worker.id)
            seen = await watch(app, run, quiet, worker)
            if seen.end is End.LEFT:
                terminal.progress().print("Handing it over …")
    except Exception as error:  # a full disk lets no worker leave in order
        if seen is None:
            raise
        if seen.end is not End.OVER and seen.tally.error is None:
            seen.tally.error = error
    if seen.end is End.LEFT:
        await _hand_over(app, run)
    return seen


async def _hand_over(app: App, run: Run) -> None:
    """What this process' worker left goes to one that lives, or to a new one."""
    if await app.live_workers():
        return  # it takes over what a worker leaves, unasked
    now = await app.service.run(run.id)
    if not now.status.is_terminal and now.status is not RunStatus.PAUSED:
        await app.service.adopt(run.id)
        await worker_for(app, run)


def _named(pids: Sequence[int]) -> str:
    if len(pids) == 1:
        return f"The worker of this HOME (process {pids[0]})"
    return f"One of the workers of this HOME (processes {', '.join(map(str, pids))})"
