"""What a run has spent, against its budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from netnew.domain.budget import Budget, Cap, Spend
from netnew.domain.model_calls import CallOutcomes
from netnew.ports.system import Clock

# Calls under way while nothing is known yet of what one costs.
FIRST_CALLS = 4


class ReplayPhase(StrEnum):
    """Where a run is on its way.

    `before`: it walks again over what was paid for under an earlier budget; there is no cap.
    `again`: over what this budget paid for, before the process was killed; every step counts as it
    did then. `on`: it goes on.
    """

    BEFORE = "before"
    AGAIN = "again"
    ON = "on"


@dataclass(slots=True)
class BudgetMeter:
    """Adds up spend; asked before anything is started.

    Answers from the store count against the caps on searches and pages like fresh ones (though they
    cost nothing), so that the same question twice walks the same way. `spend_before` is what
    the run used under earlier budgets; it does not count. `spent` is what it used under this one in
    a process before this. `judging`: how the judge's calls in this process went.
    """

    budget: Budget
    clock: Clock
    spend_before: Spend = Spend()
    spent: Spend = Spend()
    phase: ReplayPhase = ReplayPhase.ON
    judging: CallOutcomes = CallOutcomes()
    _start: float = field(init=False)
    _steps: Spend = field(init=False, default=Spend())
    _on_judge_answer: Callable[[], None] = field(init=False, default=lambda: None)

    def __post_init__(self) -> None:
        self._start = self.clock.monotonic() - self.spent.seconds

    @property
    def spend(self) -> Spend:
        """All spent so far, under earlier budgets too."""
        return self.spend_before + self._now()

    def add(self, spend: Spend) -> None:
        if self.phase is not ReplayPhase.BEFORE:
            self._steps = self._steps + spend
        if self.phase is not ReplayPhase.ON:  # what comes from the store was told before
            spend = replace(spend, stored_searches=0, stored_pages=0, ledger_hits=0)
        self.spent = self.spent + spend

    def on_judge_answer(self, callback: Callable[[], None]) -> None:
        """Call `callback` after each change of `judging`."""
        self._on_judge_answer = callback

    def charge_judge(self, spend: Spend) -> None:
        """`add` for what the judge uses."""
        self.judging = self.judging + spend.outcomes
        self.add(spend)
        self._on_judge_answer()

    @property
    def has_only_unusable_answers(self) -> bool:
        """Whether the judge's models answered in this process, and never usably."""
        return self.judging.unusable > 0 and not self.judging.usable

    def exhausted(self) -> Cap | None:
        """The cap that is reached, if one is."""
        return (
            None if self.phase is ReplayPhase.BEFORE else self.budget.exhausted_by(self._counted())
        )

    def left(self, cap: Cap) -> int | None:
        """How many more of a counted cap (searches, pages, tokens) may be started; None: no cap."""
        limit = getattr(self.budget, cap.value)
        if limit is None or self.phase is ReplayPhase.BEFORE:
            return None
        return max(0, int(limit) - int(getattr(self._counted(), cap.value)))

    def affordable_calls(self) -> int | None:
        """How many calls of a model may be under way, so that caps on cost and tokens are hardly
        passed: by the mean of those made so far, a few at first. None: no such cap."""
        now, allowed = self._now(), []
        for cap in (Cap.COST, Cap.TOKENS):
            limit = getattr(self.budget, cap.value)
            spent = getattr(now, cap.value)
            if limit is None or self.phase is ReplayPhase.BEFORE:
                continue
            if not now.model_calls or not spent:
                allowed.append(FIRST_CALLS)
            else:
                allowed.append(max(1, int((limit - spent) / (spent / now.model_calls))))
        return min(allowed, default=None)

    def _counted(self) -> Spend:
        steps = self._steps
        return replace(
            self._now(),
            searches=steps.searches + steps.stored_searches,
            pages=steps.pages + steps.stored_pages,
        )

    def _now(self) -> Spend:
        return replace(self.spent, seconds=self.clock.monotonic() - self._start)
