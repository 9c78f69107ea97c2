"""How much the fetcher may take, and how politely it takes it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

USER_AGENT = "netnew/0.1 (finds entities for a person's question; respects robots.txt)"

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """`max_bytes` counts decompressed bytes. `request_s` caps one request with its body, `total_s`
    all requests, redirects and waits for one page. `host_delay_s` is between the starts of two
    requests to one host, `host_concurrency` how many run there at once, `concurrency` everywhere.
    A `Retry-After` longer than `max_retry_after_s` is not waited for; the host is then left alone
    for that time, or for `max_rest_s`."""

    max_bytes: int = 2_000_000
    max_robots_bytes: int = 500_000
    request_s: float = 20.0
    total_s: float = 60.0
    max_redirects: int = 10
    attempts: int = 3
    backoff_s: float = 0.5
    max_retry_after_s: float = 30.0
    max_rest_s: float = 3600.0
    concurrency: int = 64
    host_concurrency: int = 2
    host_delay_s: float = 0.05
    max_crawl_delay_s: float = 5.0


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    users: int = 0
    next_start: float = 0.0
    rests_until: float = 0.0


@dataclass(slots=True)
class HostLimiter:
    """Slots for requests: so many at once, so many a host, a pause between starts, and none at all
    while a host rests."""

    limits: FetchLimits
    monotonic: Callable[[], float]
    sleep: Sleep
    _hosts: dict[str, _Host] = field(default_factory=dict)
    _slots: asyncio.Semaphore | None = None

    @asynccontextmanager
    async def slot(self, host: str, delay_s: float = 0.0) -> AsyncIterator[None]:
        """Waits for a turn at `host`; `delay_s`, where larger, replaces the usual pause."""
        if self._slots is None:
            self._slots = asyncio.Semaphore(self.limits.concurrency)
        state = self._host(host)
        state.users += 1
        try:
            async with state.slots:
                await self._pause(state, max(delay_s, self.limits.host_delay_s))
                async with self._slots:
                    yield
        finally:
            state.users -= 1

    def rest(self, host: str, seconds: float) -> None:
        """Nothing more is started at `host` for so long: it said that it is busy."""
        state = self._host(host)
        until = self.monotonic() + min(seconds, self.limits.max_rest_s)
        state.rests_until = max(state.rests_until, until)

    def rests_s(self, host: str) -> float:
        """How long `host` still rests."""
        state = self._hosts.get(host)
        return max(0.0, state.rests_until - self.monotonic()) if state is not None else 0.0

    def _host(self, host: str) -> _Host:
        state = self._hosts.get(host)
        if state is None:
            self._forget_idle()
            state = self._hosts[host] = _Host(asyncio.Semaphore(self.limits.host_concurrency))
        return state

    async def _pause(self, state: _Host, delay_s: float) -> None:
        now = self.monotonic()
        start = max(now, state.next_start, state.rests_until)
        state.next_start = start + delay_s
        if start > now:
            await self.sleep(start - now)

    def _forget_idle(self) -> None:
        if len(self._hosts) < 10_000:
            return
        now = self.monotonic()
        for host, state in list(self._hosts.items()):
            if not state.users and max(state.next_start, state.rests_until) <= now:
                del self._hosts[host]
