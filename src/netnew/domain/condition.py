"""A match condition, and the verdict on it for a candidate."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from netnew.domain.evidence import Citation, Confidence


@dataclass(frozen=True, slots=True)
class MatchCondition:
    """One thing that must be true. `name` is unique in a run; `description` is what is judged."""

    name: str
    description: str

    @property
    def key(self) -> str:
        """The description as used in the ledger: case, spacing and end punctuation are normalised.

        Name and position are ignored: a renamed or reordered condition is the same question.
        """
        return _key_of(self.description)


@lru_cache(maxsize=1024)
def _key_of(description: str) -> str:
    # Cached: used for every candidate with the same few conditions.
    text = unicodedata.normalize("NFKC", description).casefold()
    return re.sub(r"\s+", " ", text).strip(" .;:!?")


class ConditionOutcome(StrEnum):
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A condition judged for a candidate.

    `value` is what the pages say ('12 employees'), None if nothing. Matched and unmatched have
    at least one citation (`proved`); without one a verdict is unclear."""

    condition: str
    outcome: ConditionOutcome
    value: str | None = None
    citations: tuple[Citation, ...] = ()
    reasoning: str = ""
    confidence: Confidence = Confidence.MEDIUM

    def proved(self) -> Verdict:
        """This verdict if it has the required citation, otherwise an unclear one."""
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

    `share`: the share of conditions that must be true, in (0, 1]; 1.0 means all. `evaluate_all`:
    judge every condition even if the share is out of reach."""

    share: float = 1.0
    evaluate_all: bool = False

    def needed(self, conditions: int) -> int:
        """How many of `conditions` must be true (rounded up; at least one if there is one)."""
        return min(conditions, max(1, -int(-self.share * conditions // 1))) if conditions else 0

    def is_out_of_reach(self, failed: int, conditions: int) -> bool:
        return conditions - failed < self.needed(conditions)
