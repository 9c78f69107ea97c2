"""A finished run with a match, an unclear and an unmatched candidate, for tests of interfaces."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import pytest

from netnew.domain.budget import Spend
from netnew.domain.candidate import Candidate, Identity, MatchStatus
from netnew.domain.condition import ConditionOutcome, MatchCondition, Verdict
from netnew.domain.enrichment import Enrichment, EnrichmentValue
from netnew.domain.evidence import Citation, Confidence, cite_quote
from netnew.domain.ids import LOCAL_WORKSPACE, SnapshotId, candidate_id, run_id
from netnew.domain.page import PageQuality, Segment, SegmentKind, Snapshot
from netnew.domain.run import Counts, Estimate, Run, RunSpec, RunStatus, TerminationReason

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that is over, its candidates, and the page they cite."""

    run: Run
    candidates: tuple[Candidate, ...]
    snapshot: Snapshot

    @property
    def matched(self) -> tuple[Candidate, ...]:
        return tuple(x for x in self.candidates if x.status is MatchStatus.MATCHED)


@pytest.fixture
def finished() -> Finished:
    snapshot = _snapshot()
    run = Run(
        id=run_id(UUID("0badcafe" + "0" * 24)),
        workspace_id=LOCAL_WORKSPACE,
        spec=RunSpec(
            objective="Teapot makers in Wales",
            entity_type="company",
            conditions=(
                MatchCondition("place", "Located in Wales"),
                MatchCondition("product", "Makes teapots"),
            ),
            enrichments=(Enrichment("founded", "Year of foundation"),),
            sources=("corpus:pots",),
            judge="rules",
        ),
        status=RunStatus.COMPLETED,
        created_at=NOW,
        updated_at=NOW,
        ended_at=NOW,
        termination_reason=TerminationReason.CANDIDATES_EXHAUSTED,
        counts=Counts(generated=3, matched=1, unmatched=1, unclear=1),
        spend=Spend(searches=4, pages=9, seconds=1.25, ledger_hits=2),
        estimate=Estimate(1.4, 1.0, 2.6, 0.8),
        judge_profile="rules/1",
    )
    return Finished(run, _candidates(run, snapshot), snapshot)


def _snapshot() -> Snapshot:
    return Snapshot(
        id=SnapshotId("snap-1"),
        url="https://brewer.example/about",
        final_url="https://brewer.example/about",
        status=200,
        quality=PageQuality.OK,
        fetched_at=NOW,
        segments=(
            Segment(0, SegmentKind.BODY, "We have made teapots since 1891."),
            Segment(1, SegmentKind.FACT, "Location: Cardiff, Wales", label="Location"),
        ),
    )


def _candidates(run: Run, snapshot: Snapshot) -> tuple[Candidate, ...]:
    def quoted(text: str) -> tuple[Citation, ...]:
        citation = cite_quote(snapshot, text)
        assert citation is not None
        return (citation,)

    def candidate(number: int, name: str, status: MatchStatus, *verdicts: Verdict) -> Candidate:
        url = f"https://{name.split()[0].lower().strip('=')}.example/"
        return Candidate(
            id=candidate_id(UUID(int=number)),
            run_id=run.id,
            identity=Identity(f"site:{number}", frozenset({f"site:{number}"}), (name,)),
            name=name,
            url=url,
            status=status,
            verdicts=verdicts,
            enrichments=(EnrichmentValue("founded", "1891", quoted("since 1891")),)
            if status is MatchStatus.MATCHED
            else (),
        )

    in_wales = Verdict(
        "place", ConditionOutcome.MATCHED, "Cardiff, Wales", quoted("Location: Cardiff, Wales")
    )
    elsewhere = Verdict("place", ConditionOutcome.UNMATCHED, "Cardiff", quoted("Cardiff, Wales"))
    makes = Verdict("product", ConditionOutcome.MATCHED, "teapots", quoted("made teapots"))
    silent = Verdict(
        "product",
        ConditionOutcome.UNCLEAR,
        reasoning="not stated: no page says so",
        confidence=Confidence.LOW,
    )
    return (
        candidate(1, "Brewer & Sons", MatchStatus.MATCHED, in_wales, makes),
        candidate(2, "=Kettle|Works", MatchStatus.UNCLEAR, in_wales, silent),
        candidate(3, "Cosy \x1b[31mred", MatchStatus.UNMATCHED, elsewhere),
    )
