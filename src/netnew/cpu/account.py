"""Processor time, charged to whoever requested the work."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from netnew.domain.errors import QuotaExceeded

_MAX_OWNERS = 10_000
_T = TypeVar("_T")


@dataclass(slots=True)
class CpuBudgets:
    """Each owner may use `per_s` processor seconds per second on average, and `at_once` in a burst.

    Work is charged when it is done, so an owner may be in debt; nothing more starts for it until
    the debt is paid off. Counted per process."""

    per_s: float
    at_once: float
    monotonic: Callable[[], float] = time.monotonic
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def account(self, owner: str) -> CpuAccount:
        return CpuAccount(owner, self)

    def check(self, owner: str) -> None:
        """Raise QuotaExceeded, with the time until the debt is paid off."""
        left = self._left_of(owner)
        if left < 0:
            problem = "Too much processor time: quota temporarily exceeded"
            raise QuotaExceeded(f"{problem} ({self.per_s:g} s a second)", -left / self.per_s)

    def charge(self, owner: str, seconds: float) -> None:
        left = self._left_of(owner) - seconds
        self._left.pop(owner, None)
        self._left[owner] = (
            left,
            self.monotonic(),
        )  # moved to the end: the first has been idle longest
        while len(self._left) > _MAX_OWNERS:
            del self._left[next(iter(self._left))]

    def _left_of(self, owner: str) -> float:
        now = self.monotonic()
        left, since = self._left.get(owner, (self.at_once, now))
        return min(self.at_once, left + (now - since) * self.per_s)


@dataclass(frozen=True, slots=True)
class CpuAccount:
    """The processor time of one owner, such as an API key."""

    owner: str
    budgets: CpuBudgets

    def check(self) -> None:
        """Raise QuotaExceeded if the owner is in debt."""
        self.budgets.check(self.owner)

    def charge(self, seconds: float) -> None:
        self.budgets.charge(self.owner, seconds)


_account: ContextVar[CpuAccount | None] = ContextVar("cpu_account", default=None)


def current_account() -> CpuAccount | None:
    """The account charged for current work; None if nobody is, as in a worker."""
    return _account.get()


@contextmanager
def paid_by(account: CpuAccount) -> Generator[None]:
    """Work in this context is for that account. This alone charges nothing."""
    token = _account.set(account)
    try:
        yield
    finally:
        _account.reset(token)


class Metered(Awaitable[_T]):
    """Awaits `work` and charges the time that each of its steps takes on the event loop's
    thread."""

    def __init__(self, work: Awaitable[_T], account: CpuAccount) -> None:
        self._work = work
        self._account = account

    def __await__(self) -> Generator[Any, Any, _T]:
        steps = self._work.__await__()
        advance: Callable[[Any], Any] = steps.send
        given: Any = None
        while True:
            began = time.thread_time()
            try:
                waits_for = advance(given)
            except StopIteration as stop:
                result: _T = stop.value
                return result
            finally:
                self._account.charge(time.thread_time() - began)
            try:
                given = yield waits_for
                advance = steps.send
            except BaseException as error:
                given = error
                advance = steps.throw
