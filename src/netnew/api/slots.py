"""How many streams are open, in all and of each key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from netnew.domain.errors import QuotaExceeded

_AGAIN_AFTER_S = 5.0


@dataclass(slots=True)
class Slots:
    """`heed`: told how many are open, whenever that changes."""

    most: int
    most_per_key: int
    heed: Callable[[int], object] = lambda count: None
    _taken: Counter[str] = field(default_factory=Counter)
    open: int = 0

    def take(self, key: str) -> Callable[[], None]:
        """Take one; what is given back lets go of it, once. Raises QuotaExceeded."""
        if self.open >= self.most:
            raise QuotaExceeded(f"{self.most} streams are open already", _AGAIN_AFTER_S)
        if self._taken[key] >= self.most_per_key:
            problem = f"{self.most_per_key} streams of this key are open already"
            raise QuotaExceeded(problem, _AGAIN_AFTER_S)
        self._taken[key] += 1
        self.open += 1
        self.heed(self.open)
        is_held = True

        def let_go() -> None:
            nonlocal is_held
            if is_held:
                is_held = False
                self.open -= 1
                self._taken[key] -= 1
                self._taken += Counter()  # drops what is zero
                self.heed(self.open)

        return let_go
