"""The judge that needs no model: typed rules that abstain."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

from netnew.domain.candidate import Candidate
from netnew.domain.condition import ConditionOutcome, MatchCondition, Verdict
from netnew.domain.enrichment import Enrichment, EnrichmentValue, Format
from netnew.domain.evidence import Confidence, EvidencePage, PageRole
from netnew.domain.ids import SnapshotId
from netnew.domain.ledger import JudgeProfile
from netnew.domain.page import Snapshot
from netnew.judges.rules.attributes import features
from netnew.judges.rules.evaluation.dispatch import leaf_finding
from netnew.judges.rules.facts import PageFacts, read_page
from netnew.judges.rules.field_values import claim_of, field_value, truth_value
from netnew.judges.rules.finding import Finding, FindingPage, unclear
from netnew.judges.rules.parsing.condition import parse
from netnew.judges.rules.parsing.fields import SUBJECT_STEMS
from netnew.judges.rules.predicate import AllOf, AnyOf, Leaf, Predicate, unread_parts
from netnew.ports.judging import EnrichRequest, JudgeRequest
from netnew.ports.system import Clock
from netnew.text.name_keys import name_key
from netnew.text.tokens import fold, stem, tokens
from netnew.text.typed_values import value_in

RULES_VERSION = "3"  # enters the ledger key: raise it when verdicts may change
KEPT_PAGES = 2000  # snapshots whose facts stay in memory

Tier = tuple[FindingPage, ...]


class RulesJudge:
    """Decides by typed rules; says `unclear` where nothing is stated. Never raises."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._facts: OrderedDict[SnapshotId, PageFacts] = OrderedDict()

    @property
    def profile(self) -> JudgeProfile:
        return JudgeProfile("rules", family=RULES_VERSION)

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        """One verdict a condition, in their order; pure computation, under a millisecond each."""
        tiers = self._tiers(request.evidence)
        about = entity_test(request.candidate, request.entity_type)
        return tuple(
            self._verdict(condition, request.entity_type, tiers, about)
            for condition in request.conditions
        )

    async def enrich(self, request: EnrichRequest) -> tuple[EnrichmentValue, ...]:
        """One value a field, in their order; None where no page states it."""
        tiers = self._tiers(request.evidence)
        about = entity_test(request.candidate, request.entity_type)
        kind = request.entity_type
        return tuple(self._value(asked, kind, tiers, about) for asked in request.enrichments)

    def unreadable(self, conditions: Sequence[MatchCondition]) -> Mapping[str, str]:
        """Condition name → the part of it that the rules cannot read."""
        found = {c.name: unread_parts(parse(c.description)) for c in conditions}
        return {name: "; ".join(parts) for name, parts in found.items() if parts}

    def _verdict(
        self,
        condition: MatchCondition,
        entity_type: str,
        tiers: Sequence[Tier],
        about: Callable[[str], bool],
    ) -> Verdict:
        predicate = parse(condition.description, entity_type)
        found = _finding(predicate, lambda leaf: _over_tiers(leaf, tiers, about))
        return Verdict(
            condition.name,
            found.outcome,
            found.value,
            found.citations,
            found.reasoning,
            found.confidence,
        ).proved()

    def _value(
        self,
        asked: Enrichment,
        entity_type: str,
        tiers: Sequence[Tier],
        about: Callable[[str], bool],
    ) -> EnrichmentValue:
        stated = field_value(asked, tiers, entity_type)
        if asked.format is not Format.BOOLEAN or value_in("boolean", stated.value or ""):
            return stated
        claim = MatchCondition(asked.name, claim_of(asked))
        judged = truth_value(asked, self._verdict(claim, entity_type, tiers, about))
        return judged if judged.value or not stated.value else stated

    def _tiers(self, evidence: Sequence[EvidencePage]) -> list[Tier]:
        """Pages by how much they count: own, then profiles, then mentions; each live before
        archived, and the newest first."""
        order = {PageRole.OWN: 0, PageRole.PROFILE: 1, PageRole.MENTION: 2}
        grouped: dict[tuple[int, bool], list[FindingPage]] = {}
        for item in evidence:
            if item.snapshot.is_evidence:
                key = (order[item.standing], item.snapshot.archived)
                grouped.setdefault(key, []).append(FindingPage(item, self._read(item.snapshot)))
        for pages in grouped.values():
            pages.sort(key=lambda p: p.evidence.snapshot.fetched_at, reverse=True)
        return [tuple(grouped[key]) for key in sorted(grouped, key=lambda k: (k[1], k[0]))]

    def _read(self, snapshot: Snapshot) -> PageFacts:
        facts = self._facts.get(snapshot.id)
        if facts is None:
            facts = read_page(snapshot)
            self._facts[snapshot.id] = facts
            if len(self._facts) > KEPT_PAGES:
                self._facts.popitem(last=False)
        else:
            self._facts.move_to_end(snapshot.id)
        return facts


