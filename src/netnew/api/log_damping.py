"""Limits repeated log lines of the network layer, which any client can cause: a few, then a
count."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_MAX_IN_A_ROW = 5
_PERIOD_S = 10.0
_MAX_KINDS = 1_000


@dataclass(slots=True)
class RepeatedLogFilter:
    """Passes `most` lines of a kind per `period_s`; the first of the next period says how many
    were suppressed. A kind is the message before formatting, up to its first line break."""

    most: int = _MAX_IN_A_ROW
    period_s: float = _PERIOD_S
    monotonic: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[float, int]] = field(default_factory=dict)

    def filter(self, record: logging.LogRecord) -> bool:
        """As in `logging.Filter`: whether the line is written."""
        passes, left_out = self.count(str(record.msg).partition("\n")[0])
        if passes and left_out:
            record.msg, record.args = f"{record.getMessage()} ({left_out:,} more left out)", ()
        return passes

    def count(self, kind: str) -> tuple[bool, int]:
        """Whether this line of `kind` passes, and how many were suppressed before it."""
        now = self.monotonic()
        began, count = self._seen.get(kind, (now, 0))
        left_out = 0
        if now - began >= self.period_s:
            left_out, began, count = max(0, count - self.most), now, 0
        if len(self._seen) >= _MAX_KINDS:
            self._seen.clear()
        self._seen[kind] = (began, count + 1)
        return count < self.most, left_out


@contextmanager
def damped_logs(*names: str) -> Iterator[None]:
    """Filter these loggers of the standard library while this is open."""
    damper = RepeatedLogFilter()
    loggers = [logging.getLogger(name) for name in names]
    for logger in loggers:
        logger.addFilter(damper)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(damper)
