"""The frontier: open queries and links, ranked by expected new matches.

Leads are kept in heaps, so that a round costs the same with a hundred thousand open links as
with a hundred."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush, nsmallest
from itertools import count

from netnew.engine.discovery.link_queue import LinkQueue, PageLead
from netnew.engine.url_identity import canonical_address, is_address
from netnew.text.tokens import fold

# A lead with fewer expected new matches for its cost is not followed.
MIN_PROMISE = 0.02
# The minimum promise of a planned query's second page.
PLANNED_PROMISE = 0.12


@dataclass(slots=True)
class QueryLead:
    """The next result page of a query. `unit` is its incidence class for the estimate. `planned`
    queries are followed to their end once nothing promises more."""

    source: str
    query: str
    page: int
    unit: str
    promise: float
    planned: bool = False


@dataclass(slots=True)
class Frontier:
    """All open leads. Nothing is offered twice."""

    result_pages: int
    asked: set[tuple[str, str]] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    _queries: list[tuple[float, int, QueryLead]] = field(default_factory=list)
    _came: count[int] = field(default_factory=count)
    _links: LinkQueue = field(default_factory=LinkQueue)

    @property
    def open_queries(self) -> int:
        return len(self._queries)

    @property
    def open_leads(self) -> int:
        return len(self._queries) + len(self._links)

    def open_pages_of(self, queries: Collection[str]) -> int:
        """How many of these queries (folded) have a further page to be asked for."""
        return sum(fold(lead.query) in queries for _, _, lead in self._queries)

    def add_query(
        self, source: str, query: str, unit: str, promise: float, planned: bool = False
    ) -> bool:
        """Open a query at its first page; False where it was asked before."""
        if (source, query.casefold()) in self.asked:
            return False
        self.asked.add((source, query.casefold()))
        self.put(QueryLead(source, query, 1, unit, promise, planned))
        return True

    def follow(self, lead: QueryLead, has_more: bool, promise: float) -> None:
        """Open the next page of a query, where there is one within the allowed depth."""
        if has_more and lead.page < self.result_pages:
            least = PLANNED_PROMISE / lead.page if lead.planned else 0.0
            self.put(replace(lead, page=lead.page + 1, promise=max(promise, least)))

    def put(self, lead: QueryLead) -> None:
        """Open `lead`, behind its equals."""
        heappush(self._queries, (-lead.promise, next(self._came), lead))

    def take_queries(self, most: int) -> list[QueryLead]:
        """The most promising queries; equals in the order they came."""
        taken: list[QueryLead] = []
        while self._queries and len(taken) < most and -self._queries[0][0] >= MIN_PROMISE:
            taken.append(heappop(self._queries)[2])
        return taken

    def likely_queries(self, most: int, further: Sequence[QueryLead] = ()) -> list[QueryLead]:
        """What `take_queries` would give if nothing more were learned; nothing is taken. `further`:
        leads that may be opened until then."""
        ranked = nsmallest(most, self._queries)
        some = [(rank, came, lead) for rank, came, lead in ranked if -rank >= MIN_PROMISE]
        some += [(-lead.promise, n, lead) for n, lead in enumerate(further)]
        return [lead for _, _, lead in sorted(some, key=lambda x: x[:2])[:most]]

    def likely_pages(self, most: int, min_worth: float = 0.0) -> list[str]:
        """The addresses that `take_pages` would give, as far as that is known now."""
        return self._links.likely(most, MIN_PROMISE, min_worth)

    def add_page(self, url: str, unit: str, worth: float) -> None:
        address = canonical_address(url)
        if address not in self.read and is_address(url):
            self._links.add(address, url, unit, worth)

    def take_pages(self, most: int) -> list[PageLead]:
        """The most promising links, by what their list has given so far; equals in the order they
        came."""
        taken: list[PageLead] = []
        while len(taken) < most:
            lead = self._links.take(MIN_PROMISE)
            if lead is None:
                break
            taken.append(lead)
        return taken

    def mark_read(self, url: str) -> bool:
        """True the first time; a page is read once, under whatever form of its address. What is no
        address is never read."""
        if not is_address(url):
            return False
        address = canonical_address(url)
        self._links.drop(address)
        if address in self.read:
            return False
        self.read.add(address)
        return True

    def learn(self, unit: str, matched: bool) -> None:
        """What following a link of `unit` brought."""
        self._links.learn(unit, matched)
