"""Fewer conditions that ask the same: for who can show only so many."""

from __future__ import annotations

from netnew.domain.condition import MatchCondition

Conditions = tuple[MatchCondition, ...]


def at_most(most: int | None, conditions: Conditions) -> Conditions:
    """The conditions, the last of them made one where there are more than `most` (None: as many as
    there are)."""
    if most is None or len(conditions) <= most:
        return conditions
    kept, rest = conditions[: most - 1], conditions[most - 1 :]
    joined = "; ".join(x.description.strip().rstrip(".") for x in rest)
    taken = {x.name for x in kept}
    name = next(x for x in ("further", *(x.name for x in rest)) if x not in taken)
    return (*kept, MatchCondition(name, f"All of these hold: {joined}."))
