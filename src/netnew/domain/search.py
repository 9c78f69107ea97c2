"""A query to a source, and its answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result or list entry. `url` may be a urn of a source whose entities have no
    address. `name` is set where the source knows that this is an entity and what it is called."""

    url: str
    title: str = ""
    snippet: str = ""
    name: str | None = None


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """One page of hits. `has_more`: a next page may exist. `total`: the source's own count.
    `cost`: the service's price in US dollars; an answer from the store costs nothing."""

    hits: tuple[Hit, ...]
    has_more: bool = False
    total: int | None = None
    cost: float = 0.0
