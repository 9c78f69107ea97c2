"""Provider limits of models, across all processes."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class ModelCallLimits(Protocol):
    def call(
        self, provider: str, rate_per_s: float | None = None, at_once: int | None = None
    ) -> AbstractAsyncContextManager[None]:
        """Inside, one call of `provider` may be made; waits until it may."""
        ...
