"""The deliverer: finds events to be delivered, and delivers them until they are accepted.

Two loops: one reads the new events of runs with webhooks and stores deliveries; the other claims
due deliveries and sends them. All state is in the store, so any number of processes may do this
concurrently, and each may be killed at any instant."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from netnew.domain.errors import TransientError
from netnew.domain.webhook import Delivery, Webhook
from netnew.ports.api import Outbox
from netnew.ports.system import Clock
from netnew.webhooks.delivery import DeliveryAttempt, receiver_of
from netnew.webhooks.event_scanner import EventScanner

_log = structlog.get_logger(__name__)

_LOOKING_MOST = 1 / 20  # of the time
_AFTER_FAILURE_S = 1.0


@dataclass(frozen=True, slots=True)
class DelivererOptions:
    """`at_once`: concurrent attempts in this process; `at_once_each`: approximate limit per
    receiver, so that a slow one leaves room for others. `poll_s`: interval between checks for
    new events of other processes. `leave_within_s`: time for attempts in flight on shutdown."""

    at_once: int = 64
    at_once_each: int = 4
    poll_s: float = 0.25
    leave_within_s: float = 5.0


@dataclass(slots=True)
class Deliverer:
    """Use `running` to run it. `holder` names this process among those of the database."""

    outbox: Outbox
    looker: EventScanner
    attempting: DeliveryAttempt
    clock: Clock
    holder: str
    options: DelivererOptions = DelivererOptions()
    _under_way: dict[asyncio.Task[None], str] = field(default_factory=dict)
    _claims: bool = False
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _leaving: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Deliverer]:
        """Deliver while this is open. On exit, attempts in flight get some time to end; the
        others are repeated by other processes once their claims expire."""
        loops = [
            asyncio.create_task(self._again_and_again(do), name=f"netnew-webhooks-{name}")
            for name, do in (("look", self._look), ("send", self._send))
        ]
        try:
            yield self
        finally:
            self._leaving.set()
            self._wake.set()
            await _end(loops, self.options.leave_within_s)
            await _end(list(self._under_way), self.options.leave_within_s)

    async def until_idle(self) -> None:
        """Return once there are no new events and everything due has been attempted."""
        while await self._is_busy():
            await self._pause(self.options.poll_s)

    async def _is_busy(self) -> bool:
        # In this order: new events become due, due deliveries are claimed, claimed ones are sent.
        if await self.looker.behind() or await self._is_due():
            return True
        return self._claims or bool(self._under_way)

    async def _again_and_again(self, do: Callable[[], Awaitable[None]]) -> None:
        while not self._leaving.is_set():
            try:
                await do()
            except TransientError as error:
                _log.info("webhooks wait for the store", error=str(error))
                await self._pause(_AFTER_FAILURE_S)
            except Exception:
                # Nobody awaits this task, so nothing can be raised.
                _log.exception("webhooks are held up")
                await self._pause(_AFTER_FAILURE_S)

    # --------------------------------------------------------------------------------- looking

    async def _look(self) -> None:
        began = self.clock.monotonic()
        if await self.looker.look():
            self._wake.set()
            return
        took_s = self.clock.monotonic() - began
        await self._pause(max(self.options.poll_s, took_s / _LOOKING_MOST))

    # --------------------------------------------------------------------------------- sending

    async def _send(self) -> None:
        self._wake.clear()
        self._claims = True
        try:
            claimed = await self._claim()
            for delivery, webhook in claimed:
                task = asyncio.create_task(self._attempt(delivery, webhook))
                self._under_way[task] = receiver_of(webhook.url)
                task.add_done_callback(self._over)
        finally:
            self._claims = False
        if not claimed:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.options.poll_s):
                    await self._wake.wait()

    async def _claim(self) -> list[tuple[Delivery, Webhook]]:
        """Claim a few due deliveries, so that one receiver's many do not take all slots."""
        options = self.options
        free = options.at_once - len(self._under_way)
        if free <= 0 or not await self._is_due():
            return []
        under_way = Counter(self._under_way.values())
        full = [name for name, number in under_way.items() if number >= options.at_once_each]
        most = min(free, options.at_once_each)
        lease = timedelta(seconds=self.attempting.lease_s)
        return await self.outbox.claim(self.holder, most, lease, full)

    async def _is_due(self) -> bool:
        due = await self.outbox.next_due()
        return due is not None and due <= self.clock.now()

    async def _attempt(self, delivery: Delivery, webhook: Webhook) -> None:
        try:
            result = await self.attempting.attempt(delivery, webhook)
            await self.outbox.record(
                self.holder, delivery, result.attempt, result.state, result.next_at
            )
        except TransientError as error:
            # It is sent again when the claim expires.
            _log.warning("an attempt is not noted", delivery=delivery.id, error=str(error))

    def _over(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self._wake.set()
        if not task.cancelled() and task.exception() is not None:
            _log.error("an attempt is not noted", exc_info=task.exception())

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._leaving.wait()


async def _end(tasks: list[asyncio.Task[None]], within_s: float) -> None:
    """Wait for the attempts, then cancel the rest."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=within_s)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
