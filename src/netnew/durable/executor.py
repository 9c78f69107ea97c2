"""Runs steps on the event loop that opened the worker.

The workflow engine has its own event loop, in a thread. Its calls are passed to our loop, in our
context, and results and cancellations are passed back."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import structlog

from netnew.domain.budget import Spend
from netnew.domain.errors import Conflict
from netnew.domain.ids import RunId
from netnew.domain.judging_batch import JudgingBatch
from netnew.error_log import ERRORS

T = TypeVar("T")

Key = tuple[RunId, int]
"""A generation of a run."""

Work = Callable[[RunId, int, str], Awaitable[bool]]
"""(run, generation, worker id) → one step; True if there is more to do. It may be called again
after any crash, and is cancelled when the worker stops or loses the run. An exception ends this
generation for the engine, so it must record failures of the run itself."""

JudgeBatch = Callable[[JudgingBatch], Awaitable[Spend]]
"""Judges candidates of another worker's run; returns what that used. It is cancelled when this
worker stops, and is not repeated."""

_CANCELLED_ENDS_WITHIN_S = 5.0
_log = structlog.get_logger(__name__)


class LoopExecutor:
    """Created on the loop that does the work. While its gate is closed, nothing starts."""

    def __init__(self, work: Work, worker_id: str, judge_batch: JudgeBatch | None = None) -> None:
        self._work = work
        self._judge_batch = judge_batch
        self._worker_id = worker_id
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        self._gate = asyncio.Event()
        self._gate.set()
        self._waiting: dict[asyncio.Task[bool], Key] = {}
        self._in_hand: dict[Key, asyncio.Task[bool]] = {}
        self._batches: set[asyncio.Task[Spend]] = set()
        self._bodies: Counter[Key] = Counter()
        self._lock = threading.Lock()
        self.ended = asyncio.Event()

    # ── called by the engine, on its loop ──

    @contextmanager
    def working_on(self, key: Key) -> Iterator[None]:
        """Used around all work on a generation here, including between its steps."""
        with self._lock:
            self._bodies[key] += 1
        try:
            yield
        finally:
            with self._lock:
                self._bodies[key] -= 1
                self._bodies += Counter()  # drops what is zero
            self._loop.call_soon_threadsafe(self.ended.set)

    async def step(self, key: Key) -> bool:
        """Run one step on our loop; cancelled with it."""
        return await self._on_our_loop(self._do(key))

    async def judge(self, batch: JudgingBatch) -> Spend:
        """Judge a batch of another worker on our loop. Raises what that raises."""
        return await self._on_our_loop(self._judge(batch))

    async def _on_our_loop(self, work: Coroutine[Any, Any, T]) -> T:
        context = self._context.copy()  # not the engine's context, which means nothing to our code
        done = context.run(asyncio.run_coroutine_threadsafe, work, self._loop)
        return await asyncio.wrap_future(done)

    # ── called by anybody ──

    def running(self) -> frozenset[Key]:
        with self._lock:
            return frozenset(self._bodies)

    # ── called on our loop ──

    @property
    def judges_for_others(self) -> bool:
        """Whether a batch of another worker is being judged."""
        return bool(self._batches)

    def waiting(self) -> frozenset[Key]:
        """The calls waiting at the closed gate."""
        return frozenset(self._waiting.values())

    def open_gate(self) -> None:
        self._gate.set()

    def drop(self) -> None:
        """Close the gate and cancel everything: another worker has taken over."""
        self._gate.clear()
        for task in [*self._in_hand.values(), *self._waiting, *self._batches]:
            task.cancel()

    async def finish(self, within_s: float) -> frozenset[Key]:
        """Close the gate and let current steps end; return the generations that took longer and
        were cancelled."""
        self._gate.clear()
        tasks = {task: key for key, task in self._in_hand.items()}
        in_hand = [*tasks, *self._batches]
        if not in_hand:
            return frozenset()
        _, late = await asyncio.wait(in_hand, timeout=within_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=_CANCELLED_ENDS_WITHIN_S)
        return frozenset(key for task, key in tasks.items() if not task.done() or task.cancelled())

    async def _do(self, key: Key) -> bool:
        task = asyncio.current_task()
        assert task is not None
        self._waiting[task] = key
        try:
            await self._gate.wait()
            # A generation resumed while it still ran here starts again; the older one has lost it.
            while (older := self._in_hand.get(key)) is not None:
                older.cancel()
                await asyncio.wait({older})
        finally:
            del self._waiting[task]
        self._in_hand[key] = task
        try:
            return await self._work(key[0], key[1], self._worker_id)
        except Exception as error:
            ERRORS.record(error, f"a step of {key[0]} failed")
            _log.exception("a step failed", run=key[0], error=str(error))
            raise
        finally:
            del self._in_hand[key]

    async def _judge(self, batch: JudgingBatch) -> Spend:
        if self._judge_batch is None or not self._gate.is_set():
            raise Conflict("this worker judges nothing for others now")
        task = asyncio.ensure_future(self._judge_batch(batch))
        self._batches.add(task)
        task.add_done_callback(self._batches.discard)
        try:
            return await task
        except asyncio.CancelledError:
            task.cancel()
            raise
        except Exception as error:
            _log.warning("a batch of another worker failed", run=batch.run_id, error=str(error))
            raise
