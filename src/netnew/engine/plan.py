"""plan: the objective becomes a complete spec and a first set of queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from netnew.domain.budget import Budget
from netnew.domain.run import RunSpec


@dataclass(frozen=True, slots=True)
class Plan:
    """A complete spec, what discovery will ask first, and what the run may spend at most.

    `unreadable`: condition name → the part that the judge cannot read. `budget`: the caps that
    hold, the generator's and the caller's together.
    """

    spec: RunSpec
    queries: tuple[str, ...]
    judge_profile: str
    budget: Budget
    unreadable: Mapping[str, str] = field(default_factory=dict)
