"""When a run ends, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass

from netnew.domain.budget import Cap
from netnew.domain.run import Counts, RunSpec, TerminationReason

# Caps that also stop the judging of what was already found; the others only stop discovery.
STOPS_JUDGING = frozenset({Cap.COST, Cap.TOKENS, Cap.SECONDS})
# Below one match in two hundred judged candidates, going on is a waste.
LOW_MATCH_RATE = 1 / 200
NO_LEADS = "no query and no list is left that promises more"
# After so much of the patience, a run stops whose estimate says that nothing more is to be found:
# at its upper end two more, or one in twenty.
SURE_AFTER = 0.5
FEW_MORE = 2
FEW_SHARE = 0.05
# A match may cost as many leads as the patience, seen over so many times that.
COST_WINDOW = 1.5


@dataclass(frozen=True, slots=True)
class StopProgress:
    """What the decision is made from, after a round. `idle_leads`: queries (a link counts 1/10)
    followed since the last new match. `failure`: why no source could answer. `upper_end`: of the
    estimate's interval. `leads_per_match`: what a new match cost lately (`COST_WINDOW`)."""

    counts: Counts
    idle_leads: float
    open_leads: int
    cap: Cap | None
    failure: str = ""
    upper_end: float = math.inf
    leads_per_match: float = 0.0

    @property
    def judged(self) -> int:
        return self.counts.matched + self.counts.unmatched + self.counts.unclear

    @property
    def expects_no_more(self) -> bool:
        """Whether matches were found, and hardly one more is to be found."""
        matched = self.counts.matched
        few = max(FEW_MORE, FEW_SHARE * matched)
        return matched > 0 and self.upper_end - matched <= few


@dataclass(frozen=True, slots=True)
class StopDecision:
    """Why a run ends, with a sentence for people."""

    reason: TerminationReason
    detail: str


def stop_for(progress: StopProgress, spec: RunSpec, patience: float) -> StopDecision | None:
    """Why to stop now, or None to go on."""
    counts, evaluate_limit = progress.counts, spec.evaluate_limit
    if progress.failure:
        return StopDecision(TerminationReason.ERROR_OCCURRED, progress.failure)
    if counts.matched >= spec.match_limit:
        return StopDecision(
            TerminationReason.MATCH_LIMIT_MET, f"{counts.matched} matches, as many as asked for"
        )
    if evaluate_limit is not None and progress.judged >= evaluate_limit:
        return StopDecision(
            TerminationReason.EVALUATE_LIMIT_MET, f"{progress.judged} candidates, as many as asked"
        )
    if progress.cap is not None:
        return StopDecision(
            TerminationReason.BUDGET_EXHAUSTED,
            f"the cap on {progress.cap.value} is reached; all rows are kept",
        )
    if progress.open_leads == 0:
        return _exhausted(progress, NO_LEADS)
    if progress.idle_leads >= patience:
        last = progress.idle_leads
        what = f"the last {last:.0f} queries brought no new match" if last < math.inf else NO_LEADS
        return _exhausted(progress, what)
    if progress.idle_leads >= SURE_AFTER * patience and progress.expects_no_more:
        most, last = round(progress.upper_end), progress.idle_leads
        what = f"at most {most:,} are expected, and the last {last:.0f} queries brought no new one"
        return _exhausted(progress, what)
    if patience < progress.leads_per_match < math.inf:
        cost = progress.leads_per_match
        return _exhausted(progress, f"a further match would take some {cost:.0f} queries")
    return None


def _exhausted(progress: StopProgress, detail: str) -> StopDecision:
    judged, matched = progress.judged, progress.counts.matched
    if judged >= 100 and matched < judged * LOW_MATCH_RATE:
        return StopDecision(
            TerminationReason.LOW_MATCH_RATE,
            f"{matched} of {judged} judged candidates match; {detail}",
        )
    return StopDecision(TerminationReason.CANDIDATES_EXHAUSTED, detail)
