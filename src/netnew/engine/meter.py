"""What a run has spent, against its budget."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from netnew.domain.budget import Budget, Cap, Spend
from netnew.ports import Clock


@dataclass(slots=True)
class Meter:
    """Adds up spend; asked before anything is started.

    Answers from the store count against the caps on searches and pages like fresh ones (though they
    cost nothing), so that the same question twice walks the same way. `spend_before` is what
    earlier generations of the run used; it does not count.
    """

    budget: Budget
    clock: Clock
    spend_before: Spend = Spend()
    _start: float = field(init=False)
    _spend: Spend = field(init=False, default=Spend())

    def __post_init__(self) -> None:
        self._start = self.clock.monotonic()

    @property
    def spend(self) -> Spend:
        """All spent so far, earlier generations included."""
        return self.spend_before + self._now()

    def add(self, spend: Spend) -> None:
        self._spend = self._spend + spend

    def exhausted(self) -> Cap | None:
        """The cap that is reached, if one is."""
        return self.budget.exhausted_by(self._counted())

    def left(self, cap: Cap) -> int | None:
        """How many more of a counted cap (searches, pages, tokens) may be started; None: no cap."""
        limit = getattr(self.budget, cap.value)
        if limit is None:
            return None
        return max(0, int(limit) - int(getattr(self._counted(), cap.value)))

    def _counted(self) -> Spend:
        now = self._now()
        return replace(
            now,
            searches=now.searches + now.stored_searches,
            pages=now.pages + now.stored_pages,
        )

    def _now(self) -> Spend:
        return replace(self._spend, seconds=self.clock.monotonic() - self._start)
