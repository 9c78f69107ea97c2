"""split: undo a merge. Who was lost comes back as he was, and takes along what was his.

A verdict of the one kept that rests on the other's pages proves nothing any more: it is unclear
then, in the row and in the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from netnew.domain.candidate import Candidate, MatchStatus, Merge
from netnew.domain.condition import Outcome, Verdict
from netnew.domain.errors import Conflict, NotFound
from netnew.domain.event import CandidateDecided, CandidateEnriched, CandidateGenerated, EventBody
from netnew.domain.ledger import LedgerEntry, LedgerKey
from netnew.domain.run import Counts, Run, RunSpec, RunStatus
from netnew.engine.grey_zone import BY_MODEL, pair_key
from netnew.engine.round_totals import as_told, rest_of
from netnew.engine.without import Gone, unproved, without
from netnew.ports import Changes


@dataclass(frozen=True, slots=True)
class Split:
    """A merge undone, and the rows of both as they are then."""

    merge: Merge
    kept: Candidate
    lost: Candidate


def merge_numbered(number: int, log: Sequence[Merge], run: Run) -> Merge:
    """The merge of a number (from 1) in the log of a run. Raises NotFound, and Conflict where it
    is undone already."""
    if not 1 <= number <= len(log):
        raise NotFound("merge", str(number))
    merge = log[number - 1]
    if merge.undone:
        raise Conflict(f"merge {number} of {run.id} is undone already")
    return merge


def split(merge: Merge, log: Iterable[Merge], kept: Candidate, spec: RunSpec) -> Split:
    """The two as they are once `merge` is undone. `log`: all merges of the run. `kept`: the row
    that has what was merged into `merge.kept`, or into what that became."""
    lost = merge.lost_candidate
    for earlier in log:  # what was split from it after it was lost does not come back with it
        if earlier.undone and earlier.kept == merge.lost:
            lost = without(lost, Gone(earlier), spec)
    rest = without(kept, Gone(merge), spec)
    before = merge.kept_identity or rest.identity
    return Split(replace(merge, undone=True, kept_identity=before), rest, lost)


def split_changes(run: Run, this: Split, kept: Candidate, now: datetime) -> Changes:
    """What is written of a split: rows, log, counters, events, and what the ledger is to forget.
    `kept`: its row until now. Raises Conflict for a run under way."""
    if not run.status.is_terminal and run.status is not RunStatus.PAUSED:
        raise Conflict(
            f"{run.id} is {run.status}; a merge can be undone once it has ended or is paused"
        )
    counts = _moved(run.counts, this.lost.status, 1)
    counts = _moved(_moved(counts, kept.status, -1), this.kept.status, 1)
    counts = replace(counts, discarded=counts.discarded - 1)
    run = replace(run, counts=counts, updated_at=now)
    return Changes(
        run.id,
        events=(*_events(this, kept), *rest_of(run)),
        run=as_told(run),
        candidates=(this.lost, this.kept),
        merges=(this.merge,),
        ledger=(*_forgotten(run, this, kept, now), *_told_apart(run, this.merge, now)),
    )


# ------------------------------------------------------------------------------------------ inside


def _moved(counts: Counts, status: MatchStatus, by: int) -> Counts:
    """With so many more that stand so; `generated` counts them all."""
    counts = replace(counts, generated=counts.generated + by)
    if status is MatchStatus.MATCHED:
        return replace(counts, matched=counts.matched + by)
    if status is MatchStatus.UNMATCHED:
        return replace(counts, unmatched=counts.unmatched + by)
    if status is MatchStatus.UNCLEAR:
        return replace(counts, unclear=counts.unclear + by)
    return counts


def _events(this: Split, kept: Candidate) -> tuple[EventBody, ...]:
    events: list[EventBody] = [
        CandidateGenerated(this.lost.id, this.lost.name, this.lost.url, this.lost.description),
        *_said_of(this.lost),
    ]
    if (this.kept.status, this.kept.verdicts) != (kept.status, kept.verdicts):
        events += _said_of(this.kept)
    return tuple(events)


def _said_of(row: Candidate) -> list[EventBody]:
    said: list[EventBody] = []
    if row.status is not MatchStatus.GENERATED:
        said.append(
            CandidateDecided(row.id, row.name, row.url, row.status, row.verdicts, row.description)
        )
    if row.enrichments:
        said.append(CandidateEnriched(row.id, row.enrichments))
    return said


def _forgotten(run: Run, this: Split, kept: Candidate, now: datetime) -> list[LedgerEntry]:
    """Verdicts on record under the key both had, that rest on a page of who does not have it any
    more: they are asked anew. (An unclear one that was shown nothing holds for nobody.)"""
    gone = Gone(this.merge)
    key = kept.identity.key
    is_of_lost = key in gone.identity.keys
    other = kept.name if is_of_lost else gone.row.name
    conditions = {c.name: c for c in run.spec.conditions}
    return [
        LedgerEntry(
            LedgerKey(
                key,
                run.spec.entity_type.casefold(),
                conditions[v.condition].key,
                run.judge_profile,
            ),
            unproved(v.condition, other),
            frozenset(),
            now,
        )
        for v in kept.verdicts
        if v.condition in conditions and any(gone.has(c.url) != is_of_lost for c in v.citations)
    ]


def _told_apart(run: Run, merge: Merge, now: datetime) -> list[LedgerEntry]:
    """What a model said is overruled, for every run to come."""
    if not merge.reason.startswith(BY_MODEL) or merge.kept_identity is None:
        return []
    pair = (merge.kept_identity.key, merge.lost_candidate.identity.key)
    key = pair_key(*pair, run.spec.entity_type, run.judge_profile)
    said = Verdict(key.condition_key, Outcome.UNMATCHED, reasoning="told apart by hand")
    return [LedgerEntry(key, said, frozenset(), now)]
