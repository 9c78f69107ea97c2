"""Walking the finished rounds of a run again, from what is stored.

What a run knows while it works (who is who, which leads are open, what queries brought) is not
written down: it follows from the answers and pages that are. A process that takes a run walks its
finished rounds again, in the same order, without writing, asking or paying; then it goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from netnew.domain.page import Fetched
from netnew.engine.context import RunContext
from netnew.ports.sources import Fetcher
from netnew.ports.system import Clock

# Whatever is stored is good enough, however old.
ANY_AGE = timedelta(days=36_500)


def from_store(context: RunContext) -> RunContext:
    """Parts that take stored answers and pages of any age."""
    return replace(
        context,
        fetcher=_Ageless(context.fetcher),
        search_max_age=ANY_AGE,
        page_max_age=ANY_AGE,
    )


@dataclass(frozen=True, slots=True)
class _Ageless:
    fetcher: Fetcher

    async def fetch(self, url: str, max_age: timedelta | None = None) -> Fetched:
        return await self.fetcher.fetch(url, ANY_AGE if max_age is None else max_age)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """Shows `at`, the time a run was asked; the same however often it is walked."""

    at: datetime
    clock: Clock

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.clock.monotonic()
