"""Limits per key: streams, request rates, and waiting large work."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from netnew.domain.errors import QuotaExceeded

_STREAM_RETRY_S = 5.0


@dataclass(slots=True)
class StreamQuota:
    """`heed`: called with the number of open streams whenever it changes."""

    most: int
    max_per_key: int
    heed: Callable[[int], object] = lambda count: None
    _taken: Counter[str] = field(default_factory=Counter)
    open: int = 0

    def take(self, key: str) -> Callable[[], None]:
        """Take a slot; returns a function that releases it, once. Raises QuotaExceeded."""
        if self.open >= self.most:
            raise QuotaExceeded(f"{self.most} streams are open already", _STREAM_RETRY_S)
        if self._taken[key] >= self.max_per_key:
            problem = f"{self.max_per_key} streams of this key are open already"
            raise QuotaExceeded(problem, _STREAM_RETRY_S)
        self._taken[key] += 1
        self.open += 1
        self.heed(self.open)
        is_held = True

        def release() -> None:
            nonlocal is_held
            if is_held:
                is_held = False
                self.open -= 1
                self._taken[key] -= 1
                self._taken += Counter()  # drops what is zero
                self.heed(self.open)

        return release


_MAX_KEYS = 10_000


@dataclass(slots=True)
class RateLimiter:
    """`per_s` on average, `at_once` in a burst; counted per process. `limit`: the same in words."""

    per_s: float
    at_once: float
    monotonic: Callable[[], float]
    limit: str = ""
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, key: str) -> None:
        """Count one. Raises QuotaExceeded with the time until the next is allowed."""
        now = self.monotonic()
        left, since = self._left.pop(key, (self.at_once, now))
        left = min(self.at_once, left + (now - since) * self.per_s)
        if left < 1:
            self._left[key] = (left, now)
            wait_s = (1 - left) / self.per_s
            problem = "Too many requests: quota temporarily exceeded"
            raise QuotaExceeded(f"{problem} ({self.limit})" if self.limit else problem, wait_s)
        self._left[key] = (left - 1, now)  # moved to the end: the first has been idle longest
        while len(self._left) > _MAX_KEYS:
            del self._left[next(iter(self._left))]


_QUEUE_RETRY_S = 5.0


@dataclass(slots=True)
class BoundedQueue:
    """Up to `at_once` run concurrently; at most `waiting` others wait."""

    at_once: int
    waiting: int
    _asked: int = 0
    _free: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._free = asyncio.Semaphore(self.at_once)

    @asynccontextmanager
    async def turn(self, of: str) -> AsyncIterator[None]:
        """Wait for a turn and hold it. `of`: what there is too much of, for the error. Raises
        QuotaExceeded if too many wait."""
        if self._asked >= self.at_once + self.waiting:
            raise QuotaExceeded(f"{self._asked} {of} are made already", _QUEUE_RETRY_S)
        self._asked += 1
        try:
            async with self._free:
                yield
        finally:
            self._asked -= 1
