"""Retries with growing pauses."""

from __future__ import annotations

import time

PATIENCE_S = 30.0
_FIRST_PAUSE_S = 0.02
_MAX_PAUSE_S = 0.5


class Backoff:
    """Pauses between attempts: none after the first, then growing ones."""

    def __init__(self, max_s: float = PATIENCE_S) -> None:
        self._ends_at = time.monotonic() + max_s
        self._pause_s = 0.0

    def lasts(self) -> bool:
        """Pause; False if the time is up and the caller should give up."""
        if time.monotonic() + self._pause_s > self._ends_at:
            return False
        time.sleep(self._pause_s)
        self._pause_s = min(max(self._pause_s * 2, _FIRST_PAUSE_S), _MAX_PAUSE_S)
        return True
