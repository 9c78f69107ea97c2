"""The candidates of a run that are results here: with grade 4 or 5 in 75 % of the criteria.

A run made here counts them itself. One made elsewhere may go by another rule; then its candidates
are looked through.
"""

from __future__ import annotations

from netnew.api.dialects.extruct.criteria import QUALIFIES, criteria_of
from netnew.api.dialects.extruct.grades import is_qualified
from netnew.app.service import Service
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.ids import RunId
from netnew.domain.run import Run

_MAX_REMEMBERED = 10_000
# How many there were after the event of a number: a list of tasks would count them all again.
_counted: dict[tuple[RunId, int], int] = {}
_JUDGED = frozenset({MatchStatus.MATCHED, MatchStatus.UNCLEAR, MatchStatus.UNMATCHED})


async def judged_in(service: Service, run: Run) -> list[Candidate]:
    """Those that were judged, in the order they were found. The matches of an earlier run that
    this one looked at again are not of it."""
    found = service.queries.candidates(run.id)
    return [x async for x in found if x.status in _JUDGED and x.recheck is None]


async def qualified_in(service: Service, run: Run) -> list[Candidate]:
    """The results, in the order they were found."""
    criteria = criteria_of(run) or ()
    return [x for x in await judged_in(service, run) if is_qualified(x, criteria)]


async def count_qualified(service: Service, run: Run) -> int:
    """How many there are of them, which a run of the same rule knows."""
    conditions = len(run.spec.conditions)
    if run.spec.match_rule.needed(conditions) == QUALIFIES.needed(conditions):
        return run.counts.matched
    known = _counted.get((run.id, run.last_seq))
    if known is None:
        known = _counted[run.id, run.last_seq] = len(await qualified_in(service, run))
        while len(_counted) > _MAX_REMEMBERED:
            del _counted[next(iter(_counted))]
    return known
