"""A match condition, and the verdict on it for one candidate."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from netnew.domain.evidence import Citation, Confidence


@dataclass(frozen=True, slots=True)
class MatchCondition:
    """One thing that must hold. `name` is unique in a run; `description` is what is judged."""

    name: str
    description: str

    @property
    def key(self) -> str:
        """The description as the ledger knows it: folded case, spacing and end punctuation.

        Name and position do not enter: a renamed or reordered condition is the same question.
        """
        return _key_of(self.description)


@lru_cache(maxsize=1024)
def _key_of(description: str) -> str:
    # Asked for every candidate of a run, of a handful of conditions.
    text = unicodedata.normalize("NFKC", description).casefold()
    return re.sub(r"\s+", " ", text).strip(" .;:!?")


class ConditionOutcome(StrEnum):
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A condition judged on a candidate.

    `value` is what the pages say about it ('12 employees'), None where nothing is said. Matched and
    unmatched carry at least one citation (`proved`); without one a verdict is unclear.
    """

    condition: str
    outcome: ConditionOutcome
    value: str | None = None
    citations: tuple[Citation, ...] = ()
    reasoning: str = ""
    confidence: Confidence = Confidence.MEDIUM

    def proved(self) -> Verdict:
        """This verdict if it has the proof it needs, else an unclear one."""
        if self.outcome is ConditionOutcome.UNCLEAR or self.citations:
            return self
        return replace(
            self,
            outcome=ConditionOutcome.UNCLEAR,
            confidence=Confidence.LOW,
            reasoning=f"not stated: no quote proves '{self.outcome}'. {self.reasoning}".strip(),
        )


@dataclass(frozen=True, slots=True)
class MatchRule:
    """When a candidate counts as matched.

    `share`: the part of its conditions that must hold, in (0, 1]; 1.0 means all. `evaluate_all`:
    judge every condition even when the share is out of reach.
    """

    share: float = 1.0
    evaluate_all: bool = False

    def needed(self, conditions: int) -> int:
        """How many of `conditions` must hold (rounded up; at least one where there is one)."""
        return min(conditions, max(1, -int(-self.share * conditions // 1))) if conditions else 0

    def is_out_of_reach(self, failed: int, conditions: int) -> bool:
        return conditions - failed < self.needed(conditions)
