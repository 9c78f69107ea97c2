"""The estimate as a few words, for a cell or a line."""

from __future__ import annotations

from netnew.domain.run import Estimate


def how_many(estimate: Estimate | None) -> str:
    """'45 (41 to 60; allows for 9 unclear)', with 'or more' of a run that was cut short; ''
    without an estimate."""
    if estimate is None:
        return ""
    interval = f"{round(estimate.low):,} to {round(estimate.high):,}"
    undecided = allowance(estimate)
    text = f"{round(estimate.matches):,} ({interval}{'; ' if undecided else ''}{undecided})"
    return f"{text}, or more: the run was cut short" if estimate.is_lower_bound else text


def allowance(estimate: Estimate) -> str:
    """'allows for 9 unclear and 3 not judged': the candidates without a decision that the interval
    allows for; '' where all are decided."""
    numbers = ((estimate.unclear, "unclear"), (estimate.not_judged, "not judged"))
    named = [f"{number:,} {what}" for number, what in numbers if number]
    return f"allows for {' and '.join(named)}" if named else ""
