"""Sentences about the numbers, the end and the cost of a run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from netnew.cli.consoles import clean, plural
from netnew.domain.budget import Spend
from netnew.domain.condition_stats import ConditionStats
from netnew.domain.run import Run, RunStatus, TerminationReason
from netnew.exports.rows import allowance

if TYPE_CHECKING:
    from netnew.engine.planning.cost_forecast import CostForecast
    from netnew.engine.planning.plan import Plan


def why_it_stopped(run: Run) -> str:
    """Why the run ended, in one sentence; '' for an unfinished run."""
    if not run.status.is_terminal:
        return ""
    detail = f" ({run.termination_detail})" if run.termination_detail else ""
    return f"{_reason(run)}{detail}."


def _reason(run: Run) -> str:
    match run.termination_reason:
        case None:
            return "Failed" if run.status is RunStatus.FAILED else "Ended"
        case TerminationReason.MATCH_LIMIT_MET:
            return f"Stopped: it found the {run.spec.match_limit:,} matches you asked for"
        case TerminationReason.EVALUATE_LIMIT_MET:
            return "Stopped: it judged as many candidates as you allowed"
        case TerminationReason.CANDIDATES_EXHAUSTED:
            return "Stopped: the sources returned no new candidates"
        case TerminationReason.LOW_MATCH_RATE:
            return "Stopped: hardly any of the last candidates matched"
        case TerminationReason.BUDGET_EXHAUSTED:
            return "Stopped: a cap of the budget was reached; everything found is kept"
        case TerminationReason.USER_CANCELLED:
            return "Stopped at your request; everything found is kept"
        case TerminationReason.MODEL_UNUSABLE:
            return "Failed: no answer of the model could be used; everything found is kept"
        case TerminationReason.MODEL_UNAVAILABLE:
            return "Failed: the model could not be reached; everything found is kept"
        case TerminationReason.ERROR_OCCURRED:
            return "Failed"
        case TerminationReason.TIMEOUT:
            return "Stopped: it ran longer than a run may"
        case unknown:
            assert_never(unknown)


def how_many_exist(run: Run) -> str:
    """The estimate with its interval; 'or more' for a run that was cut short."""
    estimate = run.estimate
    if estimate is None:
        return "Too few sightings to estimate how many matches exist."
    found = run.counts.matched
    exist = plural(max(found, round(estimate.matches)), "match exists", "matches exist")
    interval = f"80 % interval: {round(estimate.low):,} to {round(estimate.high):,}"
    if undecided := allowance(estimate):
        interval += f", which {undecided}"
    if not found and estimate.undecided:
        more = ", or more, since the run was cut short" if estimate.is_lower_bound else ""
        return f"Nothing matched, but undecided candidates may match{more} ({interval})."
    if not estimate.is_lower_bound:
        return f"Probably {exist} ({interval})."
    return f"Probably {exist}, or more, since the run was cut short ({interval})."


def how_conditions_fared(yields: Sequence[ConditionStats]) -> list[str]:
    """One line per judged condition: how many met it, and how many it alone ruled out."""
    return [_fared(x) for x in yields if x.asked]


def _fared(x: ConditionStats) -> str:
    line = f"{clean(x.condition)}: met by {x.matched:,} of {x.asked:,} judged"
    if x.unclear:
        line += f", {x.unclear:,} unclear"
    if x.alone_unmatched or x.alone_unclear:
        line += f"; it alone ruled out {x.alone_unmatched:,}, left {x.alone_unclear:,} unclear"
    return line


def ago(time: timedelta) -> str:
    """'3 min ago'."""
    seconds = max(0, int(time.total_seconds()))
    for unit, length in (("day", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{plural(count, unit) if unit == 'day' else f'{count} {unit}'} ago"
    return f"{seconds} s ago"


def numbers(run: Run) -> str:
    """'12 matched, 30 unmatched, 4 unclear of 46 candidates; 31 pages, 9 searches, 12.1 s'."""
    counts, spend = run.counts, run.spend
    undecided = counts.generated - counts.matched - counts.unmatched - counts.unclear
    judged = (
        f"{counts.matched:,} matched, {counts.unmatched:,} unmatched, {counts.unclear:,} unclear"
    )
    if undecided > 0:
        judged += f", {undecided:,} not judged"
    used = [
        plural(spend.pages, "page")
        + (f" (+{spend.stored_pages:,} stored)" if spend.stored_pages else ""),
        plural(spend.searches, "search", "searches"),
        f"{spend.seconds:.1f} s",
    ]
    used += paid_for(spend)
    if spend.ledger_hits:
        used.append(f"{plural(spend.ledger_hits, 'verdict')} reused")
    return f"{judged} of {plural(counts.generated, 'candidate')}; {', '.join(used)}"


def receipt(spend: Spend) -> str:
    """'9 searches (+2 stored), 31 pages, 40 judgements, 12 reused, 12.1 s, $0.0000'."""
    parts = [
        plural(spend.searches, "search", "searches")
        + (f" (+{spend.stored_searches:,} stored)" if spend.stored_searches else ""),
        plural(spend.pages, "page")
        + (f" (+{spend.stored_pages:,} stored)" if spend.stored_pages else ""),
        plural(spend.judgements, "judgement"),
        f"{spend.ledger_hits:,} reused",
        *([model_words(spend)] if spend.model_calls else []),
        f"{spend.seconds:.1f} s",
        f"${spend.cost:.4f}",
    ]
    return ", ".join(parts)


def paid_for(spend: Spend) -> list[str]:
    """'12 model calls', '$0.0123'; what is zero is missing."""
    calls = [plural(spend.model_calls, "model call")] if spend.model_calls else []
    return calls + ([f"${spend.cost:.4f}"] if spend.cost else [])


def model_words(spend: Spend) -> str:
    """'12 model calls with 20,300 tokens'."""
    return f"{plural(spend.model_calls, 'model call')} with {plural(spend.tokens, 'token')}"


def cost_words(expected: CostForecast) -> str:
    """'about $0.0006 for each candidate the model is asked about; at most $2.40'."""
    one = f"about ${expected.a_candidate:.4f} for each candidate the model is asked about"
    return one if expected.at_most is None else f"{one}; at most ${expected.at_most:,.2f}"


def judged_by(made: Plan) -> str:
    """The judge, and why it was chosen if the user did not name one."""
    why = f" ({made.judge_because})" if made.judge_because else ""
    return clean(f"Judge: {made.judge_profile}{why}")
