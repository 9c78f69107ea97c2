"""Rounds of queries and links, whose pages are read and become entities.

A round takes the most promising leads, follows them concurrently, and processes the answers in
the order of the leads, so that equal answers give equal runs. Each page is an entity's page, a
list whose items become leads, or an article whose mentions become leads."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from netnew.domain.budget import Cap, Spend
from netnew.domain.candidate import MatchStatus
from netnew.domain.errors import SourceMisconfigured, SourceUnavailable
from netnew.domain.event import SourceFailed
from netnew.domain.page import Link, Snapshot
from netnew.domain.run import RunSpec
from netnew.domain.search import Hit, SearchAnswer
from netnew.domain.source_spec import redacted
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.cancellable_gather import gather_until
from netnew.engine.context import RunContext, source_key
from netnew.engine.discovery.facets import Facets
from netnew.engine.discovery.frontier import Frontier, QueryLead
from netnew.engine.discovery.indirect_mentions import MentionFinder
from netnew.engine.discovery.link_queue import PageLead
from netnew.engine.discovery.prefetch import Prefetcher
from netnew.engine.discovery.relevance import Relevance
from netnew.engine.effort import Generator
from netnew.engine.estimation.estimate import OWN_WORDS
from netnew.engine.planning.queries import Families, core_queries, own_words
from netnew.engine.planning.search_terms import search_terms
from netnew.engine.reading.page_classifier import PageKind, PageReading, read_page
from netnew.engine.resolution.entity import Entity
from netnew.engine.resolution.resolver import Resolver
from netnew.engine.url_identity import host_of, is_urn
from netnew.ports.sources import Source
from netnew.text.tokens import fold

# The expected yield of a planned query's first page, and the maximum of a follow-up.
PLANNED_PROMISE = 4.0
FOLLOW_UP_PROMISE = 2.0
# A query whose last page still had this many matches hides more.
SATURATED_MATCHES = 2
MAX_BASES = 4
# Pages read between two checks whether the run should stop.
READ_AT_ONCE = 64


@dataclass(slots=True)
class Round:
    """The results of one round: which lead sighted which entities, and what failed.
    `known_before`: number of entities known at its start; `mark`: for
    `EntityCounts.matched_since`. `answers` belong to `queries`; `lists`: pages that name many
    entities, by requested address, with their links."""

    number: int
    known_before: int
    mark: int
    queries: list[QueryLead] = field(default_factory=list)
    sighted: list[tuple[QueryLead | PageLead, list[Entity]]] = field(default_factory=list)
    has_more: dict[int, bool] = field(default_factory=dict)
    failures: list[SourceFailed] = field(default_factory=list)
    answers: list[SearchAnswer] = field(default_factory=list)
    lists: dict[str, tuple[Link, ...]] = field(default_factory=dict)

    @property
    def effort(self) -> float:
        """Leads followed, where a link counts a tenth of a result page; infinite if no lead was
        worth following, since the next round would find none either."""
        links = len(self.sighted) - len(self.queries)
        return len(self.queries) + 0.1 * links if self.sighted else math.inf


@dataclass(slots=True)
class Discovery:
    """The discovery of one run. `halted`: whether the run should stop now, within a round.
    `ahead`: prefetches for the next round (None: no prefetching)."""

    context: RunContext
    spec: RunSpec
    generator: Generator
    meter: BudgetMeter
    resolver: Resolver
    frontier: Frontier
    relevance: Relevance
    halted: Callable[[], Awaitable[bool]]
    ahead: Prefetcher | None = None
    facets: Facets = field(default_factory=Facets)
    families: Families = field(default_factory=Families)
    mention_finder: MentionFinder = field(init=False)
    _own_words: dict[str, str] = field(default_factory=dict)
    _saturated: set[str] = field(default_factory=set)
    _rounds: int = 0
    _asked: int = 0
    _failed: int = 0
    _opened_follow_ups: bool = False

    def __post_init__(self) -> None:
        run_id = self.resolver.run_id
        self.mention_finder = MentionFinder.of(self.spec, run_id, self.relevance, self.generator)

    @property
    def only_failures(self) -> bool:
        """Whether sources were queried and none has ever answered."""
        return 0 < self._asked == self._failed and not self.resolver.entities

    @property
    def hides_more(self) -> bool:
        """Whether queries were cut off at their maximum depth without a facet to split them by."""
        return bool(self._saturated) and not self._opened_follow_ups

    @property
    def open_own_words(self) -> int | None:
        """How many queries in the question's own words have unread pages; None if all sources
        are lists."""
        if all(source.enumerates for source in self.context.sources):
            return None
        return self.frontier.open_pages_of(self._own_words)

    @property
    def is_walked(self) -> bool:
        """Whether all sources are lists and have been read completely."""
        only_lists = all(source.enumerates for source in self.context.sources)
        return only_lists and not self.frontier.open_queries

    @property
    def open_leads(self) -> int:
        return self.frontier.open_leads + len(self.mention_finder.mentions)

    def start(self, queries: Sequence[str]) -> None:
        """Open the planned queries on every searchable source, and the lists of the others."""
        queries = (*queries, *self.mention_finder.queries)
        asked = own_words(self.spec, self.context.clock.now().date())
        self._own_words = {fold(query): f"{OWN_WORDS}{n}" for n, query in enumerate(asked)}
        for source in self.context.sources:
            if source.enumerates:
                self.frontier.add_query(source.spec, "", f"list:{source.spec}", PLANNED_PROMISE * 2)
                continue
            for rank, query in enumerate(queries):
                promise = PLANNED_PROMISE * (1 - 0.5 * rank / max(1, len(queries)))
                unit = self.families.unit_of(query)
                self.frontier.add_query(source.spec, query, unit, promise, True)

    def look_ahead(self, this: Round) -> None:
        """Prefetch what the round after `this` will probably need, while this one is judged."""
        if self.ahead is None:
            return
        most = self.generator.queries_per_round
        further = [
            replace(lead, page=lead.page + 1, promise=PLANNED_PROMISE / 2)
            for lead in this.queries
            if this.has_more[id(lead)] and lead.page < self.generator.result_pages
        ]
        likely = self.frontier.likely_queries(most, further)
        queries = [lead for lead in likely if not self.mention_finder.is_mention(lead.unit)]
        busy = len(queries) >= most // 2
        links = self.frontier.likely_pages(
            self.generator.pages_per_round, self.relevance.on_topic if busy else 0.0
        )
        self.ahead.begin(queries, links, set(self.frontier.read))

    async def round(self) -> Round:
        """Follow the best open leads."""
        self._rounds += 1
        this = Round(self._rounds, len(self.resolver.entities), self.resolver.entity_counts.mark)
        self.mention_finder.open(self.frontier, self._asked_sources, self._match_rate())
        this.queries = self._affordable(
            self.frontier.take_queries(self.generator.queries_per_round)
        )
        asked = await gather_until([self._ask(lead, this) for lead in this.queries], self.halted)
        answers = this.answers = [
            self.mention_finder.worth_reading(lead.query, answer or SearchAnswer(()))
            for lead, answer in zip(this.queries, asked, strict=True)
        ]
        wanted: dict[str, None] = {}
        for lead, answer in zip(this.queries, answers, strict=True):
            this.has_more[id(lead)] = answer.has_more
            for hit in answer.hits:
                if self.frontier.mark_read(hit.url):
                    wanted[hit.url] = None
        links = self._links(len(this.queries))
        for page in links:
            if self.frontier.mark_read(page.url):
                wanted[page.url] = None
        read = await self._read(list(wanted))
        unread = wanted.keys() - read.keys()
        await self._hear(read)
        for lead, answer in zip(this.queries, answers, strict=True):
            sighted = await self._take_note(this, lead, answer.hits, read, unread)
            this.sighted.append((lead, sighted))
        for page in links:
            hits = (Hit(page.url),)
            this.sighted.append((page, await self._take_note(this, page, hits, read, unread)))
        await self._visit_websites(this)
        return this

    def learn(self, this: Round) -> None:
        """After the round's entities were judged: learn what its leads brought, and open
        follow-ups."""
        rate = self._match_rate()
        matched_now = {e.id for e in self.resolver.entity_counts.matched_since(this.mark)}
        for lead, entities in this.sighted:
            now = [e for e in _living(entities) if e.status is MatchStatus.MATCHED]
            new = [e for e in now if e.id in matched_now]
            if self.mention_finder.learn(lead.unit, _living(entities), bool(new)):
                continue
            if isinstance(lead, PageLead):
                self.frontier.learn(lead.unit, bool(new))
                continue
            fresh = sum(e.ordinal >= this.known_before for e in _living(entities))
            promise = 0.7 * len(new) + 0.15 * len(now) + rate * fresh
            source = self._source(lead.source)
            if source.enumerates:
                if this.has_more[id(lead)]:
                    self.frontier.put(replace(lead, page=lead.page + 1))
                continue
            at_end = lead.page >= self.generator.result_pages or not this.has_more[id(lead)]
            if len(now) >= SATURATED_MATCHES and at_end and lead.page > 1:
                self._saturated.add(lead.query.casefold())
            self.frontier.follow(lead, this.has_more[id(lead)], promise)
        for entity in self.resolver.entity_counts.for_facets.take():
            if entity.merged_into is None and entity.status is not MatchStatus.GENERATED:
                for page in entity.evidence():
                    self.facets.learn(page.snapshot, entity.status is MatchStatus.MATCHED)
        if self.frontier.open_queries < self.generator.queries_per_round:
            self._open_follow_ups()

    # ------------------------------------------------------------------------------- inside

    def _match_rate(self) -> float:
        """The share of decided candidates that match, with a prior of one in twenty: the promise
        of a new one. Unclear candidates are ignored."""
        counts = self.resolver.counts()
        return (counts.matched + 1) / (counts.matched + counts.unmatched + 20)

    @property
    def _asked_sources(self) -> list[str]:
        return [source.spec for source in self.context.sources if not source.enumerates]

    async def _hear(self, read: dict[str, Snapshot], are_others: bool = False) -> None:
        """Take note of whom the pages name."""
        pages, meter = list(read.values()), self.meter
        await self.mention_finder.hear(
            pages, self.frontier, self.context, meter, self.halted, are_others
        )

    def _source(self, spec: str) -> Source:
        return next(s for s in self.context.sources if s.spec == spec)

    def _affordable(self, leads: list[QueryLead]) -> list[QueryLead]:
        """As many as the cap on searches still allows; the others stay open."""
        left = self.meter.left(Cap.SEARCHES)
        if left is None or left >= len(leads):
            return leads
        for lead in leads[left:]:
            self.frontier.put(lead)
        return leads[:left]

    def _links(self, queries_taken: int) -> list[PageLead]:
        """Links to follow in this round. Unpromising ones wait until queries are exhausted."""
        count = self.generator.pages_per_round
        if queries_taken >= self.generator.queries_per_round // 2:
            taken = self.frontier.take_pages(count)
            later = [x for x in taken if x.worth < self.relevance.on_topic]
            for lead in later:
                self.frontier.add_page(lead.url, lead.unit, lead.worth)
            return [x for x in taken if x.worth >= self.relevance.on_topic]
        return self.frontier.take_pages(count)

    async def _ask(self, lead: QueryLead, this: Round) -> SearchAnswer:
        """The answer to a lead, from the store if fresh; empty if the source failed."""
        since = self.context.clock.now() - self.context.search_max_age
        searches = self.context.store.searches
        source = self._source(lead.source)
        kept_as = source_key(self.context, lead.source)
        known = await searches.get(kept_as, lead.query, lead.page, since)
        if known is not None:
            ahead = self.ahead is not None and self.ahead.has_asked(
                (kept_as, lead.query, lead.page)
            )
            self.meter.add(Spend(searches=1) if ahead else Spend(stored_searches=1))
            return known
        self.meter.add(Spend(searches=1))
        self._asked += 1
        try:
            answer = await source.search(lead.query, lead.page)
        except (SourceUnavailable, SourceMisconfigured) as error:
            this.failures.append(SourceFailed(redacted(lead.source), lead.query, error.problem))
            self._failed += 1
            return SearchAnswer(())
        if answer.cost:
            self.meter.add(Spend(cost=answer.cost))
        await searches.put(kept_as, lead.query, lead.page, answer, self.context.clock.now())
        return answer

    async def _read(self, urls: list[str]) -> dict[str, Snapshot]:
        """Fetch the pages, as many as the cap allows, by requested address."""
        left = self.meter.left(Cap.PAGES)
        urls = urls if left is None else urls[:left]
        read: dict[str, Snapshot] = {}
        for start in range(0, len(urls), READ_AT_ONCE):
            if await self.halted():
                break
            some = urls[start : start + READ_AT_ONCE]
            fetched = await gather_until([self.context.fetcher.fetch(u) for u in some], self.halted)
            for url, one in zip(some, fetched, strict=True):
                if one is not None:
                    ahead = self.ahead is not None and self.ahead.has_read(url)
                    is_stored = one.from_store and not ahead
                    self.meter.add(Spend(stored_pages=1) if is_stored else Spend(pages=1))
                    read[url] = one.snapshot
        return read

    async def _take_note(
        self,
        this: Round,
        lead: QueryLead | PageLead,
        hits: Sequence[Hit],
        read: dict[str, Snapshot],
        unread: set[str],
    ) -> list[Entity]:
        """The entities of the hits, each once, recorded as sighted by the lead."""
        entities: dict[str, Entity] = {}
        for hit in hits:
            snapshot = read.pop(hit.url, None)
            entity = (
                self.resolver.entity_at(hit.url) if snapshot is None else self._add(this, snapshot)
            )
            if entity is None and hit.name is not None:
                entity = self.resolver.add_mention(hit.url, hit.name)
                if entity is not None and hit.url in unread:
                    entity.changed = False  # not read yet is different from saying nothing
            if entity is not None:
                entity.sight(lead.unit)
                if isinstance(lead, QueryLead) and (mark := self._own_words.get(fold(lead.query))):
                    entity.sight(mark)
                entities.setdefault(entity.id, entity)
        return list(entities.values())

    def _add(self, this: Round, snapshot: Snapshot) -> Entity | None:
        reading = read_page(snapshot)
        if reading.kind in (PageKind.LIST, PageKind.ARTICLE):
            this.lists[snapshot.url] = reading.items
        self._open_links(snapshot, reading)
        return self.resolver.add_page(snapshot, reading)

    def _open_links(self, snapshot: Snapshot, reading: PageReading) -> None:
        """Turn a list's items and its next page into leads."""
        if reading.kind in (PageKind.LIST, PageKind.ARTICLE):
            unit = f"list:{host_of(snapshot.final_url)}"
            page_worth = self.relevance.of_list(snapshot)
            for link in reading.items:
                worth = self.relevance.of_item(link, page_worth)
                if worth >= self.relevance.on_topic or self.generator.walks_directories:
                    self.frontier.add_page(link.url, unit, worth)
            if snapshot.next_url is not None and reading.kind is PageKind.LIST:
                self.frontier.add_page(snapshot.next_url, unit, page_worth)

    async def _visit_websites(self, this: Round) -> None:
        """Read the own site of entities known only by a profile: own pages come first."""
        waiting = {
            e.id: e
            for _, entities in this.sighted
            for e in _living(entities)
            if e.website and not is_urn(e.website) and not e.own_pages and not e.visited
        }
        targets = [e for e in waiting.values() if e.website is not None]
        read = await self._read([cast(str, e.website) for e in targets])
        await self._hear(read, are_others=True)
        for entity in targets:
            snapshot = read.get(cast(str, entity.website))
            if snapshot is not None:
                self.frontier.mark_read(snapshot.final_url)
                self.resolver.add_website(entity, snapshot, read_page(snapshot))
                entity.visited = True

    def _open_follow_ups(self) -> None:
        """Split large queries by values that matches have, and search for terms as matches spell
        them."""
        today = self.context.clock.now().date()
        asked = [s.spec for s in self.context.sources if not s.enumerates]
        if not asked:
            return
        bases = core_queries(search_terms(self.spec, today), self.facets.variants)
        for source in asked:
            for base in bases:
                if base:
                    self.frontier.add_query(source, base, "variant", FOLLOW_UP_PROMISE)
        full = [b for b in bases if b.casefold() in self._saturated] or list(bases[:2])
        opened = 0
        for label, value, share in self._facet_values():
            for source in asked:
                for base in full[:MAX_BASES]:
                    if fold(value) in fold(base):
                        continue
                    query = f"{base} {value}".strip()
                    promise = 0.2 + FOLLOW_UP_PROMISE * share
                    opened += self.frontier.add_query(source, query, f"facet:{label}", promise)
            self._opened_follow_ups = self._opened_follow_ups or opened > 0
            if opened >= self.generator.facets:
                return

    def _facet_values(self) -> list[tuple[str, str, float]]:
        limit = self.generator.facets * 4
        named = self.relevance.values
        return self.facets.best(limit, named) + self.facets.unseen(limit, named)


def _living(entities: Sequence[Entity]) -> list[Entity]:
    """The entities, with merged ones replaced by what they were merged into."""
    return [e for e in entities if e.merged_into is None]
