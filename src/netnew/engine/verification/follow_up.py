"""Follow-up: further pages that may decide what is still unclear about a candidate."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from netnew.domain.budget import Cap, Spend
from netnew.domain.condition import MatchCondition
from netnew.domain.errors import SourceMisconfigured, SourceUnavailable
from netnew.domain.evidence import PageRole
from netnew.domain.page import Fetched, Link, SegmentKind, Snapshot
from netnew.domain.search import SearchAnswer
from netnew.engine.budget_meter import BudgetMeter
from netnew.engine.context import RunContext, source_key
from netnew.engine.resolution.entity import Entity, home_url
from netnew.engine.url_identity import (
    canonical_address,
    home_address,
    host_of,
    is_address,
    is_subpage,
    is_urn,
)
from netnew.text.name_keys import name_key
from netnew.text.tokens import content_words, fold

_TELLS = re.compile(
    r"\b(about|company|who we are|our story|team|facts|profile|learn more|more about|imprint"
    r"|impressum|contact|overview|history|mission|details|specifications?|data ?sheet|pricing"
    r"|licen[cs]e|readme|documentation|über uns|a propos|quiénes somos|chi siamo)\b",
    re.IGNORECASE,
)


def deeper_addresses(entity: Entity, count: int) -> list[str]:
    """At most `count` addresses of the entity's own site that were not read yet, the likeliest to
    hold facts first: its home page, then pages whose address or link text says 'about'."""
    own = [s for s in entity.own_pages if not is_urn(s.final_url)]
    read = {canonical_address(a) for a in entity.addresses}
    ranked: dict[str, tuple[int, str]] = {}
    for snapshot in own:
        home = home_url(snapshot)
        ranked.setdefault(canonical_address(home), (0, home))
        for link in snapshot.links:
            worth = _worth(link, snapshot.final_url)
            if worth is not None:
                address = canonical_address(link.url)
                ranked[address] = min(ranked.get(address, (9, link.url)), (worth, link.url))
    open_ones = [(w, u) for a, (w, u) in ranked.items() if a not in read]
    return [u for _, u in sorted(open_ones, key=lambda x: x[0])][:count]


def _worth(link: Link, base: str) -> int | None:
    """1 is best; None where the link leads off the entity's own pages or says nothing of facts."""
    if not is_address(link.url) or host_of(link.url) != host_of(base):
        return None
    home, target = home_address(base), canonical_address(link.url)
    if "/" in home and not target.startswith(home):
        return None
    if is_subpage(link.url) and _TELLS.search(f"{link.text} {urlsplit(link.url).path}"):
        return 1
    return 2 if _TELLS.search(link.text) else None


_MAX_WORDS = 8
_MAX_HITS = 3


@dataclass(slots=True)
class FollowUp:
    """`deeper_pages`: how many further own pages to read; `searches`: how many searches to make."""

    context: RunContext
    meter: BudgetMeter
    deeper_pages: int
    searches: int = 0

    async def deeper(self, entity: Entity, asked: Sequence[MatchCondition]) -> bool:
        """Read further own pages of the candidate, once; True if that brought new evidence."""
        if entity.deepened:
            return False
        entity.deepened = True
        left = self.meter.left(Cap.PAGES)
        count = self.deeper_pages if left is None else min(self.deeper_pages, left)
        before = len(entity.pages)
        for fetched in await self._fetched(deeper_addresses(entity, count)):
            if fetched.snapshot.is_evidence:
                entity.add_page(fetched.snapshot, PageRole.OWN)
        return len(entity.pages) > before

    async def targeted(self, entity: Entity, asked: Sequence[MatchCondition]) -> bool:
        """Search for what is open about the candidate, once; True if that brought new evidence."""
        sources = [s for s in self.context.sources if not s.enumerates]
        if entity.searched or not self.searches or not sources or not entity.names:
            return False
        entity.searched = True
        query = _query(entity, asked)
        before = len(entity.pages)
        for source in sources[: self.searches]:
            answer = await self._answer(source.spec, query)
            known = set(entity.addresses)
            urls = [h.url for h in answer.hits if h.url not in known][:_MAX_HITS]
            left = self.meter.left(Cap.PAGES)
            for fetched in await self._fetched(urls if left is None else urls[:left]):
                if fetched.snapshot.is_evidence and _names(fetched.snapshot, entity.names):
                    entity.add_page(fetched.snapshot, _standing(fetched.snapshot))
        return len(entity.pages) > before

    async def _fetched(self, urls: Iterable[str]) -> list[Fetched]:
        read = await asyncio.gather(*(self.context.fetcher.fetch(u) for u in urls))
        for fetched in read:
            self.meter.add(Spend(stored_pages=1) if fetched.from_store else Spend(pages=1))
        return read

    async def _answer(self, spec: str, query: str) -> SearchAnswer:
        """Its first page of hits, from the store where it is fresh; none where it cannot answer."""
        source = next(s for s in self.context.sources if s.spec == spec)
        key, now = source_key(self.context, spec), self.context.clock.now()
        known = await self.context.store.searches.get(
            key, query, 1, now - self.context.search_max_age
        )
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
        await self.context.store.searches.put(key, query, 1, answer, now)
        return answer


def _query(entity: Entity, asked: Sequence[MatchCondition]) -> str:
    name = entity.name.replace('"', " ")
    own = set(content_words(name))
    words = dict.fromkeys(w for c in asked for w in content_words(c.description) if w not in own)
    return " ".join((f'"{name}"', *list(words)[:_MAX_WORDS]))


def _names(snapshot: Snapshot, names: Sequence[str]) -> bool:
    """Whether the page's title or a heading names the candidate."""
    headings = (s.text for s in snapshot.segments if s.kind is SegmentKind.HEADING)
    said = f" {fold(' | '.join((snapshot.title, *headings)))} "
    return any(f" {fold(n)} " in said for n in names if len(name_key(n)) > 2)


def _standing(snapshot: Snapshot) -> PageRole:
    has_facts = any(s.kind is SegmentKind.FACT for s in snapshot.segments)
    return PageRole.PROFILE if has_facts else PageRole.MENTION
