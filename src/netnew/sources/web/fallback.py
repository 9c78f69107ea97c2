"""`web:A>B`: services asked in turn, the next where one does not answer."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from netnew.domain.errors import SourceMisconfigured, SourceUnavailable
from netnew.domain.search import SearchAnswer
from netnew.ports.sources import Source
from netnew.ports.system import Clock

_REST_S = 30.0
_MISCONFIGURED_REST_S = 600.0
_log = structlog.get_logger(__name__)


class FallbackSource:
    """`members` in the order they are asked. One that failed rests for a while, as long as others
    are awake; an empty answer is no failure.

    A query stays with the member that answered its first page: page 2 of another would follow on
    nothing. Where that is not known (the first page came from the store) it is the first member.
    `search_price` is that of the dearest member; `SearchAnswer.cost` tells what one answer took.
    """

    enumerates = False
    revision = ""

    def __init__(self, spec: str, members: Sequence[Source], clock: Clock) -> None:
        self.spec = spec
        self.search_price: float = max(getattr(x, "search_price", 0.0) for x in members)
        self._members = tuple(members)
        self._clock = clock
        self._rests_until = [0.0] * len(self._members)
        self._began_at: dict[str, int] = {}

    async def search(self, query: str, page: int) -> SearchAnswer:
        """See `ports.Source`. Raises the error of the last member asked where none answers."""
        if page > 1:
            return await self._members[self._began_at.get(query, 0)].search(query, page)
        *others, last = self._in_turn()
        for number in others:
            try:
                return await self._ask(number, query)
            except (SourceUnavailable, SourceMisconfigured) as error:
                _log.info("search_falls_back", source=self.spec, problem=str(error))
        return await self._ask(last, query)

    async def aclose(self) -> None:
        for member in self._members:
            await member.aclose()

    def _in_turn(self) -> list[int]:
        """The members that are awake; all where none is."""
        now = self._clock.monotonic()
        everyone = list(range(len(self._members)))
        return [x for x in everyone if self._rests_until[x] <= now] or everyone

    async def _ask(self, number: int, query: str) -> SearchAnswer:
        try:
            answer = await self._members[number].search(query, 1)
        except SourceUnavailable as error:
            wait_s = _REST_S if error.retry_after_s is None else error.retry_after_s
            self._rests_until[number] = self._clock.monotonic() + wait_s
            raise
        except SourceMisconfigured:
            self._rests_until[number] = self._clock.monotonic() + _MISCONFIGURED_REST_S
            raise
        self._began_at[query] = number
        return answer
