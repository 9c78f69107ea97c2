"""Beginning work and watching it: here, or by a worker of this HOME where one lives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netnew.cli.progress_state import ProgressState
from netnew.cli.signals import Interrupts
from netnew.domain.run import Run, RunStatus

if TYPE_CHECKING:
    from netnew.bootstrap import App

import asyncio
import time
from contextlib import suppress
from dataclasses import field
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

from netnew.cli.progress import Display
from netnew.domain.errors import TransientError
from netnew.domain.ids import RunId

if TYPE_CHECKING:
    from netnew.bootstrap import App


@dataclass(frozen=True, slots=True)
class WatchedRun:
    """A run as it was when its watching began, what was seen of it, and why that ended."""

    run: Run
    tally: ProgressState
    end: WatchOutcome


_LOOK_EVERY_S = 0.5
_DRAW_EVERY_S = 0.5
_ENDS_WITHIN_S = 5.0
_LOOKS_BEFORE_ALONE = 3  # a run changes hands within that time


class WatchOutcome(Enum):
    """Why the watching ended."""

    OVER = auto()
    PAUSED = auto()
    LEFT = auto()
    """The user leaves it running."""
    ALONE = auto()
    """Nobody works on it, and nobody is there who would."""
    BROKEN = auto()
    """An error ended it that could not even be written down."""


class Works(Protocol):
    """This process' worker."""

    @property
    def id(self) -> str: ...
    async def until_done(self, run_id: RunId, generation: int) -> None: ...


@dataclass(slots=True)
class RunWatcher:
    """One run as it is watched. `worker` is ours, where it works on the run."""

    app: App
    run: Run
    shown: Display
    tally: ProgressState
    interrupts: Interrupts
    worker: Works | None = None
    _started: float = field(default_factory=time.monotonic)

    async def run_until_done(self) -> WatchOutcome:
        """Show the events until there will be no more. An error that broke the run off is told in
        the tally and not raised: what the run has found until then is still to be shown."""
        with self.interrupts.heeded():
            waiting = {
                asyncio.ensure_future(x)
                for x in (self._read(), self._look(), self._left(), self._redraw())
            }
            try:
                done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                end = next(iter(done)).result()
            except Exception as error:
                self.tally.error, end = error, WatchOutcome.BROKEN
            finally:
                for task in waiting:
                    task.cancel()
                await asyncio.gather(*waiting, return_exceptions=True)
        if end is WatchOutcome.OVER and self.worker is not None:
            with suppress(TimeoutError):  # what broke it may keep the worker from ending it
                await asyncio.wait_for(self._until_done(), _ENDS_WITHIN_S)
            self.tally.error = self.app.service.executor.pop_failure(self.run.id)
        return end

    async def _read(self) -> WatchOutcome:
        async for events in self.app.service.queries.watch(self.run.id, self.tally.seq):
            for event in events:
                self.tally.take(event)
            self.shown.show(events, self.tally, time.monotonic() - self._started)
        return WatchOutcome.OVER

    async def _redraw(self) -> WatchOutcome:
        """The seconds go on while nothing happens."""
        while True:
            self.shown.show([], self.tally, time.monotonic() - self._started)
            await asyncio.sleep(_DRAW_EVERY_S)

    async def _left(self) -> WatchOutcome:
        await self.interrupts.left.wait()
        return WatchOutcome.LEFT

    async def _look(self) -> WatchOutcome:
        """What no event tells: that it is paused, that it broke off, or nobody works on it."""
        alone, run, ours = 0, self.run, asyncio.ensure_future(self._until_done())
        try:
            while True:
                await asyncio.wait([ours], timeout=_LOOK_EVERY_S)
                with suppress(TransientError):
                    run = await self.app.service.queries.run(self.run.id)
                    self.tally.catch_up(run)
                    if run.status is RunStatus.PAUSED and self.tally.seq >= run.last_seq:
                        return WatchOutcome.PAUSED
                    is_ours = not ours.done()
                    alone = alone + 1 if not is_ours and await is_alone(self.app, run) else 0
                if not run.status.is_terminal:  # else the events tell how it ended
                    self._raise_what_broke_it()
                if alone == _LOOKS_BEFORE_ALONE:
                    return WatchOutcome.ALONE
                if ours.done():
                    await asyncio.sleep(_LOOK_EVERY_S)
        finally:
            ours.cancel()

    async def _until_done(self) -> None:
        """Until our own worker has no more to do with it."""
        if self.worker is not None:
            await self.worker.until_done(self.run.id, self.run.generation)

    def _raise_what_broke_it(self) -> None:
        broken = self.app.service.executor.pop_failure(self.run.id)
        if broken is not None:
            raise broken


async def is_alone(app: App, run: Run) -> bool:
    """Whether nobody works on a run that is to go on, and no worker is there to take it."""
    if run.status.is_terminal or run.status is RunStatus.PAUSED:
        return False
    alive = await app.live_workers(takes_all=False)
    if any(row.takes_all for row in alive):
        return False
    return run.status is RunStatus.QUEUED or run.worker_id not in {row.id for row in alive}
