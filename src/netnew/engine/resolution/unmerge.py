"""Undoes a merge: the lost entity is restored, with what belonged to it.

A verdict of the one kept that rests on the other's pages proves nothing any more: it is unclear
then, in the row and in the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from netnew.domain.candidate import Candidate, Identity, MatchStatus, Merge
from netnew.domain.condition import ConditionOutcome, Verdict
from netnew.domain.enrichment import EnrichmentValue
from netnew.domain.errors import Conflict, NotFound
from netnew.domain.event import CandidateDecided, CandidateEnriched, CandidateGenerated, EventBody
from netnew.domain.evidence import Citation, Confidence
from netnew.domain.ledger import LedgerEntry, LedgerKey
from netnew.domain.match_status import status_of
from netnew.domain.run import Counts, Run, RunSpec, RunStatus
from netnew.engine.resolution.pair_matching import BY_MODEL, pair_key
from netnew.engine.round_totals import as_told, rest_of
from netnew.engine.url_identity import canonical_address, identity_key
from netnew.ports.store import Changes


@dataclass(frozen=True, slots=True)
class Unmerge:
    """An undone merge, with the resulting rows of both entities."""

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


def unmerge(merge: Merge, log: Iterable[Merge], kept: Candidate, spec: RunSpec) -> Unmerge:
    """The two as they are once `merge` is undone. `log`: all merges of the run. `kept`: the row
    that has what was merged into `merge.kept`, or into what that became."""
    lost = merge.lost_candidate
    for earlier in log:  # what was split from it after it was lost does not come back with it
        if earlier.undone and earlier.kept == merge.lost:
            lost = without(lost, RemovedIdentity(earlier), spec)
    rest = without(kept, RemovedIdentity(merge), spec)
    before = merge.kept_identity or rest.identity
    return Unmerge(replace(merge, undone=True, kept_identity=before), rest, lost)


def unmerge_changes(run: Run, this: Unmerge, kept: Candidate, now: datetime) -> Changes:
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


def _events(this: Unmerge, kept: Candidate) -> tuple[EventBody, ...]:
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


def _forgotten(run: Run, this: Unmerge, kept: Candidate, now: datetime) -> list[LedgerEntry]:
    """Verdicts on record under the key both had, that rest on a page of who does not have it any
    more: they are asked anew. (An unclear one that was shown nothing holds for nobody.)"""
    gone = RemovedIdentity(this.merge)
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
    said = Verdict(key.condition_key, ConditionOutcome.UNMATCHED, reasoning="told apart by hand")
    return [LedgerEntry(key, said, frozenset(), now)]


_TAKEN_ALONG = "not stated: it was read on a page of '{}', which is another"


class RemovedIdentity:
    """What belongs to the one that is split off, and not to the other."""

    def __init__(self, merge: Merge) -> None:
        self.row = merge.lost_candidate
        self.identity = self.row.identity
        self.before = merge.kept_identity
        self._addresses = {self.row.url, *self.row.alternate_urls, *self.row.pages}
        self._others = self.before.keys if self.before else frozenset()

    def has(self, address: str) -> bool:
        """Whether what is at `address` is about it."""
        keys = {identity_key(address), f"at:{canonical_address(address)}"}
        if keys & self._others:
            return False
        return bool(keys & self.identity.keys) or address in self._addresses

    def proves(self, citations: Iterable[Citation]) -> bool:
        """Whether one of them is of its pages."""
        return any(self.has(c.url) for c in citations)


def without(row: Candidate, gone: RemovedIdentity, spec: RunSpec) -> Candidate:
    """`row` without what is of the other; its status is what the rest proves."""
    identity = _identity_without(row.identity, gone)
    pages = tuple(p for p in row.pages if not gone.has(p))
    others = tuple(u for u in row.alternate_urls if not gone.has(u))
    url = row.url
    if gone.has(url):
        url = next(iter((*pages, *others)), _address_of(identity.key))
    verdicts = tuple(_verdict_without(v, gone) for v in row.verdicts)
    is_judged = row.status in (MatchStatus.MATCHED, MatchStatus.UNMATCHED, MatchStatus.UNCLEAR)
    status = row.status
    if is_judged and verdicts != row.verdicts:
        status = status_of(verdicts, len(spec.conditions), spec.match_rule, bool(pages))
    return replace(
        row,
        identity=identity,
        name=row.name if row.name in identity.names or not identity.names else identity.names[0],
        url=url,
        description="" if row.description == gone.row.description else row.description,
        alternate_urls=tuple(u for u in others if u != url),
        pages=pages,
        status=status,
        verdicts=verdicts,
        enrichments=tuple(_value_without(v, gone) for v in row.enrichments),
    )


def _identity_without(identity: Identity, gone: RemovedIdentity) -> Identity:
    keys = identity.keys - gone.identity.keys
    own = {identity.key, *identity.own_keys} - gone.identity.keys
    known = gone.before.names if gone.before else ()
    names = tuple(n for n in identity.names if n in known or n not in gone.identity.names)
    key = identity.key
    if key in gone.identity.keys:
        best = [k for k in sorted(keys) if not k.startswith(("at:", "text:"))]
        key = gone.before.key if gone.before else next(iter(best), key)
    return Identity(key, keys, names or known, frozenset(own - {key}))


def _address_of(key: str) -> str:
    kind, _, place = key.partition(":")
    return f"https://{place}" if kind in ("site", "page") else key


def _verdict_without(verdict: Verdict, gone: RemovedIdentity) -> Verdict:
    if not gone.proves(verdict.citations):
        return verdict
    return unproved(verdict.condition, gone.row.name)


def unproved(condition: str, name: str) -> Verdict:
    """What is left of a verdict that was read on a page of `name`."""
    why = _TAKEN_ALONG.format(name)
    return Verdict(condition, ConditionOutcome.UNCLEAR, reasoning=why, confidence=Confidence.LOW)


def _value_without(value: EnrichmentValue, gone: RemovedIdentity) -> EnrichmentValue:
    if not gone.proves(value.citations):
        return value
    return EnrichmentValue(value.name, None, (), _TAKEN_ALONG.format(gone.row.name))
