"""The estimate as a few words, for a cell or a line."""

from __future__ import annotations

from netnew.domain.run import Estimate


def how_many(estimate: Estimate | None) -> str:
    """'45 (41 to 60)', with 'or more' of a run that was cut short; '' without an estimate."""
    if estimate is None:
        return ""
    interval = f"{round(estimate.matches):,} ({round(estimate.low):,} to {round(estimate.high):,})"
    return f"{interval}, or more: the run was cut short" if estimate.is_lower_bound else interval
