"""The only place that knows all the concrete classes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from netnew.domain.errors import InvalidInput
from netnew.domain.run import RunSpec
from netnew.engine.parts import Parts
from netnew.judges.rules import RulesJudge
from netnew.pages.http import HttpFetcher, open_http
from netnew.pages.limits import FetchLimits
from netnew.pages.stored import StoredFetcher
from netnew.plugins import source_from_spec
from netnew.ports import Clock, Ids, Judge, PageProvider, Source, Store
from netnew.service import Service
from netnew.settings import Settings
from netnew.sources.context import SourceContext
from netnew.sources.corpora import Corpora
from netnew.store.store import open_store


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class RandomIds:
    """uuid4 of the system's randomness."""

    def uuid(self) -> UUID:
        return uuid4()


@dataclass(frozen=True, slots=True)
class App:
    """What a face gets: the settings in force, the use cases, and the corpora of this HOME."""

    settings: Settings
    service: Service
    corpora: Corpora


@asynccontextmanager
async def open_app(
    settings: Settings, clock: Clock | None = None, ids: Ids | None = None
) -> AsyncIterator[App]:
    """Open the store of `settings.home` (made and migrated on first use) and put the parts
    together. Raises StoreDamaged where HOME cannot be used, InvalidInput for a bad setting."""
    clock, ids = clock or SystemClock(), ids or RandomIds()
    judge = RulesJudge(clock)
    async with open_store(
        settings.database_url, clock=clock, synchronous=settings.synchronous
    ) as store:
        opener = _PartsOpener(settings, store, clock, ids, judge)
        service = Service(store, clock, ids, opener.judge_named, settings.sources, opener.open)
        yield App(settings, service, Corpora(settings.home))


@dataclass(frozen=True, slots=True)
class _PartsOpener:
    """Opens what one run needs: its sources, and a fetcher that knows the pages they carry."""

    settings: Settings
    store: Store
    clock: Clock
    ids: Ids
    rules: Judge

    def judge_named(self, name: str) -> Judge:
        """Raises InvalidInput for a judge that there is not."""
        asked = self.settings.judge if name == "auto" else name
        if asked in ("auto", "rules"):
            return self.rules
        raise InvalidInput("judge", f"{asked!r} is not one", "auto, rules")

    @asynccontextmanager
    async def open(self, spec: RunSpec) -> AsyncIterator[Parts]:
        judge = self.judge_named(spec.judge)
        async with AsyncExitStack() as stack:
            http = self._http()
            stack.push_async_callback(http.aclose)
            context = SourceContext(
                self.settings.home, self.clock, http.fetch, self.settings.search_timeout_s
            )
            sources: list[Source] = []
            for named in dict.fromkeys(spec.sources):
                source = source_from_spec(named, context)
                stack.push_async_callback(source.aclose)
                sources.append(source)
            fetcher = StoredFetcher(
                self.store.pages,
                self.clock,
                http,
                _providers(sources),
                self.settings.page_max_age,
                self.settings.failure_max_age,
            )
            stack.push_async_callback(fetcher.aclose)
            yield Parts(
                self.store,
                fetcher,
                tuple(sources),
                judge,
                self.clock,
                self.ids,
                self.settings.page_max_age,
                self.settings.search_max_age,
            )

    def _http(self) -> HttpFetcher:
        settings = self.settings
        limits = FetchLimits(
            max_bytes=settings.page_max_bytes,
            request_s=settings.page_timeout_s,
            concurrency=settings.fetch_concurrency,
            host_concurrency=settings.per_host_concurrency,
            host_delay_s=settings.per_host_delay_s,
        )
        return open_http(
            self.clock,
            settings.test_gateway,
            settings.allow_private_addresses,
            limits,
            settings.user_agent,
            settings.respect_robots,
        )


def _providers(sources: Sequence[Source]) -> tuple[PageProvider, ...]:
    """The sources that carry their own pages."""
    return tuple(s for s in sources if isinstance(s, PageProvider))
