"""Runs, candidates and events to convert."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from netnew.domain.candidate import Candidate, Identity, MatchStatus
from netnew.domain.condition import ConditionOutcome, MatchCondition, Verdict
from netnew.domain.event import Event, EventBody
from netnew.domain.evidence import Citation
from netnew.domain.ids import CandidateId, RunId, SnapshotId, WorkspaceId
from netnew.domain.run import Run, RunSpec, RunStatus

MADE_AT = datetime(2026, 3, 2, 9, 15, 4, 120331, tzinfo=UTC)
RUN_ID = RunId("run_5f0c2d6e0a4b4c52a3a2cf5a1f9d7c11")
CONDITIONS = (
    MatchCondition("domes", "It has more than two domes."),
    MatchCondition("tours", "It offers public tours."),
)


def run(status: RunStatus = RunStatus.RUNNING, **changes: Any) -> Run:
    spec = RunSpec("Find observatories", "observatory", CONDITIONS)
    made = Run(RUN_ID, WorkspaceId("local"), spec, status, MADE_AT, MADE_AT)
    return replace(made, **changes)


def key(number: int) -> CandidateId:
    return CandidateId(f"cand_{number:032x}")


def cited(url: str = "https://sky.test/about", excerpt: str = "It has three domes.") -> Citation:
    return Citation(SnapshotId("s"), url, 0, 0, len(excerpt), excerpt)


def verdict(name: str, outcome: ConditionOutcome, **changes: Any) -> Verdict:
    proof = () if outcome is ConditionOutcome.UNCLEAR else (cited(),)
    return replace(Verdict(name, outcome, citations=proof, reasoning="it says so"), **changes)


def verdicts(*outcomes: ConditionOutcome) -> tuple[Verdict, ...]:
    """One a condition."""
    return tuple(verdict(c.name, o) for c, o in zip(CONDITIONS, outcomes, strict=False))


def candidate(status: MatchStatus, *outcomes: ConditionOutcome, **changes: Any) -> Candidate:
    url = "https://sky.test"
    identity = Identity("site:sky.test", frozenset({"site:sky.test"}), ("Sky",))
    made = Candidate(key(1), RUN_ID, identity, "Sky", url, status=status)
    return replace(made, **({"verdicts": verdicts(*outcomes)} | changes))


def events(*bodies: EventBody) -> list[Event]:
    """Numbered from 1, a second apart."""
    return [
        Event(RUN_ID, seq, MADE_AT + timedelta(seconds=seq), body)
        for seq, body in enumerate(bodies, 1)
    ]
