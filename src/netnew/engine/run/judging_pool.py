"""A crew that judges candidates side by side: never more than there is room for, and without
waiting for the slowest of a batch."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from netnew.engine.resolution.entity import Entity

Judged = Callable[[Entity], Awaitable[None]]


@dataclass(slots=True)
class JudgingPool:
    """Works off a queue of entities, at most `at_once` at a time.

    `judge` does all that is to be done with one of them. `room` says how many more may be under way
    in all, by the limits of the run; it is asked before each is begun, so that none is begun once a
    limit is met. Those left over stay in the queue.
    """

    judge: Judged
    room: Callable[[], int]
    at_once: int
    _queue: deque[Entity] = field(default_factory=deque)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _back: deque[Entity] = field(default_factory=deque)
    _away: int = 0
    _settled: int = 0
    _error: BaseException | None = None
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    def give(self, entities: Iterable[Entity]) -> None:
        """More to judge, after what is in the queue."""
        self._queue.extend(entities)
        self._begin_more()

    @property
    def in_flight(self) -> int:
        return len(self._tasks)

    @property
    def is_busy(self) -> bool:
        """Whether some are being judged, here or elsewhere, or could be begun."""
        if self._tasks or self._away:
            return True
        return bool(self._back or self._queue) and self.room() > 0

    @property
    def waiting(self) -> int:
        """How many were not begun."""
        return len(self._queue)

    @property
    def spare(self) -> int:
        """How many more may be under way, by the limits of the run."""
        return self.room() - len(self._tasks) - self._away - len(self._back)

    async def settle(self, most: int, patience_s: float) -> bool:
        """Wait until `most` more are settled or nothing is left to do; True after `patience_s`
        without that, so that the caller can look around. Raises the first error of one, after the
        others under way have ended."""
        wanted = self._settled + most
        self._begin_more()
        try:
            async with asyncio.timeout(patience_s):
                while self._error is None and self._settled < wanted and self.is_busy:
                    self._moved.clear()
                    await self._moved.wait()
                    self._begin_more()
        except TimeoutError:
            return True
        if self._error is not None:
            await self.drain()
            raise self._error
        return False

    def borrow(self, most: int, suits: Callable[[Entity], bool]) -> list[Entity]:
        """Up to `most` from the end of the queue, those there is room for. They are away until they
        are given back."""
        most = min(most, self.spare)
        lent: list[Entity] = []
        kept: deque[Entity] = deque()
        while self._queue and len(lent) < most:
            entity = self._queue.pop()
            if suits(entity):
                lent.append(entity)
            else:
                kept.appendleft(entity)
        self._queue.extend(kept)
        self._away += len(lent)
        return lent

    def return_borrowed(self, lent: Iterable[Entity]) -> None:
        """They are to be settled here now, before the others; the room they took up is theirs."""
        before = len(self._back)
        self._back.extend(lent)
        self._away -= len(self._back) - before
        self._moved.set()

    def fail(self, error: BaseException) -> None:
        """Have `settle` raise, as for an error of one that is judged here."""
        self._error = self._error or error
        self._moved.set()

    def left_over(self) -> list[Entity]:
        """Takes back those that were not begun."""
        left = [*self._back, *self._queue]
        self._clear()
        return left

    async def drain(self) -> None:
        """Begin none any more, and wait for those under way: what they paid for is kept."""
        self._clear()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def halt(self) -> None:
        """Break off those under way, except the one that this is called by. Those that were not
        begun stay in the queue."""
        current = asyncio.current_task()
        for task in self._tasks:
            if task is not current:
                task.cancel()

    async def drop(self) -> None:
        """Break off those under way."""
        self._clear()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _clear(self) -> None:
        self._back.clear()
        self._queue.clear()

    def _begin_more(self) -> None:
        while self._error is None and len(self._tasks) < self.at_once:
            entity = self._next()
            if entity is None:
                return
            task: asyncio.Task[None] = asyncio.ensure_future(self._judge(entity))
            self._tasks.add(task)
            task.add_done_callback(self._ended)

    def _next(self) -> Entity | None:
        if self._back and self.room() > 0:
            return self._back.popleft()
        return self._queue.popleft() if self._queue and self.spare > 0 else None

    async def _judge(self, entity: Entity) -> None:
        await self.judge(entity)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._settled += 1
        if not task.cancelled() and task.exception() is not None and self._error is None:
            self._error = task.exception()
        self._begin_more()
        self._moved.set()
