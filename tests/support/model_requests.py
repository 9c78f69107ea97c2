"""Small requests for judges with a model, and the answers that models give to them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from netnew.domain.budget import Spend
from netnew.domain.candidate import Candidate, Identity
from netnew.domain.condition import MatchCondition, Verdict
from netnew.domain.enrichment import Enrichment, EnrichmentValue
from netnew.domain.evidence import EvidencePage, PageRole, holds_in
from netnew.domain.ids import candidate_id, run_id
from netnew.domain.page import Snapshot
from netnew.ports.judging import EnrichRequest, Judge, JudgeRequest
from netnew.testing import page

GERMAN = MatchCondition("place", "The company is headquartered in Germany.")
SMALL = MatchCondition("size", "The company has fewer than 20 people.")
ACME = page(
    "https://acme.example/about",
    "Acme Robotics",
    {"Head office": "Berlin, Germany", "Team size": "12"},
    ("Acme builds arms for kitchens.",),
)


def acme(
    name: str = "Acme Robotics", run: int = 2, url: str = "https://acme.example/"
) -> Candidate:
    ids = candidate_id(UUID(int=1)), run_id(UUID(int=run))
    return Candidate(*ids, Identity("site:acme.example", frozenset(), (name,)), name, url)


def shown(*pages: Snapshot, standing: PageRole = PageRole.OWN) -> tuple[EvidencePage, ...]:
    return tuple(EvidencePage(p, standing) for p in pages)


def asked(
    *conditions: MatchCondition,
    pages: Sequence[Snapshot] = (ACME,),
    may_fail: int | None = None,
    spent: list[Spend] | None = None,
    candidate: Candidate | None = None,
) -> JudgeRequest:
    charged = spent if spent is not None else []
    return JudgeRequest(
        candidate or acme(), "company", conditions, shown(*pages), may_fail, charged.append
    )


def judged(judge: Judge, request: JudgeRequest) -> dict[str, Verdict]:
    """The verdicts by condition; their order and every citation is checked."""
    verdicts = asyncio.run(judge.judge(request))
    names = [v.condition for v in verdicts]
    assert names == [c.name for c in request.conditions if c.name in names]
    pages = {e.snapshot.id: e.snapshot for e in request.evidence}
    for verdict in verdicts:
        assert all(holds_in(c, pages[c.snapshot_id]) for c in verdict.citations)
        assert bool(verdict.citations) is (verdict.outcome != "unclear")
    return {v.condition: v for v in verdicts}


def filled(
    judge: Judge, *fields: Enrichment, pages: Sequence[Snapshot] = (ACME,)
) -> dict[str, EnrichmentValue]:
    request = EnrichRequest(acme(), "company", fields, shown(*pages))
    return {v.name: v for v in asyncio.run(judge.enrich(request))}


def says(number: int, outcome: str, *quotes: str, **more: object) -> dict[str, Any]:
    """A model's verdict on condition `number`."""
    quoted = [{"passage": "", "text": text} for text in quotes]
    return {"condition": number, "outcome": outcome, "quotes": quoted, **more}


def verdicts(*given: dict[str, Any]) -> dict[str, Any]:
    return {"verdicts": list(given)}
