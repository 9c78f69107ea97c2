"""Entity search: entities that may be meant, within seconds and without proof.

One or two rounds of discovery with small caps. Nothing is judged: results are ranked by their
ranks in the sources and by the words they share with the question. If there are too few, unread
search results and names on lists are added."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from netnew.domain.budget import Budget, Spend
from netnew.domain.errors import SourceUnavailable
from netnew.domain.ids import CandidateId, run_id
from netnew.domain.page import SegmentKind
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.context import RunContext
from netnew.engine.discovery.discovery import Discovery, Round
from netnew.engine.discovery.frontier import Frontier, QueryLead
from netnew.engine.discovery.relevance import Relevance
from netnew.engine.effort import Generator
from netnew.engine.planning.plan import Plan
from netnew.engine.reading.page_classifier import LIST_TITLE, TITLE_SPLIT
from netnew.engine.resolution.entity import Entity
from netnew.engine.resolution.exclusions import Exclusions
from netnew.engine.resolution.resolver import Resolver
from netnew.engine.url_identity import host_of, is_address
from netnew.text.name_keys import name_key
from netnew.text.tokens import content_words, fold, stem

MAX_ENTITIES = 1_000
DEADLINE_S = 8.0
MAX_ROUNDS = 2
# The share of the time for the first round, so that one slow page does not use all of it.
_FIRST_ROUND = 0.6
_EFFORT = Generator(
    "entity search",
    Budget(searches=10, pages=60),
    queries_per_round=6,
    pages_per_round=20,
    result_pages=2,
    facets=0,
    deeper_pages=0,
    patience=MAX_ROUNDS,
    walks_directories=False,
)
# Reciprocal ranks are added up: with this, two tenth places are worth more than one first.
_RANK_OFFSET = 10
# What a link of a list counts beside a place in an answer.
_LISTED = 0.5
# What one that shares no word with the question counts beside one that has them all.
_OFF_TOPIC = 0.1
_MAX_CHARS = 300
_WEIGHED_CHARS = 1_500
_MAX_OF_A_LIST = 200
# What links and pages are called that name nobody.
_NO_NAME = re.compile(
    r"(read |see |show |view |learn )?(more|all|here|details|profile|website|site|link|source|next"
    r"|previous|home|visit.*|open|edit|about|contact|login|sign (in|up)|download|share|\W*\d*\W*)"
    r"|page not found|(just )?(one|a) moment.*|domain for sale|access denied|(error )?40[34]\b.*",
    re.IGNORECASE,
)
_MAX_NAME_CHARS = 80
_OF_WHICH = re.compile(r"(in|with|of|by|for|near|from|at|on|that|which|and|to|whose)\b")


@dataclass(frozen=True, slots=True)
class FoundEntity:
    """An entity that may be meant. None of the three fields is ever empty."""

    name: str
    url: str
    description: str


@dataclass(slots=True)
class EntitySearch:
    """One search. `planned` was read by rules; `limit`: maximum number of results (1 to 1,000)."""

    context: RunContext
    planned: Plan
    limit: int
    _meter: BudgetMeter = field(init=False)
    _resolver: Resolver = field(init=False)
    _words: frozenset[str] = field(init=False)
    _sighted: list[tuple[Entity, float]] = field(default_factory=list)
    _said: dict[CandidateId, str] = field(default_factory=dict)
    _shared: dict[CandidateId, float] = field(default_factory=dict)
    _directories: set[str] = field(default_factory=set)
    _until: float = math.inf

    def __post_init__(self) -> None:
        context, spec = self.context, self.planned.spec
        self._meter = BudgetMeter(_EFFORT.budget, context.clock)
        excluded = Exclusions.of(spec.exclude)
        self._resolver = Resolver(run_id(context.ids.uuid()), context.clock, excluded)
        said = (spec.objective, spec.entity_type, *(c.description for c in spec.conditions))
        self._words = frozenset(stem(w) for text in said for w in content_words(text))

    @property
    def spend(self) -> Spend:
        """What it took so far."""
        return self._meter.spend

    async def found(self) -> list[FoundEntity]:
        """The results, best first, without duplicates. Raises SourceUnavailable if no source
        answered."""
        rounds = await self._rounds()
        ranked = [e for e in self._ranked() if self._relevance(e) > 0]
        if len(ranked) < self.limit:
            known = {e.id for e in ranked}
            for this in rounds:
                self._take_hits(this)
                self._take_lists(this)
            ranked += [e for e in self._ranked() if e.id not in known]
        return self._once([self._as_found(e) for e in ranked])[: self.limit]

    # ----------------------------------------------------------------------------- looking

    async def _rounds(self) -> list[Round]:
        began, discovery = self.context.clock.monotonic(), self._discovery()
        rounds: list[Round] = []
        for share in (_FIRST_ROUND, 1.0):
            self._until = began + DEADLINE_S * share
            this = await discovery.round()
            rounds.append(this)
            self._note(this)
            if discovery.only_failures and this.failures:
                last = this.failures[-1]
                raise SourceUnavailable(last.source, last.problem)
            discovery.learn(this)
            if await self._is_late() or len(self._ranked()) >= self.limit:
                break
        return rounds

    def _discovery(self) -> Discovery:
        spec = self.planned.spec
        discovery = Discovery(
            self.context,
            spec,
            _EFFORT,
            self._meter,
            self._resolver,
            Frontier(_EFFORT.result_pages),
            Relevance(spec, self.context.clock.now().date()),
            self._is_late,
        )
        discovery.start(self.planned.queries)
        return discovery

    async def _is_late(self) -> bool:
        return self.context.clock.monotonic() >= self._until

    # -------------------------------------------------------------------------- taking note

    def _note(self, this: Round) -> None:
        """Who was sighted, and at which place."""
        self._directories.update(host_of(url) for url in this.lists)
        for lead, entities in this.sighted:
            weight = 1.0 if isinstance(lead, QueryLead) else _LISTED
            for place, entity in enumerate(entities):
                self._sighted.append((entity, weight / (place + _RANK_OFFSET)))
        for answer in this.answers:
            for hit in answer.hits:
                known = self._resolver.entity_at(hit.url)
                if known is not None and hit.snippet:
                    self._said.setdefault(known.id, hit.snippet)

    def _take_hits(self, this: Round) -> None:
        """Results whose pages were not read, or say nothing; not the pages that name many."""
        for answer in this.answers:
            for place, hit in enumerate(answer.hits):
                if hit.url not in this.lists and not LIST_TITLE.search(hit.title):
                    name = hit.name or _name_in(hit.title, hit.url)
                    self._mention(hit.url, name, hit.snippet, 1.0 / (place + _RANK_OFFSET))

    def _take_lists(self, this: Round) -> None:
        for items in this.lists.values():
            for place, link in enumerate(items[:_MAX_OF_A_LIST]):
                worth = _LISTED / (place + _RANK_OFFSET)
                self._mention(link.url, link.text, link.context, worth)

    def _mention(self, url: str, name: str, about: str, worth: float) -> None:
        name = " ".join(name.split())
        if not is_address(url) or not 1 < len(name) <= _MAX_NAME_CHARS:
            return
        if self._resolver.entity_at(url) is not None:
            return
        entity = self._resolver.add_mention(url, name)
        if entity is not None:
            self._sighted.append((entity, worth))
            if about:
                self._said.setdefault(entity.id, about)

    # ----------------------------------------------------------------------------- ranking

    def _ranked(self) -> list[Entity]:
        places: dict[CandidateId, float] = {}
        living: dict[CandidateId, Entity] = {}
        for sighted, worth in self._sighted:
            entity = self._resolver.living(sighted)
            living[entity.id] = entity
            places[entity.id] = places.get(entity.id, 0.0) + worth

        def worth_of(entity: Entity) -> float:
            is_directory = entity.key.removeprefix("site:") in self._directories
            worth = places[entity.id] * (_OFF_TOPIC + self._relevance(entity))
            return worth * _OFF_TOPIC if is_directory else worth

        named = [e for e in living.values() if self._names_one(e.name)]
        return sorted(named, key=lambda e: (-worth_of(e), e.ordinal))

    def _names_one(self, name: str) -> bool:
        """'Museums in France' is a list, 'Museum of Bread' is a museum, 'Home' is nobody."""
        if _NO_NAME.fullmatch(name):
            return False
        *_, kind = ["", *content_words(self.planned.spec.entity_type)]
        first, _, rest = name.casefold().removeprefix("the ").partition(" ")
        is_plural = first != kind.casefold() and stem(first) == stem(kind)
        return not (is_plural and (not rest or _OF_WHICH.match(rest)))

    def _once(self, found: list[FoundEntity]) -> list[FoundEntity]:
        """Of one name, a directory's page about it only where no other address is known."""
        others = {name_key(x.name) for x in found if host_of(x.url) not in self._directories}
        return [
            x
            for x in found
            if host_of(x.url) not in self._directories or name_key(x.name) not in others
        ]

    def _relevance(self, entity: Entity) -> float:
        """The share of the question's words that it has, 0..1."""
        known = self._shared.get(entity.id)
        if known is None:
            text = " ".join((*entity.names, entity.description, self._said.get(entity.id, "")))
            for page in entity.evidence()[:1]:
                text += " " + " ".join(s.text for s in page.snapshot.segments)[:_WEIGHED_CHARS]
            words = {stem(w) for w in content_words(text)}
            known = len(words & self._words) / max(1, len(self._words))
            self._shared[entity.id] = known
        return known

    def _as_found(self, entity: Entity) -> FoundEntity:
        """With its own address where one is known, though nobody has been there."""
        own = entity.website if entity.website and not entity.own_pages else None
        url = own or entity.url
        return FoundEntity(entity.name, url, self._description(entity, url))

    def _description(self, entity: Entity, url: str) -> str:
        bodies = (
            s.text
            for page in entity.evidence()
            for s in page.snapshot.segments
            if s.kind is SegmentKind.BODY and not s.boilerplate
        )
        said = (entity.description, self._said.get(entity.id, ""), next(bodies, ""))
        short = (" ".join(text.split())[:_MAX_CHARS] for text in said)
        kind = self.planned.spec.entity_type or "entity"
        return next(filter(None, short), f"{kind}, found at {host_of(url) or url}")


def _name_in(title: str, url: str) -> str:
    """The part of a result's title that names who it is about: what the host has too, else the
    first."""
    context = [x.strip() for x in TITLE_SPLIT.split(title) if x.strip()]
    host = fold(host_of(url).partition(".")[0]).replace(" ", "")
    named = [x for x in context if len(key := fold(x).replace(" ", "")) > 2 and key in host]
    return next(iter([*named, *context]), "")
