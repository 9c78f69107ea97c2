"""Where rules may be believed though they are not certain, learned from what a model says.

For each condition the first candidates on which the rules lean to 'no', or find nothing, are asked
of the model all the same. Where it never contradicts them, the next ones are spared, but for a spot
check now and then; a single contradiction, and all are asked again. (A cascade with learned trust,
as in LOTUS, arXiv 2407.11418.)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from netnew.domain.condition import ConditionOutcome

# Answers of the model that bear the rules out, before they are believed.
NO_NEEDS = 6
NOTHING_NEEDS = 20
# That rules find nothing means little unless they decided so many others, and this share of all:
# then it is a field that pages label, and they would have found it.
DECIDES_LEAST = 10
DECIDES_SHARE = 0.1
# Of the answers where the rules find nothing, so many may decide (none to a match).
MAY_DECIDE = 1
# After so many believed one is asked all the same, then after twice as many, and so on.
SPOT_CHECK = 8


@dataclass(slots=True)
class _Doubt:
    """What is known of one leaning of the rules on one condition."""

    needs: int
    asked: int = 0
    answered: int = 0
    contradicted: int = 0
    decided: int = 0
    believed: int = 0
    check_at: int = SPOT_CHECK
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def is_settled(self) -> bool:
        """Whether the next may be believed; waits while those that tell are under way."""
        while not self.contradicted and self.decided <= MAY_DECIDE:
            if self.answered >= self.needs:
                self.believed += 1
                if self.believed < self.check_at:
                    return True
                self.check_at *= 2
                return False
            if self.asked < self.needs:
                return False
            self.moved.clear()
            await self.moved.wait()
        return False


@dataclass(slots=True)
class _Decided:
    seen: int = 0
    decided: int = 0


class RuleCalibration:
    """What a run has learned of its rules, by condition (`MatchCondition.key`)."""

    def __init__(self) -> None:
        self._doubts: dict[tuple[str, ConditionOutcome], _Doubt] = {}
        self._decided: dict[str, _Decided] = {}

    def see(self, condition: str, leaning: ConditionOutcome) -> None:
        """What the rules say of a candidate, certain or not."""
        seen = self._decided.setdefault(condition, _Decided())
        seen.seen += 1
        seen.decided += leaning is not ConditionOutcome.UNCLEAR

    async def believes(self, condition: str, leaning: ConditionOutcome) -> bool:
        """Whether the model need not be asked where the rules lean so. Never for a match."""
        if leaning is ConditionOutcome.MATCHED:
            return False
        if leaning is ConditionOutcome.UNCLEAR and not self._usually_decide(condition):
            return False
        return await self._doubt(condition, leaning).is_settled()

    @asynccontextmanager
    async def asking(
        self, leanings: dict[str, ConditionOutcome]
    ) -> AsyncIterator[dict[str, ConditionOutcome]]:
        """While the model is asked about conditions on which the rules lean so; what it says is put
        into the dict that this gives."""
        said: dict[str, ConditionOutcome] = {}
        doubts = {
            c: self._doubt(c, x) for c, x in leanings.items() if x is not ConditionOutcome.MATCHED
        }
        for doubt in doubts.values():
            doubt.asked += 1
        try:
            yield said
        finally:
            for condition, doubt in doubts.items():
                outcome = said.get(condition)
                doubt.contradicted += outcome is ConditionOutcome.MATCHED
                if leanings[condition] is ConditionOutcome.UNCLEAR:
                    doubt.decided += outcome not in (None, ConditionOutcome.UNCLEAR)
                if outcome is leanings[condition]:
                    doubt.answered += 1
                else:  # that tells nothing for the rules: another is asked in its place
                    doubt.asked -= 1
                doubt.moved.set()

    def _usually_decide(self, condition: str) -> bool:
        seen = self._decided.get(condition, _Decided())
        return seen.decided >= max(DECIDES_LEAST, DECIDES_SHARE * seen.seen)

    def _doubt(self, condition: str, leaning: ConditionOutcome) -> _Doubt:
        needs = NO_NEEDS if leaning is ConditionOutcome.UNMATCHED else NOTHING_NEEDS
        return self._doubts.setdefault((condition, leaning), _Doubt(needs))
