"""Reachable truth: the right answers that a searcher could have met at all.

Computed from pages and labels alone, before the run. An entity is reachable for a query when one of
its live pages is in the top 50 of one query of a fixed set (the objective; each condition's
description; the objective with each value that a condition's predicate names), or is one link from
a list, hub or directory page so reached, following that page's pagination. Values that are yes or
no add no word to search for and make no query.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser

from evals.addresses import link_target, same_request
from evals.data_folder import Web
from evals.rows import Label, Page, Query
from evals.search_index import SearchIndex

TOP = 50
MAX_REDIRECTS = 5
_LISTING_ROLES = frozenset({"list", "hub", "directory", "directory_stale"})
_NO_LIVE_ROLES = frozenset({"dead", "junk", "redirect"})
_NEXT_TEXT = re.compile(r"^\s*(?:next|older|more|show more|\d+|[›»→])(?:\s|$)", re.IGNORECASE)


def fixed_queries(query: Query) -> tuple[str, ...]:
    """The fixed set of searches for a query, without repeats."""
    values = [
        f"{query.objective} {value}"
        for condition in query.conditions
        for leaf in condition.leaves
        for value in leaf.values
        if not isinstance(value, bool)
    ]
    descriptions = (condition.description for condition in query.conditions)
    return tuple(dict.fromkeys([query.objective, *descriptions, *values]))


class Reach:
    """What can be reached in one web through one search engine."""

    def __init__(self, web: Web, index: SearchIndex) -> None:
        self._index = index
        self._labels = {label.url: label for label in web.labels}
        self._pages = {page.url: page for page in web.pages}
        self._by_request = {same_request(page.url): page.url for page in web.pages}
        self._links = lru_cache(maxsize=None)(self._read_links)

    def entities(self, query: Query) -> frozenset[str]:
        """The ids of all entities within reach of a query, right answers or not."""
        reached = self._reached_pages(query)
        return frozenset(found for url in reached if (found := self._alive(url)))

    def truth(self, query: Query) -> frozenset[str]:
        """The right answers within reach."""
        return query.truth & self.entities(query)

    def _reached_pages(self, query: Query) -> set[str]:
        hits = {hit.url for text in fixed_queries(query) for hit in self._index.search(text, TOP)}
        reached, listings, seen = set(hits), list(hits), set(hits)
        while listings:
            url = listings.pop()
            if not self._is_listing(url):
                continue
            for target, leads_on in self._links(url):
                reached.add(target)
                if leads_on and target not in seen:
                    seen.add(target)
                    listings.append(target)
        return reached

    def _is_listing(self, url: str) -> bool:
        label = self._labels.get(url)
        return label is not None and label.role in _LISTING_ROLES

    def _alive(self, url: str) -> str | None:
        """The entity whose live page this is."""
        label, page = self._labels.get(url), self._pages[url]
        return label.primary if label is not None and is_live(label, page) else None

    def _read_links(self, url: str) -> tuple[tuple[str, bool], ...]:
        """The listed pages that `url` links to, redirects followed, and whether each is the next
        page of the same listing."""
        return tuple(
            (target, leads_on)
            for href, leads_on in links_of(self._pages[url])
            if (target := self._landed(href)) is not None
        )

    def _landed(self, href: str) -> str | None:
        for _ in range(MAX_REDIRECTS):
            url = self._by_request.get(href)
            page = self._pages.get(url) if url is not None else None
            if page is None or page.location is None:
                return url
            target = link_target(page.url, page.location)
            if target is None:
                return None
            href = target
        return None


def reachable_truths(web: Web, index: SearchIndex) -> Mapping[str, frozenset[str]]:
    """Query id → the ids of its reachable right answers."""
    reach = Reach(web, index)
    return {query.id: reach.truth(query) for query in web.queries}


def is_live(label: Label, page: Page) -> bool:
    """A page of one entity that answers and still speaks of it."""
    return page.status == 200 and label.primary is not None and label.role not in _NO_LIVE_ROLES


def links_of(page: Page) -> Iterator[tuple[str, bool]]:
    """Every link of a page, and whether it leads to the next page of the same listing: marked
    rel=next, or on the same host and called 'next', 'older', 'more', an arrow or a number."""
    here = _host(same_request(page.url))
    for anchor in LexborHTMLParser(page.html or "<p></p>").css("a[href], link[rel~=next]"):
        target = link_target(page.url, anchor.attributes.get("href") or "")
        if target is None:
            continue
        marked = "next" in (anchor.attributes.get("rel") or "").split()
        named = anchor.tag == "a" and bool(_NEXT_TEXT.match(anchor.text()))
        yield target, marked or (named and _host(target) == here)


def _host(url: str) -> str:
    return url.split("/", 3)[2]
