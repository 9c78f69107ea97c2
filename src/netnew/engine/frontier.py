"""What could be asked or read next, and what it promises: leads, ranked by expected new matches."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from netnew.engine.addresses import canonical_address, host_of, is_address

# A lead that promises less than this many new matches for its cost is not followed.
MIN_PROMISE = 0.02
# What the second page of a planned query promises at least.
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
class PageLead:
    """A page that a list links to. `worth` is what its list promises an item, 0..1."""

    url: str
    unit: str
    worth: float


@dataclass(slots=True)
class Yield:
    """How often what a host or list led to was a match."""

    followed: int = 0
    matched: int = 0

    def rate(self, prior: float, weight: float = 4.0) -> float:
        return (self.matched + prior * weight) / (self.followed + weight)


@dataclass(slots=True)
class Frontier:
    """All open leads. Nothing is offered twice."""

    result_pages: int
    queries: list[QueryLead] = field(default_factory=list)
    pages: dict[str, PageLead] = field(default_factory=dict)
    asked: set[tuple[str, str]] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    yields: dict[str, Yield] = field(default_factory=lambda: defaultdict(Yield))

    def add_query(
        self, source: str, query: str, unit: str, promise: float, planned: bool = False
    ) -> bool:
        """Open a query at its first page; False where it was asked before."""
        if (source, query.casefold()) in self.asked:
            return False
        self.asked.add((source, query.casefold()))
        self.queries.append(QueryLead(source, query, 1, unit, promise, planned))
        return True

    def follow(self, lead: QueryLead, has_more: bool, promise: float) -> None:
        """Open the next page of a query, where there is one within the allowed depth."""
        if has_more and lead.page < self.result_pages:
            least = PLANNED_PROMISE / lead.page if lead.planned else 0.0
            self.queries.append(replace(lead, page=lead.page + 1, promise=max(promise, least)))

    def take_queries(self, count: int) -> list[QueryLead]:
        """The most promising queries; equals in the order they came."""
        ranked = sorted(self.queries, key=lambda x: -x.promise)
        taken = [x for x in ranked[:count] if x.promise >= MIN_PROMISE]
        chosen = {id(x) for x in taken}
        self.queries = [x for x in self.queries if id(x) not in chosen]
        return taken

    def add_page(self, url: str, unit: str, worth: float) -> None:
        address = canonical_address(url)
        if address in self.read or not is_address(url):
            return
        known = self.pages.get(address)
        if known is None or worth > known.worth:
            self.pages[address] = PageLead(url, unit, worth)

    def take_pages(self, count: int) -> list[PageLead]:
        """The most promising links, by what their list and host have given so far."""
        ranked = sorted(
            ((self._promise(lead), address) for address, lead in self.pages.items()),
            key=lambda x: -x[0],
        )
        return [
            self.pages.pop(address) for promise, address in ranked[:count] if promise >= MIN_PROMISE
        ]

    def mark_read(self, url: str) -> bool:
        """True the first time; a page is read once, under whatever form of its address. What is no
        address is never read."""
        if not is_address(url):
            return False
        address = canonical_address(url)
        self.pages.pop(address, None)
        if address in self.read:
            return False
        self.read.add(address)
        return True

    def learn(self, unit: str, url: str, matched: bool) -> None:
        """What following a link of `unit` to `url` brought."""
        for key in (f"unit:{unit}", f"host:{host_of(url)}"):
            self.yields[key].followed += 1
            self.yields[key].matched += matched

    def _promise(self, lead: PageLead) -> float:
        by_unit = self.yields[f"unit:{lead.unit}"]
        return by_unit.rate(lead.worth)
