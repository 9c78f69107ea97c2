"""stop: when a run ends, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass

from netnew.domain.budget import Cap
from netnew.domain.run import Counts, RunSpec, TerminationReason

# Below one match in two hundred judged candidates, going on is a waste.
LOW_MATCH_RATE = 1 / 200
NO_LEADS = "no query and no list is left that promises more"


@dataclass(frozen=True, slots=True)
class Progress:
    """What the decision is made from, after a round. `idle_leads`: queries (a link counts 1/10)
    followed since the last new match. `failure`: why no source could answer."""

    counts: Counts
    idle_leads: float
    open_leads: int
    cap: Cap | None
    failure: str = ""

    @property
    def judged(self) -> int:
        return self.counts.matched + self.counts.unmatched + self.counts.unclear


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a run ends, with a sentence for people."""

    reason: TerminationReason
    detail: str


def stop_for(progress: Progress, spec: RunSpec, patience: float) -> Stop | None:
    """Why to stop now, or None to go on."""
    counts, evaluate_limit = progress.counts, spec.evaluate_limit
    if progress.failure:
        return Stop(TerminationReason.ERROR_OCCURRED, progress.failure)
    if counts.matched >= spec.match_limit:
        return Stop(
            TerminationReason.MATCH_LIMIT_MET, f"{counts.matched} matches, as many as asked for"
        )
    if evaluate_limit is not None and progress.judged >= evaluate_limit:
        return Stop(
            TerminationReason.EVALUATE_LIMIT_MET, f"{progress.judged} candidates, as many as asked"
        )
    if progress.cap is not None:
        return Stop(
            TerminationReason.BUDGET_EXHAUSTED,
            f"the cap on {progress.cap.value} is reached; all rows are kept",
        )
    if progress.open_leads == 0:
        return _exhausted(progress, NO_LEADS)
    if progress.idle_leads >= patience:
        last = progress.idle_leads
        what = f"the last {last:.0f} queries brought no new match" if last < math.inf else NO_LEADS
        return _exhausted(progress, what)
    return None


def _exhausted(progress: Progress, detail: str) -> Stop:
    judged, matched = progress.judged, progress.counts.matched
    if judged >= 100 and matched < judged * LOW_MATCH_RATE:
        return Stop(
            TerminationReason.LOW_MATCH_RATE,
            f"{matched} of {judged} judged candidates match; {detail}",
        )
    return Stop(TerminationReason.CANDIDATES_EXHAUSTED, detail)
