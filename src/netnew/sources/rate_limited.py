"""A source whose calls keep to what its provider allows, over all processes together."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from netnew.domain.search import SearchAnswer
from netnew.ports.sources import Source


class CallLimits(Protocol):
    def call(
        self, provider: str, rate_per_s: float | None = None, at_once: int | None = None
    ) -> AbstractAsyncContextManager[None]:
        """Inside, one call of `provider` may be made; waits until it may."""
        ...


@dataclass(frozen=True, slots=True)
class Allowed:
    """`rate_per_s`: calls begun a second, `at_once`: calls under way; None: no limit."""

    rate_per_s: float | None = None
    at_once: int | None = None

    def or_else(self, other: Allowed) -> Allowed:
        """These limits, and those of `other` where there is none."""
        return Allowed(
            other.rate_per_s if self.rate_per_s is None else self.rate_per_s,
            other.at_once if self.at_once is None else self.at_once,
        )


class RateLimitedSource:
    """`source`, asked as its provider allows. Of a service alone: one that has pages of its own
    (`PageProvider`) would lose them."""

    def __init__(self, source: Source, limits: CallLimits, allowed: Allowed) -> None:
        self._source = source
        self._limits = limits
        self._allowed = allowed
        self._provider = provider_of(source.spec)

    @property
    def spec(self) -> str:
        return self._source.spec

    @property
    def enumerates(self) -> bool:
        return self._source.enumerates

    @property
    def revision(self) -> str:
        return self._source.revision

    @property
    def search_price(self) -> float:
        """The list price of a search in US dollars; 0 where it is free."""
        price: float = getattr(self._source, "search_price", 0.0)
        return price

    async def search(self, query: str, page: int) -> SearchAnswer:
        """See `ports.Source`; the wait for its turn comes before the provider's own time."""
        allowed = self._allowed
        async with self._limits.call(self._provider, allowed.rate_per_s, allowed.at_once):
            return await self._source.search(query, page)

    async def aclose(self) -> None:
        await self._source.aclose()


def rate_limited(source: Source, limits: CallLimits, allowed: Allowed) -> Source:
    """`source` within what is `allowed`; itself where it calls no service or has no limit."""
    if allowed == Allowed() or source.spec.partition(":")[0] != "web":
        return source
    return RateLimitedSource(source, limits, allowed)


def provider_of(spec: str) -> str:
    """Whose limit counts: the service and its address, without options ('web:brave')."""
    return spec.partition(",")[0]
