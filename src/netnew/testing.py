"""Fakes of the seams, for our tests and for yours.

Each is the smallest thing that fills its port: a clock that stands still, ids that count, a source
with fixed answers, a fetcher over fixed pages, a judge and a model that say what they are told. The
store has no fake: `store.open_store` on a file in a temporary folder is quick enough and real.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from netnew.domain.budget import Spend
from netnew.domain.condition import ConditionOutcome, MatchCondition, Verdict
from netnew.domain.enrichment import EnrichmentValue
from netnew.domain.evidence import cite
from netnew.domain.ids import SnapshotId
from netnew.domain.ledger import JudgeProfile
from netnew.domain.model_calls import answered
from netnew.domain.page import Fetched, Link, PageQuality, RawPage, Segment, SegmentKind, Snapshot
from netnew.domain.price import Price
from netnew.domain.search import Hit, SearchAnswer
from netnew.ports.judging import EnrichRequest, JudgeRequest
from netnew.ports.models import Charge, Prompt
from netnew.ports.store import PageStore

T = TypeVar("T")

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass(slots=True)
class FrozenClock:
    """A clock that moves only when told."""

    at: datetime = NOON
    seconds: float = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, by: timedelta) -> None:
        self.at += by
        self.seconds += by.total_seconds()


@dataclass(slots=True)
class CountingIds:
    """uuids 1, 2, 3 …"""

    last: int = 0

    def uuid(self) -> UUID:
        self.last += 1
        return UUID(int=self.last)


@dataclass(slots=True)
class FixedSource:
    """A source with the same answer always: query → hits, cut into pages of `per_page`."""

    answers: Mapping[str, Sequence[Hit]]
    spec: str = "fixed"
    enumerates: bool = False
    revision: str = ""
    per_page: int = 10
    asked: list[tuple[str, int]] = field(default_factory=list)

    async def search(self, query: str, page: int) -> SearchAnswer:
        self.asked.append((query, page))
        hits = tuple(self.answers.get(query, ()))
        start = (page - 1) * self.per_page
        return SearchAnswer(
            hits[start : start + self.per_page],
            has_more=start + self.per_page < len(hits),
            total=len(hits),
        )

    async def aclose(self) -> None:
        return


def page(
    url: str,
    title: str = "",
    facts: Mapping[str, str] | None = None,
    text: Sequence[str] = (),
    links: Sequence[Link] = (),
    at: datetime = NOON,
    final_url: str | None = None,
) -> Snapshot:
    """A snapshot as the extractor would make it of a small page: heading, facts, paragraphs."""
    parts: list[tuple[SegmentKind, str | None, str]] = []
    if title:
        parts.append((SegmentKind.HEADING, None, title))
    parts += [(SegmentKind.FACT, label, value) for label, value in (facts or {}).items()]
    parts += [(SegmentKind.BODY, None, block) for block in text]
    segments = tuple(
        Segment(i, kind, value if label is None else f"{label}: {value}", label)
        for i, (kind, label, value) in enumerate(parts)
    )
    digest = sha256(repr((title, facts, tuple(text))).encode()).hexdigest()[:32]
    return Snapshot(
        id=SnapshotId(f"{digest}-test"),
        url=url,
        final_url=final_url or url,
        status=200,
        quality=PageQuality.OK if segments else PageQuality.EMPTY,
        fetched_at=at,
        title=title,
        segments=segments,
        links=tuple(links),
    )


@dataclass(slots=True)
class FixedFetcher:
    """A fetcher over fixed pages, by address; all others are 404. Keeps what it reads in `store`,
    where one is given, as the real one does, and reads a page again once it is newer."""

    pages: Mapping[str, Snapshot]
    store: PageStore | None = None
    fetched: list[str] = field(default_factory=list)

    async def fetch(self, url: str, max_age: timedelta | None = None) -> Fetched:
        if self.store is not None:
            stored = await self.store.newest(url)
            newer = stored and url in self.pages and self.pages[url].fetched_at > stored.fetched_at
            if stored is not None and not newer and max_age != timedelta(0):
                return Fetched(stored, from_store=True)
        self.fetched.append(url)
        snapshot = self.pages.get(url) or _missing(url)
        if self.store is not None:
            body = snapshot.id.encode()
            raw = RawPage(
                url, snapshot.final_url, snapshot.status, body, "text/html", snapshot.fetched_at
            )
            await self.store.put(raw, snapshot)
        return Fetched(snapshot, from_store=False)


def _missing(url: str) -> Snapshot:
    digest = sha256(f"404 {url}".encode()).hexdigest()[:32]
    return Snapshot(SnapshotId(f"{digest}-test"), url, url, 404, PageQuality.ERROR, NOON)


Decide = Callable[[JudgeRequest, MatchCondition], ConditionOutcome]


@dataclass(slots=True)
class ScriptedJudge:
    """A judge that decides by a function; it cites the first segment of the first page.

    The default reads a condition 'Label: value' as: some page has that very fact. Without such a
    label anywhere it is unclear.
    """

    decide: Decide | None = None
    profile: JudgeProfile = JudgeProfile("scripted")
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        self.asked += [(request.candidate.name, c.name) for c in request.conditions]
        return tuple(self._verdict(request, c) for c in request.conditions)

    async def enrich(self, request: EnrichRequest) -> tuple[EnrichmentValue, ...]:
        return tuple(self._value(request, e.name) for e in request.enrichments)

    def unreadable(self, conditions: Sequence[MatchCondition]) -> Mapping[str, str]:
        return {}

    def _verdict(self, request: JudgeRequest, condition: MatchCondition) -> Verdict:
        if self.decide is not None:
            outcome = self.decide(request, condition)
            first = request.evidence[0].snapshot
            return Verdict(condition.name, outcome, None, (cite(first, first.segments[0]),))
        label = condition.description.split(":", 1)[0]
        for shown in request.evidence:
            for segment in shown.snapshot.segments:
                if segment.label == label:
                    held = segment.text == condition.description
                    outcome = ConditionOutcome.MATCHED if held else ConditionOutcome.UNMATCHED
                    proof = cite(shown.snapshot, segment)
                    return Verdict(condition.name, outcome, segment.value, (proof,))
        return Verdict(condition.name, ConditionOutcome.UNCLEAR, reasoning=f"not stated: {label}")

    def _value(self, request: EnrichRequest, name: str) -> EnrichmentValue:
        for shown in request.evidence:
            for segment in shown.snapshot.segments:
                if segment.label == name:
                    return EnrichmentValue(name, segment.value, (cite(shown.snapshot, segment),))
        return EnrichmentValue(name, None)


@dataclass(slots=True)
class ScriptedModel:
    """A language model that answers by a function: from the prompt to the answer, or to what it is
    made of (a mapping). What the function raises is raised. Every question counts as one request of
    `tokens`, that cost by `price`."""

    answer: Callable[[Prompt[Any]], object]
    name: str = "scripted:model"
    price: Price | None = None
    tokens: tuple[int, int] = (0, 0)
    asked: list[Prompt[Any]] = field(default_factory=list)

    async def ask(self, prompt: Prompt[T], charge: Charge) -> T:
        self.asked.append(prompt)
        cost = self.price.cost(*self.tokens) if self.price else 0.0
        outcomes = answered(self.name)
        charge(Spend(cost=cost, tokens=sum(self.tokens), model_calls=1, outcomes=outcomes))
        answer: T = TypeAdapter(prompt.answer).validate_python(self.answer(prompt))
        return answer
