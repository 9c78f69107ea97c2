"""Where the stretches of work are done: the event loop that opened the worker.

The engine has an event loop of its own, in a thread. What it wants done is handed over to ours, in
our own context, and what is done there, or stopped there, comes back to it.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import structlog

from netnew.domain.ids import RunId

Key = tuple[RunId, int]
"""A generation of a run."""

Work = Callable[[RunId, int, str], Awaitable[bool]]
"""(run, generation, worker id) one stretch of work; True where there is more to do. It may be
called again after any crash, and is cancelled when the worker leaves or loses the run. What it
raises ends this generation for the engine, so a failure of the run is for it to record."""

_CANCELLED_ENDS_WITHIN_S = 5.0
_log = structlog.get_logger(__name__)


class Bench:
    """Made on the loop that is to do the work. While its gate is closed, nothing is begun."""

    def __init__(self, work: Work, worker_id: str) -> None:
        self._work = work
        self._worker_id = worker_id
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        self._gate = asyncio.Event()
        self._gate.set()
        self._waiting: dict[asyncio.Task[bool], Key] = {}
        self._in_hand: dict[Key, asyncio.Task[bool]] = {}
        self._bodies: Counter[Key] = Counter()
        self._lock = threading.Lock()
        self.ended = asyncio.Event()

    # ── called by the engine, on its loop ──

    @contextmanager
    def working_on(self, key: Key) -> Iterator[None]:
        """Around the whole of a generation's work here, between its stretches too."""
        with self._lock:
            self._bodies[key] += 1
        try:
            yield
        finally:
            with self._lock:
                self._bodies[key] -= 1
                self._bodies += Counter()  # drops what is zero
            self._loop.call_soon_threadsafe(self.ended.set)

    async def stretch(self, key: Key) -> bool:
        """One stretch of work, done on our loop; cancelled where that is."""
        context = self._context.copy()  # not the engine's: nothing in there is for our code
        done = context.run(asyncio.run_coroutine_threadsafe, self._do(key), self._loop)
        return await asyncio.wrap_future(done)

    # ── called by anybody ──

    def running(self) -> frozenset[Key]:
        with self._lock:
            return frozenset(self._bodies)

    # ── called on our loop ──

    def waiting(self) -> frozenset[Key]:
        """What stands before the closed gate."""
        return frozenset(self._waiting.values())

    def open_gate(self) -> None:
        self._gate.set()

    def drop(self) -> None:
        """Close the gate and cancel everything: another has taken it over."""
        self._gate.clear()
        for task in [*self._in_hand.values(), *self._waiting]:
            task.cancel()

    async def finish(self, within_s: float) -> frozenset[Key]:
        """Close the gate and let what is in hand end; gives what took longer and was cancelled."""
        self._gate.clear()
        tasks = {task: key for key, task in self._in_hand.items()}
        if not tasks:
            return frozenset()
        _, late = await asyncio.wait(tasks, timeout=within_s)
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
            # One resumed while it still ran here is begun anew; the older one has lost it.
            while (older := self._in_hand.get(key)) is not None:
                older.cancel()
                await asyncio.wait({older})
        finally:
            del self._waiting[task]
        self._in_hand[key] = task
        try:
            return await self._work(key[0], key[1], self._worker_id)
        except Exception as error:
            _log.exception("a stretch of work failed", run=key[0], error=str(error))
            raise
        finally:
            del self._in_hand[key]