def _finding(predicate: Predicate, decide: Callable[[Leaf], Finding]) -> Finding:
    if isinstance(predicate, AllOf):
        found = [_finding(part, decide) for part in predicate.parts]
        return _first_of(found, ConditionOutcome.UNMATCHED) or _joined(
            found, ConditionOutcome.MATCHED
        )
    if isinstance(predicate, AnyOf):
        found = [_finding(part, decide) for part in predicate.parts]
        return _first_of(found, ConditionOutcome.MATCHED) or _joined(
            found, ConditionOutcome.UNMATCHED
        )
    return decide(predicate)


def _first_of(found: Sequence[Finding], outcome: ConditionOutcome) -> Finding | None:
    return next((f for f in found if f.outcome is outcome), None)


def _joined(found: Sequence[Finding], outcome: ConditionOutcome) -> Finding:
    """All parts agree on `outcome`, with all their proofs; else the first unclear part."""
    if open_part := _first_of(found, ConditionOutcome.UNCLEAR):
        return open_part
    weakest = min((f.confidence for f in found), key=_STRENGTH.index)
    return Finding(
        outcome,
        "; ".join(dict.fromkeys(f.value for f in found if f.value)) or None,
        tuple(dict.fromkeys(c for f in found for c in f.citations)),
        "; ".join(dict.fromkeys(f.reasoning for f in found)),
        weakest,
    )


_STRENGTH = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)


def _over_tiers(leaf: Leaf, tiers: Sequence[Tier], about: Callable[[str], bool]) -> Finding:
    """What the first tier that decides says. Archived copies decide nothing on their own."""
    last = unclear("no page about it was read")
    for tier in tiers:
        if tier[0].evidence.snapshot.archived:
            continue
        mention = tier[0].evidence.standing is PageRole.MENTION
        found = leaf_finding(leaf, tier, _named(about) if mention else about)
        if found.outcome is not ConditionOutcome.UNCLEAR and not (mention and not _is_prose(found)):
            return found
        if "contradict" in found.reasoning:
            return found
        last = found if not mention else last
    return last


def _is_prose(found: Finding) -> bool:
    return all(not re.match(r"^[^.]{2,40}: \S", c.excerpt) for c in found.citations)


def _named(about: Callable[[str], bool]) -> Callable[[str], bool]:
    """On a page about several things only a sentence that begins with the name counts."""
    return lambda text: about("\x00" + text)


_PARTS = frozenset(
    ("build", "institut", "establishment", "us", "field", "servic", "scheme", "programm")
)
_SELF = frozenset(("we", "our", "it", "its", "they", "their", "us", "the", "this", "there", "no"))
_OTHERS = re.compile(
    r"\b(?:customers?|clients?|competitors?|rivals?|unlike|compared|others?|investors?"
    r"|companies like"
    r"|companies that|users? who|teams that|founders?)\b",
    re.IGNORECASE,
)


def entity_test(candidate: Candidate, entity_type: str) -> Callable[[str], bool]:
    """A test whether a sentence's beginning is about the candidate itself.

    It is where it begins with 'we', 'our', 'it', the entity's name or its type's word, or has no
    subject at all ('Filed under …'). With a leading NUL only the name counts.
    """
    names = {name_key(n) for n in (candidate.name, *candidate.identity.names) if n}
    kinds = {stem(w) for w in tokens(entity_type)}

    def about(text: str) -> bool:
        if text.startswith(
            "\x02"
        ):  # a noun: is it a word for the entity, or one of its attributes?
            words = [stem(w) for w in tokens(text[1:])]
            known = kinds | SUBJECT_STEMS | _PARTS
            return any(w in known for w in words)
        named_only = text.startswith("\x00")
        key = fold(text.lstrip("\x00"))
        if any(key.startswith(n) or f" {n} " in f" {key} " for n in names if n):
            return not named_only or any(key.startswith(n) for n in names if n)
        if named_only or _OTHERS.search(text):
            return False
        words = key.split()
        if not words or words[0] in _SELF or stem(words[0]) in kinds:
            return True
        if any(f[0] == "@" for f in features(words[0])):
            return True  # 'Admission is free.'
        return not re.match(r"^[A-Z][\w&.-]*(?:\s[A-Z][\w&.-]*)*\s+(?:is|was|has|acquired)\b", text)

    return about
