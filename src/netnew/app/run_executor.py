"""Working on runs: what a worker is given to do, one stretch after the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from typing import Protocol, cast

from netnew.domain.budget import Spend
from netnew.domain.errors import NetnewError, NotFound, TakenOver, TransientError
from netnew.domain.ids import RunId
from netnew.domain.judging_batch import JudgingBatch
from netnew.domain.run import GenerationKind, Run, RunSpec, RunStatus, StopRequest
from netnew.engine.context import RunContext
from netnew.engine.run.deferred_planning import is_under_way, plan_if_deferred
from netnew.engine.run.enrich_run import EnrichRun
from netnew.engine.run.find_run import FindRun
from netnew.engine.run.judge_batch import judge_batch
from netnew.engine.run.transitions import failed, kept, stopped
from netnew.error_log import ERRORS
from netnew.ports.store import Changes, Store
from netnew.ports.system import Clock

OpenContext = Callable[[RunSpec], AbstractAsyncContextManager[RunContext]]
"""Opens what a run of this spec needs (its sources, a fetcher that knows their pages)."""

MAX_TAKEOVERS = 5
_RETRY_AT_MOST_S = 30.0
# Of a run that is worked on by no worker.
_HERE = "here"
# So long a run that is to stop may take to its next checkpoint, where somebody waits for it.
_STOPS_WITHIN_S = 2.0
_MAX_REMEMBERED = 100
_log = logging.getLogger(__name__)


class _UnderWay(Protocol):
    """A generation of a run, under way in this process."""

    @property
    def run(self) -> Run: ...

    async def step(self) -> bool: ...
    async def abandon_in_flight(self) -> None: ...
    async def break_off(self) -> None: ...


class ExecutionObserver:
    """Is told of the work on runs in this process; override what is of interest."""

    def on_started(self, run_id: RunId, generation: int) -> None:
        """Work on a generation has begun here, perhaps again after an error."""

    def on_ended(self, run_id: RunId, generation: int) -> None:
        """No more work on a generation is done here: it ended, is paused, or another worker has
        it."""

    def on_step(self, kind: GenerationKind, took_s: float, used: Spend) -> None:
        """One step of a generation of this kind was done; `used`: what the step spent."""


@dataclass(slots=True)
class _Open:
    """`told`: what it had spent when that was last accounted for."""

    work: _UnderWay
    context: AsyncExitStack
    told: Spend


@dataclass(slots=True)
class RunExecutor:
    """The runs under way in this process. Safe for any number of them in one event loop."""

    store: Store
    clock: Clock
    open_context: OpenContext
    _open: dict[tuple[RunId, int], _Open] = field(default_factory=dict)
    _epochs: dict[tuple[RunId, int], int] = field(default_factory=dict)
    _failed_in_a_row: dict[tuple[RunId, int], int] = field(default_factory=dict)
    _failures: dict[RunId, Exception] = field(default_factory=dict)
    max_takeovers: int = MAX_TAKEOVERS
    observer: ExecutionObserver = field(default_factory=ExecutionObserver)

    async def step(self, run_id: RunId, generation: int, worker_id: str) -> bool:
        """Do one stretch of a run; True where there is more to do.

        Never raises for the run's sake: what goes wrong ends it as failed, with its rows kept.
        What may pass (a locked database) is tried again, ever more slowly. Raises StoreDamaged
        where not even that can be written. One that another took meanwhile has more to do, too:
        the engine knows whose it is, and who has slept and took what was no more his loses it
        with the end of this very stretch; he whose it is takes it again with the next.
        """
        key = (run_id, generation)
        try:
            return await self._attempt(key, worker_id)
        except TakenOver:
            return not await self._has_ended(key)

    async def judge_batch(self, batch: JudgingBatch) -> Spend:
        """Ask the judge about candidates of a run that another worker has; what that took. Raises
        NotFound for a run that is gone, and what the judge raises."""
        run = await self.store.runs.get(batch.run_id)
        async with self.open_context(run.spec) as context:
            return await judge_batch(batch, run, context)

    async def run_until_done(self, run_id: RunId, worker_id: str = _HERE) -> Run:
        """Work on a run in this task until it ends or is paused: for scripts and tests, that need
        no worker; or until another takes it. The run as it is then."""
        generation = (await self.store.runs.get(run_id)).generation
        with suppress(TakenOver):
            while await self._attempt((run_id, generation), worker_id):
                pass
        failure = self.pop_failure(run_id)
        if failure is not None:
            raise failure
        return await self.store.runs.get(run_id)

    async def run_with_deadline(self, run_id: RunId, seconds: float) -> Run:
        """Work on a run in this task until it ends, or for so many seconds: then it ends as
        completed with what there is; who is being judged is let go of where that takes too long.
        The run as it is then, also where it failed. Raises what kept that from being written."""
        work = asyncio.ensure_future(self.run_until_done(run_id, _HERE))
        try:
            await asyncio.wait({work}, timeout=max(0.0, seconds))
            if not work.done():
                await self.store.journal.alter(run_id, self._keeping)
                await asyncio.wait({work}, timeout=_STOPS_WITHIN_S)
            if not work.done():
                await self._hurry(run_id)
                await asyncio.wait({work}, timeout=_STOPS_WITHIN_S)
        finally:
            work.cancel()
            await asyncio.wait({work})
        run = await self.store.journal.alter(run_id, lambda run: stopped(run, self.clock.now()))
        if not run.status.is_terminal and not work.cancelled() and work.exception() is not None:
            raise cast(BaseException, work.exception())
        return run

    async def may_take_over(self, run_id: RunId, generation: int) -> bool:
        """Whether a dead worker's run is to be taken over. It counts; one that its workers do not
        survive is parked as failed."""
        try:
            run = await self.store.journal.alter(run_id, self._taking_over(generation))
        except NotFound:
            return False
        is_this = run.generation == generation
        return is_this and not run.status.is_terminal and run.status is not RunStatus.PAUSED

    def pop_failure(self, run_id: RunId) -> Exception | None:
        """The error that last broke a run off in this process, which is then forgotten. It is here
        even where it could not be recorded with the run (a full disk)."""
        return self._failures.pop(run_id, None)

    def is_open(self, run_id: RunId, generation: int) -> bool:
        """Whether this process holds what that generation knows while it is worked on."""
        return (run_id, generation) in self._open

    async def close(self) -> None:
        """Let go of all runs; each stays as it was last written."""
        for key in list(self._open):
            await self._close(key)

    # -------------------------------------------------------------------------------- inside

    async def _attempt(self, key: tuple[RunId, int], worker_id: str) -> bool:
        """Raises TakenOver where another took the run; it is let go of then."""
        try:
            more = await self._stretch(key, worker_id)
        except TakenOver:
            await self._close(key)
            self.observer.on_ended(*key)
            raise
        except NotFound:
            more = False
        except TransientError as error:
            return await self._wait_and_try_again(key, error)
        except asyncio.CancelledError:
            await self._close(key)
            raise
        except Exception as error:
            _log.warning("%s failed%s", key[0], _recorded(key, error), exc_info=error)
            await self._fail(key, error)
            more = False
        if not more:
            await self._close(key)
            self.observer.on_ended(*key)
        return more

    async def _stretch(self, key: tuple[RunId, int], worker_id: str) -> bool:
        under_way = self._open.get(key)
        if under_way is None:
            under_way = await self._take(key, worker_id)
            if under_way is None:
                return False
            self._open[key] = under_way
            self.observer.on_started(*key)
        began = self.clock.monotonic()
        more = await under_way.work.step()
        run, took_s = under_way.work.run, self.clock.monotonic() - began
        used, under_way.told = run.spend - under_way.told, run.spend
        self.observer.on_step(run.errand, took_s, used)
        self._failed_in_a_row.pop(key, None)
        return more

    async def _take(self, key: tuple[RunId, int], worker_id: str) -> _Open | None:
        run = await self.store.runs.take(key[0], key[1], worker_id)
        if run is None:
            return None
        self._epochs[key] = run.epoch
        stack = AsyncExitStack()
        try:
            context = await stack.enter_async_context(self.open_context(run.spec))
            spent = run.spend
            if run.errand is not GenerationKind.FIND:
                return _Open(await EnrichRun.begin(run, context), stack, spent)
            run = await plan_if_deferred(run, context)
            if is_under_way(run):
                return _Open(await FindRun.begin(run, context), stack, spent)
            await stack.aclose()
            return None
        except BaseException:
            await stack.aclose()
            raise

    async def _wait_and_try_again(self, key: tuple[RunId, int], error: Exception) -> bool:
        failed = self._failed_in_a_row[key] = self._failed_in_a_row.get(key, 0) + 1
        _log.warning("%s: %s; tried again", key[0], error)
        was_open = key in self._open
        await self._close(key)
        await asyncio.sleep(min(0.1 * 2 ** min(failed, 10), _RETRY_AT_MOST_S))
        return was_open or not await self._has_ended(key)

    async def _has_ended(self, key: tuple[RunId, int]) -> bool:
        try:
            run = await self.store.runs.get(key[0])
        except NotFound:
            return True
        except TransientError:
            return False
        return run.status.is_terminal or run.generation != key[1]

    async def _fail(self, key: tuple[RunId, int], error: Exception) -> None:
        """End a run as failed. What cannot be written is raised; `pop_failure`
        has the error in either case."""
        # It is kept with the run, which callers on other machines read; the log has the rest.
        detail = f"unexpected error: {type(error).__name__}"
        if isinstance(error, NetnewError):
            detail = error.public
        try:
            await self.store.journal.alter(key[0], self._failing(key, detail))
        except NotFound:
            return
        except Exception:
            await self._close(key)
            self._break_off(key[0], error)
            raise
        self._break_off(key[0], error)

    def _break_off(self, run_id: RunId, error: Exception) -> None:
        self._failures[run_id] = error
        while len(self._failures) > _MAX_REMEMBERED:
            del self._failures[next(iter(self._failures))]

    def _failing(self, key: tuple[RunId, int], detail: str) -> Callable[[Run], Changes | None]:
        epoch = self._epochs.get(key)

        def fail(run: Run) -> Changes | None:
            if (run.generation, run.epoch) != (key[1], epoch):
                return None  # another has it now, and knows nothing of our failure
            return failed(run, detail, self.clock.now())

        return fail

    def _keeping(self, run: Run) -> Changes | None:
        """A stop that is asked for already stays what it is."""
        asked = run.stop_requested is not StopRequest.NONE
        return None if asked else kept(run, self.clock.now())

    def _taking_over(self, generation: int) -> Callable[[Run], Changes | None]:
        def take_over(run: Run) -> Changes | None:
            if run.generation != generation or run.status.is_terminal:
                return None
            if run.takeovers >= self.max_takeovers:
                detail = f"{run.takeovers + 1} workers died while they worked on it"
                return failed(run, detail, self.clock.now())
            return Changes(run.id, run=replace(run, takeovers=run.takeovers + 1))

        return take_over

    async def _hurry(self, run_id: RunId) -> None:
        for open_id, generation in list(self._open):
            if open_id == run_id:
                await self._open[open_id, generation].work.abandon_in_flight()

    async def _close(self, key: tuple[RunId, int]) -> None:
        under_way = self._open.pop(key, None)
        if under_way is not None:
            await under_way.work.break_off()
            await under_way.context.aclose()


def _recorded(key: tuple[RunId, int], error: Exception) -> str:
    """Where the stack of an unexpected error is to be found."""
    if isinstance(error, NetnewError):
        return ""
    path = ERRORS.record(error, f"run {key[0]}, generation {key[1]} failed")
    return f"; its stack is in {path}" if path else ""
