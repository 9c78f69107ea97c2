"""The second look at a candidate that stays unclear: further pages of its own, then a search for
it.

A search is made where the effort allows it (`Generator.targeted_searches`): for its name, in
quotes, and the words of what is open. A hit counts where its title or a heading names the
candidate.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from netnew.domain.budget import Cap, Spend
from netnew.domain.condition import MatchCondition
from netnew.domain.errors import SourceMisconfigured, SourceUnavailable
from netnew.domain.evidence import Standing
from netnew.domain.page import Fetched, SegmentKind, Snapshot
from netnew.domain.search import SearchAnswer
from netnew.engine.deepen import deeper_addresses
from netnew.engine.entity import Entity
from netnew.engine.lookahead import known_as
from netnew.engine.meter import Meter
from netnew.engine.parts import Parts
from netnew.lexicon.names import name_key
from netnew.lexicon.words import content_words, fold

_MOST_WORDS = 8
_MOST_HITS = 3


@dataclass(slots=True)
class SecondLook:
    """`deeper_pages`: how many further pages of its own; `searches`: how many searches for it."""

    parts: Parts
    meter: Meter
    deeper_pages: int
    searches: int = 0

    async def deeper(self, entity: Entity, asked: Sequence[MatchCondition]) -> bool:
        """Read further pages of the candidate's own, once; whether that brought new evidence."""
        if entity.deepened:
            return False
        entity.deepened = True
        left = self.meter.left(Cap.PAGES)
        count = self.deeper_pages if left is None else min(self.deeper_pages, left)
        before = len(entity.pages)
        for fetched in await self._fetched(deeper_addresses(entity, count)):
            if fetched.snapshot.is_evidence:
                entity.add_page(fetched.snapshot, Standing.OWN)
        return len(entity.pages) > before

    async def targeted(self, entity: Entity, asked: Sequence[MatchCondition]) -> bool:
        """Search for what is open about the candidate, once; whether that brought new evidence."""
        sources = [s for s in self.parts.sources if not s.enumerates]
        if entity.searched or not self.searches or not sources or not entity.names:
            return False
        entity.searched = True
        query = _query(entity, asked)
        before = len(entity.pages)
        for source in sources[: self.searches]:
            answer = await self._answer(source.spec, query)
            known = set(entity.addresses)
            urls = [h.url for h in answer.hits if h.url not in known][:_MOST_HITS]
            left = self.meter.left(Cap.PAGES)
            for fetched in await self._fetched(urls if left is None else urls[:left]):
                if fetched.snapshot.is_evidence and _names(fetched.snapshot, entity.names):
                    entity.add_page(fetched.snapshot, _standing(fetched.snapshot))
        return len(entity.pages) > before

    async def _fetched(self, urls: Iterable[str]) -> list[Fetched]:
        read = await asyncio.gather(*(self.parts.fetcher.fetch(u) for u in urls))
        for fetched in read:
            self.meter.add(Spend(stored_pages=1) if fetched.from_store else Spend(pages=1))
        return read

    async def _answer(self, spec: str, query: str) -> SearchAnswer:
        """Its first page of hits, from the store where it is fresh; none where it cannot answer."""
        source = next(s for s in self.parts.sources if s.spec == spec)
        key, now = known_as(self.parts, spec), self.parts.clock.now()
        known = await self.parts.store.searches.get(key, query, 1, now - self.parts.search_max_age)
        if known is not None:
            self.meter.add(Spend(stored_searches=1))
            return known
        if self.meter.left(Cap.SEARCHES) == 0:
            return SearchAnswer(())
        self.meter.add(Spend(searches=1))
        try:
            answer = await source.search(query, 1)
        except (SourceUnavailable, SourceMisconfigured):
            return SearchAnswer(())
        self.meter.add(Spend(cost=answer.cost))
        await self.parts.store.searches.put(key, query, 1, answer, now)
        return answer


def _query(entity: Entity, asked: Sequence[MatchCondition]) -> str:
    name = entity.name.replace('"', " ")
    own = set(content_words(name))
    words = dict.fromkeys(w for c in asked for w in content_words(c.description) if w not in own)
    return " ".join((f'"{name}"', *list(words)[:_MOST_WORDS]))


def _names(snapshot: Snapshot, names: Sequence[str]) -> bool:
    """Whether the page's title or a heading names the candidate."""
    headings = (s.text for s in snapshot.segments if s.kind is SegmentKind.HEADING)
    said = f" {fold(' | '.join((snapshot.title, *headings)))} "
    return any(f" {fold(n)} " in said for n in names if len(name_key(n)) > 2)


def _standing(snapshot: Snapshot) -> Standing:
    has_facts = any(s.kind is SegmentKind.FACT for s in snapshot.segments)
    return Standing.PROFILE if has_facts else Standing.MENTION
