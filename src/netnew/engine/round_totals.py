"""What rounds tell, so that it adds up to what the run tells at its end.

Each `RoundEnded` says what changed since the one before it, in whichever process and generation
that was told; so their sums are the run's totals. What changed after the last round (a round that
was cut short, verdicts that count only in the end, fields filled later) is told as the run stops.
"""

from __future__ import annotations

from dataclasses import replace

from netnew.domain.budget import Spend
from netnew.domain.event import RoundEnded
from netnew.domain.model_calls import CallOutcomes
from netnew.domain.run import Run


def round_ended(
    run: Run, number: int, queries: tuple[str, ...], is_rest: bool = False
) -> RoundEnded:
    """What is told of a round of `run` as it stands after it."""
    return RoundEnded(
        number,
        queries,
        run.counts.generated - run.counts_told.generated,
        run.counts.matched - run.counts_told.matched,
        run.counts,
        replace(run.spend, outcomes=CallOutcomes()),
        run.estimate,
        is_rest,
    )


def rest_of(run: Run) -> tuple[RoundEnded, ...]:
    """What changed since the last round was told; nothing where nothing did. Time alone is no
    change."""
    is_told = run.counts == run.counts_told and _without_time(run.spend) == run.spend_told
    return () if is_told else (round_ended(run, run.rounds, (), is_rest=True),)


def as_told(run: Run) -> Run:
    """`run` once all of it is told."""
    return replace(run, counts_told=run.counts, spend_told=_without_time(run.spend))


def _without_time(spend: Spend) -> Spend:
    return replace(spend, seconds=0.0, outcomes=CallOutcomes())
