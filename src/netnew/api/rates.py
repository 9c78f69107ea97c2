"""How many requests a key may make: a bucket of tokens each, filled at a steady rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from netnew.domain.errors import QuotaExceeded

_MOST_KEYS = 10_000


@dataclass(slots=True)
class Rates:
    """`per_s` for long, `at_once` in a row; counted in this process. `limit`: the same in words."""

    per_s: float
    at_once: float
    monotonic: Callable[[], float]
    limit: str = ""
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, key: str) -> None:
        """Count one. Raises QuotaExceeded, which says when there is room for the next."""
        now = self.monotonic()
        left, since = self._left.pop(key, (self.at_once, now))
        left = min(self.at_once, left + (now - since) * self.per_s)
        if left < 1:
            self._left[key] = (left, now)
            wait_s = (1 - left) / self.per_s
            problem = "Too many requests: quota temporarily exceeded"
            raise QuotaExceeded(f"{problem} ({self.limit})" if self.limit else problem, wait_s)
        self._left[key] = (left - 1, now)  # at the end: the first is who was idle for longest
        while len(self._left) > _MOST_KEYS:
            del self._left[next(iter(self._left))]
