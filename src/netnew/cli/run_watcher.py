"""Follows a run on the terminal until it ends, pauses, breaks off or is left running."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

from netnew.cli.progress import Display
from netnew.cli.progress_state import ProgressState
from netnew.cli.signals import Interrupts
from netnew.domain.errors import TransientError
from netnew.domain.ids import RunId
from netnew.domain.run import Run, RunStatus

if TYPE_CHECKING:
    from netnew.bootstrap import App

_POLL_EVERY_S = 0.5
_DRAW_EVERY_S = 0.5
_ENDS_WITHIN_S = 5.0
_ABANDONED_AFTER_POLLS = 3  # a run changes hands within that time


class WatchOutcome(Enum):
    """Why watching ended."""

    ENDED = auto()
    PAUSED = auto()
    LEFT = auto()
    """The user leaves the run running."""
    ABANDONED = auto()
    """The run has no worker, and there is none that would take it."""
    BROKEN = auto()
    """An error ended the run that could not be stored with it."""


@dataclass(frozen=True, slots=True)
class WatchedRun:
    """A run as it was when watching began, its progress since, and why watching ended."""

    run: Run
    tally: ProgressState
    end: WatchOutcome


class OwnWorker(Protocol):
    """The worker of this process."""

    @property
    def id(self) -> str: ...
    async def until_done(self, run_id: RunId, generation: int) -> None: ...


@dataclass(slots=True)
class RunWatcher:
    """Watches one run. `worker`: the worker of this process, if it works on the run.

    Events tell how a run progresses and ends. What no event tells, that it is paused, abandoned or
    broken, is polled; `_poll_once` decides which of these states it is in.
    """

    app: App
    run: Run
    shown: Display
    tally: ProgressState
    interrupts: Interrupts
    worker: OwnWorker | None = None
    _started: float = field(default_factory=time.monotonic)
    _abandoned_polls: int = 0

    async def run_until_done(self) -> WatchOutcome:
        """Show the events until there will be no more.

        An error that broke the run off is stored in the tally and not raised, since what the run
        has found is still to be shown.
        """
        with self.interrupts.handled():
            try:
                end = await _first_of(self._read(), self._poll(), self._leave(), self._redraw())
            except Exception as error:
                self.tally.error, end = error, WatchOutcome.BROKEN
        if end is WatchOutcome.ENDED and self.worker is not None:
            with suppress(TimeoutError):  # an error may keep the worker from ending the run
                await asyncio.wait_for(self._until_own_work_ends(), _ENDS_WITHIN_S)
            self.tally.error = self.app.service.executor.pop_failure(self.run.id)
        return end

    async def _read(self) -> WatchOutcome:
        async for events in self.app.service.queries.watch(self.run.id, self.tally.seq):
            for event in events:
                self.tally.take(event)
            self.shown.show(events, self.tally, time.monotonic() - self._started)
        return WatchOutcome.ENDED

    async def _redraw(self) -> WatchOutcome:
        """Keeps the seconds counting while there are no events."""
        while True:
            self.shown.show([], self.tally, time.monotonic() - self._started)
            await asyncio.sleep(_DRAW_EVERY_S)

    async def _leave(self) -> WatchOutcome:
        await self.interrupts.left.wait()
        return WatchOutcome.LEFT

    async def _poll(self) -> WatchOutcome:
        own_work, run = asyncio.ensure_future(self._until_own_work_ends()), self.run
        try:
            while True:
                await asyncio.wait([own_work], timeout=_POLL_EVERY_S)
                run, end = await self._poll_once(run, is_own=not own_work.done())
                if end is not None:
                    return end
                if own_work.done():
                    await asyncio.sleep(_POLL_EVERY_S)
        finally:
            own_work.cancel()

    async def _poll_once(self, run: Run, is_own: bool) -> tuple[Run, WatchOutcome | None]:
        """The run as it is now, `run` if that cannot be read, and why watching ends, if it does.

        Raises the error that broke the run off in this process.
        """
        with suppress(TransientError):
            run = await self.app.service.queries.run(self.run.id)
            self.tally.catch_up(run)
            if run.status is RunStatus.PAUSED and self.tally.seq >= run.last_seq:
                return run, WatchOutcome.PAUSED
            abandoned = not is_own and await is_abandoned(self.app, run)
            self._abandoned_polls = self._abandoned_polls + 1 if abandoned else 0
        if not run.status.is_terminal:  # otherwise the events tell how it ended
            error = self.app.service.executor.pop_failure(self.run.id)
            if error is not None:
                raise error
        if self._abandoned_polls == _ABANDONED_AFTER_POLLS:
            return run, WatchOutcome.ABANDONED
        return run, None

    async def _until_own_work_ends(self) -> None:
        """Returns once this process' worker is done with the run; at once if it never had it."""
        if self.worker is not None:
            await self.worker.until_done(self.run.id, self.run.generation)


async def _first_of(*waits: Coroutine[None, None, WatchOutcome]) -> WatchOutcome:
    """The result of what ends first, of the earlier one if two end together; cancels the others."""
    tasks = [asyncio.ensure_future(x) for x in waits]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(x for x in tasks if x.done()).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def is_abandoned(app: App, run: Run) -> bool:
    """Whether an unfinished run has no live worker, and there is none to take it."""
    if run.status.is_terminal or run.status is RunStatus.PAUSED:
        return False
    alive = await app.live_workers(takes_all=False)
    if any(row.takes_all for row in alive):
        return False
    return run.status is RunStatus.QUEUED or run.worker_id not in {row.id for row in alive}
