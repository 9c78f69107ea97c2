"""robots.txt: fetched once a host, kept for a day (RFC 9309)."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx2
from protego import Protego

from netnew.pages.fetching.charset import decoded

KEPT_S = 24 * 3600.0
FAILURE_KEPT_S = 3600.0
MAX_HOSTS = 50_000
_LONG_BYTES = 20_000


@dataclass(frozen=True, slots=True)
class RobotsAnswer:
    """What came for a robots.txt. `failure`: RawPage's word where nothing came."""

    status: int
    body: bytes = b""
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class _Rules:
    """`parsed` None: nothing is said, all is allowed. `refusal`: why all is refused."""

    until: float
    parsed: Protego | None = None
    refusal: str | None = None
    delay_s: float = 0.0


class Robots:
    """Asks a host's robots.txt before its pages.

    2xx: its rules; other statuses below 500: all allowed, but for 429; that and 5xx: all refused
    ('robots') for an hour; no answer: refused with the reason itself, so that a dead host costs one
    attempt and not two.
    """

    def __init__(
        self,
        read: Callable[[httpx2.URL], Awaitable[RobotsAnswer]],
        user_agent: str,
        monotonic: Callable[[], float],
    ) -> None:
        self._read = read
        self._agent = user_agent.partition("/")[0]
        self._monotonic = monotonic
        self._rules: OrderedDict[str, _Rules] = OrderedDict()
        self._asking: dict[str, asyncio.Task[_Rules]] = {}

    async def refusal(self, url: httpx2.URL) -> str | None:
        """None where `url` may be read, else RawPage's word for why not."""
        rules = await self._rules_for(url)
        if rules.refusal is not None:
            return rules.refusal
        if rules.parsed is None or rules.parsed.can_fetch(str(url), self._agent):
            return None
        return "robots"

    def delay_s(self, url: httpx2.URL) -> float:
        """The crawl delay that the host asks for, where its rules are known."""
        rules = self._rules.get(_origin(url))
        return rules.delay_s if rules is not None else 0.0

    async def _rules_for(self, url: httpx2.URL) -> _Rules:
        origin = _origin(url)
        known = self._rules.get(origin)
        if known is not None and known.until > self._monotonic():
            return known
        task = self._asking.get(origin)
        if task is None:
            task = asyncio.ensure_future(self._ask(origin, url))
            self._asking[origin] = task
            task.add_done_callback(lambda _: self._asking.pop(origin, None))
        return await asyncio.shield(task)

    async def _ask(self, origin: str, url: httpx2.URL) -> _Rules:
        answer = await self._read(url.copy_with(raw_path=b"/robots.txt"))
        if len(answer.body) > _LONG_BYTES:
            # 500 kB take half a second.
            rules = await asyncio.to_thread(self._read_rules, answer)
        else:
            rules = self._read_rules(answer)
        self._rules[origin] = rules
        while len(self._rules) > MAX_HOSTS:
            self._rules.popitem(last=False)
        return rules

    def _read_rules(self, answer: RobotsAnswer) -> _Rules:
        now = self._monotonic()
        if answer.failure is not None:
            return _Rules(now + FAILURE_KEPT_S, refusal=answer.failure)
        if answer.status >= 500 or answer.status == 429:
            return _Rules(now + FAILURE_KEPT_S, refusal="robots")
        if not 200 <= answer.status < 300 or not answer.body.strip():
            return _Rules(now + KEPT_S)
        parsed = Protego.parse(decoded(answer.body, "utf-8"))
        return _Rules(now + KEPT_S, parsed, delay_s=float(parsed.crawl_delay(self._agent) or 0.0))

    async def aclose(self) -> None:
        for task in list(self._asking.values()):
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)


def _origin(url: httpx2.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"
