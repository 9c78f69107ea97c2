"""widen: more matches are wanted of a run, as many as it may have at most.

Like the commands in `life`, of which it is made.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from netnew.domain.errors import Conflict
from netnew.domain.run import Errand, Run, RunStatus, StopRequest, TerminationReason
from netnew.engine.life import RESUMABLE, continued, extended, resumed
from netnew.ports import Changes


def widened(run: Run, additional: int, most: int, now: datetime) -> Changes | None:
    """`additional` more matches are wanted, though no more than `most` in all. What ended short of
    its limit goes on, even where the limit stays; so does what is paused.

    None where all that is wanted is there. Raises Conflict where nothing is left to be found.
    """
    if is_asked_out(run):
        raise Conflict("it is exhausted: there are no more candidates to be found")
    room = max(0, min(additional, most - run.spec.match_limit))
    if not room:
        return _going_on(run, now)
    changes = extended(run, room, now)
    further = _unpaused(changes.run or run, now)
    if further is None:
        return changes
    return replace(further, events=(*changes.events, *further.events))


def is_asked_out(run: Run) -> bool:
    """Whether it ended since nothing more was to be found, whatever is done with it now besides."""
    asked_out = run.termination_reason is TerminationReason.CANDIDATES_EXHAUSTED
    return asked_out and (run.status.is_terminal or run.errand is Errand.ENRICH)


def _going_on(run: Run, now: datetime) -> Changes | None:
    if run.status.is_terminal and run.termination_reason in RESUMABLE:
        return resumed(run, now)
    return _unpaused(run, now)


def _unpaused(run: Run, now: datetime) -> Changes | None:
    is_pausing = run.status is RunStatus.RUNNING and run.stop_requested is StopRequest.PAUSE
    return continued(run, now) if is_pausing or run.status is RunStatus.PAUSED else None
