"""Leads to entities that a page names without a link to a page of theirs.

Names in tables and lists, if a model can say which cells are names; and names on pages of
related entities, if the question asks for such a relation ('founders of …')."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from netnew.domain.ids import RunId
from netnew.domain.page import SegmentKind, Snapshot
from netnew.domain.run import RunSpec
from netnew.domain.search import SearchAnswer
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.context import RunContext
from netnew.engine.discovery.frontier import Frontier
from netnew.engine.discovery.mention_queue import Mention, MentionQueue
from netnew.engine.discovery.name_columns import NameColumns
from netnew.engine.discovery.relation_hop import RelationHop, relation_hop
from netnew.engine.discovery.relevance import NAMES_VALUE, Relevance
from netnew.engine.effort import Generator
from netnew.engine.estimation.estimate import MENTION
from netnew.engine.reading.page_classifier import PageKind, PageReading, read_page
from netnew.engine.resolution.entity import Entity
from netnew.engine.url_identity import canonical_address, host_of, identity_key, is_address

# A page about one thing has tables of its fields; longer ones may be lists all the same.
LONG_TABLE = 10
_PROFILE_FACTS = 3


@dataclass(slots=True)
class MentionFinder:
    """Finds mentions for one run; does nothing without an advisor or a relation hop."""

    spec: RunSpec
    relevance: Relevance
    generator: Generator
    tables: NameColumns
    hop: RelationHop | None
    mentions: MentionQueue = field(default_factory=MentionQueue)
    _listens: bool = False
    _label_pages: set[str] = field(default_factory=set)

    @classmethod
    def of(
        cls, spec: RunSpec, run_id: RunId, relevance: Relevance, generator: Generator
    ) -> MentionFinder:
        tables = NameColumns(spec.entity_type, run_id, generator.tables)
        return cls(spec, relevance, generator, tables, relation_hop(spec))

    @property
    def queries(self) -> tuple[str, ...]:
        """What is asked besides the plan."""
        return self.hop.queries if self.hop else ()

    async def hear(
        self,
        pages: Iterable[Snapshot],
        frontier: Frontier,
        context: RunContext,
        meter: BudgetMeter,
        halted: Callable[[], Awaitable[bool]],
        are_others: bool = False,
    ) -> None:
        """Collect the names on `pages`. `are_others`: they are own sites of entities found.
        Raises ModelMisconfigured."""
        self._listens = context.advisor is not None or self.hop is not None
        if not self._listens:
            return
        useful = []
        for page in pages:
            if page.is_evidence:  # a list of names may be about nothing else
                reading = read_page(page)
                useful.append((page, reading))
                self._hop(page, reading, frontier, are_others)
        lists = [
            (page, worth, LONG_TABLE if _is_about_one(page, reading) else 0)
            for page, reading in useful
            if (worth := self.relevance.of_list(page)) >= self.relevance.on_topic
        ]
        for page, names in await self.tables.mentions(lists, context, meter, halted):
            for mention in names:
                worth = max(mention.worth, self.relevance.of_text(mention.snippet))
                self.mentions.add(Mention(mention.name, mention.host, mention.snippet, worth))
            if page.next_url is not None:
                frontier.add_page(page.next_url, _list_unit(page), self.relevance.of_list(page))

    def open(self, frontier: Frontier, sources: Sequence[str], match_rate: float) -> None:
        """Open queries for the most promising mentions, as many as a round allows."""
        for mention, promise in self.mentions.take(self.generator.mentions, match_rate):
            query = mention.query(self.spec.entity_type)
            self.mentions.asks(query, mention)
            for source in sources:
                frontier.add_query(source, query, mention.unit, promise)

    def worth_reading(self, query: str, answer: SearchAnswer) -> SearchAnswer:
        """The answer with those hits alone that may be what `query` is about."""
        hits = self.mentions.of(query, answer.hits)
        return answer if len(hits) == len(answer.hits) else replace(answer, hits=hits)

    def is_mention(self, unit: str) -> bool:
        return unit.startswith(MENTION)

    def learn(self, unit: str, entities: Iterable[Entity], matched: bool) -> bool:
        """What a query of `unit` led to. Whether that was for a mention: then it is done with."""
        for entity in entities if self._listens else ():
            self.mentions.know(entity.names)
        if not self.is_mention(unit):
            return False
        self.mentions.learn(unit, matched)
        return True

    def _hop(
        self, page: Snapshot, reading: PageReading, frontier: Frontier, are_others: bool
    ) -> None:
        if self.hop is None or not (are_others or self._is_on_topic(page, reading)):
            return
        host = host_of(page.final_url)
        for url in self.hop.label_pages(page):
            self._label_pages.add(canonical_address(url))
            frontier.add_page(url, f"hop:{host}", NAMES_VALUE)
        for named in self.hop.named_on(page):
            if named.url is None or not is_address(named.url):
                self.mentions.add(Mention(named.name, host, page.title, NAMES_VALUE))
            elif identity_key(named.url) != identity_key(page.final_url):
                frontier.add_page(named.url, _list_unit(page), NAMES_VALUE)

    def _is_on_topic(self, page: Snapshot, reading: PageReading) -> bool:
        """Whether the page is one of the others, or one that was followed as such a page of one."""
        if canonical_address(page.url) in self._label_pages:
            return True
        if self.relevance.of_list(page) >= self.relevance.on_topic:
            return True
        return self.relevance.of_text(reading.description) >= self.relevance.on_topic


def _list_unit(page: Snapshot) -> str:
    return f"list:{host_of(page.final_url)}"


def _is_about_one(page: Snapshot, reading: PageReading) -> bool:
    """Whether the page is a site's home, or tells the fields of one thing."""
    is_home = identity_key(page.final_url).startswith("site:")
    facts = sum(s.kind is SegmentKind.FACT and not s.boilerplate for s in page.segments)
    return reading.kind is PageKind.ENTITY and (
        is_home or reading.website is not None or facts >= _PROFILE_FACTS
    )
