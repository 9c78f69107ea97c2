"""Prefetches, while candidates are judged, what the next round will probably need.

The round itself is unchanged: it finds the answers and pages in the store. Unused prefetches are
charged once that is known, and never exceed the caps. Searches that cost money are not
prefetched."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from netnew.domain.budget import Cap, Spend
from netnew.domain.errors import NetnewError
from netnew.domain.search import SearchAnswer
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.context import RunContext, source_key
from netnew.engine.discovery.frontier import QueryLead
from netnew.engine.effort import Generator
from netnew.engine.url_identity import canonical_address, is_address

Asked = tuple[str, str, int]
"""A search that was made: how its source is known, the query, the page of the answer."""


def a_round_of(generator: Generator) -> dict[Cap, int]:
    """What a round of it uses at most, in search answers of ten pages each."""
    searches = generator.queries_per_round
    return {Cap.SEARCHES: searches, Cap.PAGES: 10 * searches + generator.pages_per_round}


@dataclass(slots=True)
class Prefetcher:
    """What was fetched ahead and not used yet. `begin` starts, `halt` ends it. `a_round`: what one
    round may use."""

    context: RunContext
    meter: BudgetMeter
    a_round: Mapping[Cap, int]
    asked: set[Asked] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    _old: tuple[set[Asked], set[str]] = field(default_factory=lambda: (set(), set()))
    _task: asyncio.Task[None] | None = None
    _searches: set[asyncio.Task[SearchAnswer | None]] = field(default_factory=set)

    def begin(self, queries: Sequence[QueryLead], links: Sequence[str], done: set[str]) -> None:
        """Ask `queries` and read what they lead to, and `links`, in the background; `done` are the
        canonical addresses read before."""
        self._task = asyncio.ensure_future(self._fetch(queries, links, done))

    async def halt(self) -> None:
        """Start nothing more. Searches under way are waited for; the round would make them again.
        Pages under way go on, and the round waits for those that it wants."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        if self._searches:
            await asyncio.wait(self._searches)

    def end_round(self) -> None:
        """What was not used in the round after it was fetched was fetched for nothing."""
        searches, pages = self._old
        wasted = Spend(searches=len(searches & self.asked), pages=len(pages & self.read))
        self.meter.add(wasted)
        self.asked -= searches
        self.read -= pages
        self._old = set(self.asked), set(self.read)

    def end(self) -> None:
        """Nothing of it will be used any more."""
        self.meter.add(Spend(searches=len(self.asked), pages=len(self.read)))
        self.asked.clear()
        self.read.clear()

    def has_asked(self, search: Asked) -> bool:
        """Whether this answer is in the store because it was fetched ahead; it is used now."""
        used = search in self.asked
        self.asked.discard(search)
        return used

    def has_read(self, url: str) -> bool:
        """The same of a page."""
        used = url in self.read
        self.read.discard(url)
        return used

    async def _fetch(
        self, queries: Sequence[QueryLead], links: Sequence[str], done: set[str]
    ) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._read_all(links, done))
            for lead in queries[: self._room(Cap.SEARCHES, len(self.asked))]:
                group.create_task(self._ask(lead, done))

    def _room(self, cap: Cap, outstanding: int) -> int | None:
        """How many may be fetched ahead: the next round must be able to fetch as many others, so
        that no cap is passed should it want none of these."""
        left = self.meter.left(cap)
        return None if left is None else max(0, (left - self.a_round[cap]) // 2 - outstanding)

    async def _ask(self, lead: QueryLead, done: set[str]) -> None:
        task = asyncio.ensure_future(self._answer(lead))
        self._searches.add(task)
        task.add_done_callback(self._searches.discard)
        answer = await asyncio.shield(task)
        if answer is not None:
            await self._read_all([hit.url for hit in answer.hits], done)

    async def _answer(self, lead: QueryLead) -> SearchAnswer | None:
        source = next(s for s in self.context.sources if s.spec == lead.source)
        key = (source_key(self.context, lead.source), lead.query, lead.page)
        searches, now = self.context.store.searches, self.context.clock.now()
        with suppress(NetnewError):  # the round itself will meet it, and say so
            answer = await searches.get(*key, now - self.context.search_max_age)
            if answer is None and not getattr(source, "search_price", 0.0):
                answer = await source.search(lead.query, lead.page)
                await searches.put(*key, answer, now)
                self.asked.add(key)
            return answer
        return None

    async def _read_all(self, urls: Sequence[str], done: set[str]) -> None:
        wanted = []
        for url in urls:
            address = canonical_address(url)
            if is_address(url) and address not in done:
                done.add(address)
                wanted.append(url)
        await asyncio.gather(
            *(self._read(u) for u in wanted[: self._room(Cap.PAGES, len(self.read))])
        )

    async def _read(self, url: str) -> None:
        self.read.add(url)
        with suppress(NetnewError):
            fetched = await self.context.fetcher.fetch(url)
            if fetched.from_store:
                self.read.discard(url)
