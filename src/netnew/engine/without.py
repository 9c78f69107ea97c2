"""A row without what belongs to another that was taken for it.

A verdict or value that rests on the other's pages proves nothing any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from netnew.domain.candidate import Candidate, Identity, MatchStatus, Merge
from netnew.domain.condition import Outcome, Verdict
from netnew.domain.enrichment import EnrichmentValue
from netnew.domain.evidence import Citation, Confidence
from netnew.domain.run import RunSpec
from netnew.engine.addresses import canonical_address, identity_key
from netnew.engine.verify import status_of

_TAKEN_ALONG = "not stated: it was read on a page of '{}', which is another"


class Gone:
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


def without(row: Candidate, gone: Gone, spec: RunSpec) -> Candidate:
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


def _identity_without(identity: Identity, gone: Gone) -> Identity:
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


def _verdict_without(verdict: Verdict, gone: Gone) -> Verdict:
    if not gone.proves(verdict.citations):
        return verdict
    return unproved(verdict.condition, gone.row.name)


def unproved(condition: str, name: str) -> Verdict:
    """What is left of a verdict that was read on a page of `name`."""
    why = _TAKEN_ALONG.format(name)
    return Verdict(condition, Outcome.UNCLEAR, reasoning=why, confidence=Confidence.LOW)


def _value_without(value: EnrichmentValue, gone: Gone) -> EnrichmentValue:
    if not gone.proves(value.citations):
        return value
    return EnrichmentValue(value.name, None, (), _TAKEN_ALONG.format(gone.row.name))
