"""Provider limits across all processes: calls per second, and concurrent calls."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from types import TracebackType

from netnew.db.database import Database
from netnew.domain.errors import TransientError
from netnew.ports.system import Clock
from netnew.store.provider_leases import LeaseRequest, Leases, reconcile
from netnew.store.provider_rates import Pace
from netnew.store.provider_rows import LOCKED_AGAIN_AFTER_S

_SETTLED_EVERY_S = 1.0
_ASKED_AGAIN_AFTER_S = 0.2
_TURN_S = 1.0
LEASE = timedelta(seconds=10)
_CAUTION = 0.2  # the last part of a lease, in which no call starts


class ProviderLimits:
    """The limits of all providers. `holder` identifies this process in the database.

    Slots of a killed process become free after `lease`. The clocks of machines that share a
    database may differ by a fifth of that."""

    def __init__(
        self, database: Database, holder: str, clock: Clock, lease: timedelta = LEASE
    ) -> None:
        self._database = database
        self._holder = holder
        self._clock = clock
        self._lease = lease
        self._paces: dict[str, Pace] = {}
        self._slots: dict[str, _Slots] = {}

    async def __aenter__(self) -> ProviderLimits:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Return all slots immediately; otherwise others wait until they expire."""
        for slots in self._slots.values():
            await slots.aclose()

    @asynccontextmanager
    async def call(
        self, provider: str, rate_per_s: float | None = None, at_once: int | None = None
    ) -> AsyncIterator[None]:
        """Inside, one call of `provider` may be made; waits until it may, in order of arrival.

        `rate_per_s`: calls started per second (above 0), `at_once`: concurrent calls (1 or
        more), both across all processes; None: no limit, without using the database. A long call
        keeps its slot. Raises StoreBusy and StoreDamaged."""
        if at_once is None:
            await self._turn(provider, rate_per_s)
            yield
            return
        if at_once < 1:
            raise ValueError(f"{provider}: {at_once} calls at once are none")
        slots = self._slots.get(provider)
        if slots is None:
            slots = _Slots(self._database, provider, self._holder, self._clock, self._lease)
            self._slots[provider] = slots
        await slots.acquire(at_once)
        try:
            await self._turn(provider, rate_per_s)
            yield
        finally:
            slots.release()

    async def _turn(self, provider: str, rate_per_s: float | None) -> None:
        if rate_per_s is None:
            return
        if rate_per_s <= 0:
            raise ValueError(f"{provider}: {rate_per_s} calls a second are none")
        pace = self._paces.get(provider)
        if pace is None:
            pace = self._paces[provider] = Pace(self._database, provider, self._clock)
        await pace.turn(rate_per_s)


class _Slots:
    """The slots of one provider that this process holds, passed from call to call.

    A task reconciles with the other processes about once a second, as long as there are calls.
    """

    def __init__(
        self, database: Database, provider: str, holder: str, clock: Clock, lease: timedelta
    ) -> None:
        self._database = database
        self._provider = provider
        self._holder = holder
        self._clock = clock
        self._lease = lease
        self._at_once = 1
        self._in_use = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._peak = 0  # the maximum in use or waited for since the last reconciliation
        self._asked = 0
        self._held = 0
        self._usable = 0
        self._usable_until = 0.0
        self._held_since = 0.0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def acquire(self, at_once: int) -> None:
        self._at_once = at_once
        if not self._waiting and self._in_use < self._may_use():
            self._in_use += 1
            self._peak = max(self._peak, self._in_use)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._peak = max(self._peak, self._wanted())
        self._begin()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                with suppress(ValueError):  # it may have been skipped already
                    self._waiting.remove(turn)
            elif turn.exception() is None:
                self.release()
            raise

    def release(self) -> None:
        self._in_use -= 1
        self._hand_on()
        if self._usable < self._held and self._in_use < self._held:
            self._wake.set()  # one more can be returned to the others

    async def aclose(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._usable = 0
        if self._held or self._asked:
            await self._settle(0)

    def _wanted(self) -> int:
        return self._in_use + len(self._waiting)

    def _may_use(self) -> int:
        return self._usable if self._clock.monotonic() < self._usable_until else 0

    def _hand_on(self) -> None:
        while self._waiting and self._in_use < self._may_use():
            turn = self._waiting.popleft()
            if not turn.done():
                self._in_use += 1
                turn.set_result(None)

    def _begin(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._keep(), name=f"netnew-slots {self._provider}")
        elif self._asked <= self._held < self._at_once:
            self._wake.set()  # a holder that got all it requested may request more immediately

    async def _keep(self) -> None:
        while True:
            self._wake.clear()
            wanted, self._peak = self._peak, self._wanted()
            try:
                await self._settle(wanted)
            except TransientError:
                pass  # no call starts beyond the lease; it is renewed as soon as possible
            except Exception as error:
                self._fail(error)
                return
            self._hand_on()
            if wanted:
                await self._pause()
            elif not self._peak:
                self._task = None
                return

    async def _pause(self) -> None:
        short = self._waiting and self._usable < self._at_once
        try:
            async with asyncio.timeout(_ASKED_AGAIN_AFTER_S if short else _SETTLED_EVERY_S):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _settle(self, wanted: int) -> None:
        leases = None
        self._asked = min(wanted, self._at_once)
        while leases is None:
            since, now = self._clock.monotonic(), self._clock.now()
            request = LeaseRequest(
                provider=self._provider,
                holder=self._holder,
                at_once=self._at_once,
                wanted=wanted,
                in_use=self._in_use,
                had_turn=bool(self._held) and since - self._held_since >= _TURN_S,
                now=now,
                lease=self._lease,
            )
            leases = await self._write(request)
        left = leases.until - now - _CAUTION * self._lease
        self._usable_until = since + left.total_seconds()
        self._take_in(leases, since)

    async def _write(self, request: LeaseRequest) -> Leases | None:
        # While it is written, no more may be used than it says are in use: others may be returned.
        usable, self._usable = self._usable, min(self._usable, request.in_use)
        leases = await self._database.write(reconcile, request)
        if leases is None:
            self._usable = usable
            await asyncio.sleep(LOCKED_AGAIN_AFTER_S)
        return leases

    def _take_in(self, leases: Leases, since: float) -> None:
        if leases.held and not self._held:
            self._held_since = since
        self._held, self._usable = leases.held, leases.usable

    def _fail(self, error: Exception) -> None:
        """Pass the error to those who wait; later calls start again."""
        self._task, self._held, self._usable = None, 0, 0
        waiting, self._waiting = self._waiting, deque()
        for turn in waiting:
            if not turn.done():
                turn.set_exception(error)
