"""The only place that knows all the concrete classes."""

from __future__ import annotations

import asyncio
import getpass
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from netnew.app.api_keys import ApiKeys
from netnew.app.dependencies import ServiceDependencies
from netnew.app.plan_maker import InProcessPlanMaker, PlanMaker
from netnew.app.service import Service
from netnew.app.workspaces import Workspaces
from netnew.db.database import Database, open_database
from netnew.db.file_modes import HOME_MARK, below, make_private_folder, take_from_others
from netnew.db.schema_status import SchemaState as SchemaState
from netnew.db.schema_status import look_at_schema as look_at_schema
from netnew.db.schema_status import upgrade_schema as upgrade_schema
from netnew.db.waiting import REQUEST_WAIT_S, wait_at_most
from netnew.domain.audit import Actor
from netnew.domain.budget import Spend
from netnew.domain.errors import StoreDamaged
from netnew.domain.ids import WorkspaceId
from netnew.domain.judging_batch import JudgingBatch
from netnew.domain.run import MAX_CONDITIONS, ExcludeList, RunSpec
from netnew.durable.worker_registry import WorkerRow, live_workers
from netnew.engine.context import OtherWorker, RunContext
from netnew.engine.planning.plan import Plan
from netnew.engine.resolution.exclusions import Exclusions
from netnew.judge_factory import JudgeFactory
from netnew.judge_factory import models_seen as models_seen
from netnew.judges.rules import RulesJudge
from netnew.llms import ModelReport as ModelReport
from netnew.pages.fetching.caching_fetcher import CachingFetcher
from netnew.pages.fetching.chromium import Chromium
from netnew.pages.fetching.chromium import why_not_rendered as why_not_rendered
from netnew.pages.fetching.http_fetcher import HttpFetcher, open_http
from netnew.pages.fetching.politeness import FetchLimits
from netnew.pages.fetching.render import Renderer
from netnew.plugins import source_from_spec
from netnew.ports.api import IdempotencyStore, KeyStore
from netnew.ports.judging import Judge
from netnew.ports.sources import PageProvider, Source
from netnew.ports.store import Store
from netnew.ports.system import Clock, Ids
from netnew.settings import Settings
from netnew.sources.context import SourceContext
from netnew.sources.corpus.manager import CorpusManager
from netnew.sources.rate_limited import Allowed
from netnew.sources.web.services import search_keys as search_keys
from netnew.sources.web.services import search_services as search_services
from netnew.store.api_keys import SqlKeys
from netnew.store.event_poller import EventPoller
from netnew.store.idempotency import SqlIdempotencyStore
from netnew.store.outbox import SqlOutbox
from netnew.store.provider_limits import ProviderLimits
from netnew.store.retention import Retention, Swept
from netnew.store.runs import workspace_of
from netnew.store.stats import SqlStats
from netnew.store.store import SqlStore
from netnew.store.tailer import Tailer
from netnew.store.webhooks import SqlWebhooks
from netnew.webhooks.deliverer import Deliverer
from netnew.webhooks.delivery import DeliveryAttempt, open_sender
from netnew.webhooks.event_scanner import EventScanner
from netnew.webhooks.signing import checked_secret

if TYPE_CHECKING:
    from netnew.api.state import ApiState
    from netnew.durable.queue import WorkflowQueue
    from netnew.durable.worker import Worker
    from netnew.webhooks.format import WebhookFormat


# Sources that any machine can ask; the others are files and packages of one.
_EVERYWHERE = frozenset({"web", "sitemap"})
# What lies in HOME and is nobody else's business; a user may keep other things there.
_PRIVATE = ("home-id", "netnew.toml", "worker.log")
_PRIVATE_FOLDERS = ("corpora", "logs")
_HOUSEKEEPING_EVERY_S = 86_400.0
_ENGINE_KEEPS_DAYS = 1.0  # of generations that ended; all that counts is in our own tables


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
class ApiStores:
    """What faces for others need besides the use cases: who may ask, what was answered before,
    and where events are told."""

    keys: KeyStore
    answers: IdempotencyStore
    webhooks: SqlWebhooks
    figures: SqlStats
    clock: Clock
    ids: Ids


class App:
    """What a face gets: the settings in force, the use cases, the corpora of this HOME, and a way
    to work on runs."""

    def __init__(
        self,
        settings: Settings,
        workspaces: Workspaces,
        desks: ApiStores,
        database: Database,
        home_id: str,
        others: _Others,
        plan_maker: _PlanMaker,
    ) -> None:
        self.settings = settings
        self.workspaces = workspaces
        actor = Actor(f"user:{_login()}", "cli")
        self.service = workspaces.of(WorkspaceId(settings.workspace)).acting_as(actor)
        self.keys = ApiKeys(desks.keys, self.service.audit)
        self.desks = desks
        self.corpora = CorpusManager(settings.home)
        self.home_id = home_id
        self._database = database
        self._others = others
        self._plan_maker = plan_maker

    @property
    def is_read_only(self) -> bool:
        """Whether the database could be opened for reading alone."""
        return self._database.is_read_only

    @asynccontextmanager
    async def plans_in_processes(self) -> AsyncIterator[None]:
        """Make plans in child processes while this is open, so that no question holds up the event
        loop; the first process is being started meanwhile."""
        from netnew.plan_processes import PlanProcesses

        processes = self._plan_maker.maker = PlanProcesses()
        warming_up = asyncio.create_task(processes.warm_up())
        try:
            yield
        finally:
            self._plan_maker.maker = InProcessPlanMaker()
            warming_up.cancel()
            await asyncio.gather(warming_up, return_exceptions=True)
            await processes.aclose()

    @asynccontextmanager
    async def open_worker(self, takes_all: bool) -> AsyncIterator[Worker]:
        """Work on runs while this is open: on those begun for this worker, or on all.

        Raises Conflict where this process has one open.
        """
        from netnew.durable.worker import open_worker
        from netnew.durable.worker_options import Tick, WorkerOptions

        self._database.check_writable()
        settings, workspaces = self.settings, self.workspaces
        tick = Tick(_HOUSEKEEPING_EVERY_S, self.sweep, "retention")
        options = WorkerOptions(
            self.home_id, takes_all, settings.runs_at_once, ticks=(tick,) if takes_all else ()
        )
        try:
            async with open_worker(
                self._database,
                settings.database_url,
                workspaces.step,
                workspaces.may_take_over,
                options,
                workspaces.judge_batch,
            ) as worker:
                self._others.me = worker.id if takes_all else ""
                yield worker
        finally:
            self._others.me = ""
            await workspaces.close()

    @asynccontextmanager
    async def open_deliverer(self) -> AsyncIterator[Deliverer]:
        """Tell webhooks while this is open; any number of processes may. Raises InvalidInput for a
        secret that cannot sign."""
        settings, desks = self.settings, self.desks
        if secret := settings.webhook_secret.get_secret_value():
            checked_secret(secret)
        shapes, clock = _shapes(), desks.clock
        outbox = SqlOutbox(self._database, clock, shapes)
        sender = open_sender(settings.test_gateway, settings.webhook_private_addresses)
        looker = EventScanner(outbox, shapes, self.workspaces.of, clock)
        timeout_s, secret_of = settings.webhook_timeout_s, desks.webhooks.secret_of
        attempting = DeliveryAttempt(shapes, secret_of, sender, clock, timeout_s)
        try:
            async with Deliverer(outbox, looker, attempting, clock, uuid4().hex).running() as one:
                yield one
        finally:
            await sender.aclose()

    async def live_workers(self, takes_all: bool = True) -> list[WorkerRow]:
        """The workers that beat; with `takes_all` only those of this HOME that take any run."""
        rows = await live_workers(self._database, lambda: datetime.now(UTC))
        if not takes_all:
            return rows
        return [row for row in rows if row.takes_all and row.home == self.home_id]

    async def check_database(self) -> None:
        """Read and write something small. Raises StoreBusy, StoreDamaged."""
        await self._database.check()

    async def sweep(self) -> Swept:
        """Remove what is kept longer than the settings say."""
        settings = self.settings
        retention = Retention(self._database, page_max_age=settings.page_max_age)
        swept = await retention.sweep(
            settings.keep_runs_days,
            settings.keep_events_days,
            settings.keep_pages_days,
            datetime.now(UTC),
        )
        queue = await self.service.queue()
        if queue is not None:
            await queue.forget(datetime.now(UTC) - timedelta(days=_ENGINE_KEEPS_DAYS))
        return swept


@asynccontextmanager
async def open_app(
    settings: Settings,
    clock: Clock | None = None,
    ids: Ids | None = None,
    judge: Judge | None = None,
) -> AsyncIterator[App]:
    """Open the database of the settings (made and migrated on first use) and put the parts
    together; `judge` takes the place of the rules. Raises StoreDamaged where the database cannot
    be used, InvalidInput for a bad setting."""
    clock, ids = clock or SystemClock(), ids or RandomIds()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(
            open_database(settings.database_url, settings.synchronous)
        )
        limits = await stack.enter_async_context(ProviderLimits(database, uuid4().hex, clock))
        home_id = _home_id(settings.home)
        queue, beats = _Queue(database.check_writable, settings, stack), _Beats(database)
        others, plan_maker = _Others(beats, queue, home_id), _PlanMaker()
        judges = JudgeFactory(judge or RulesJudge(clock), settings, limits)
        stack.push_async_callback(judges.aclose)
        chromium = Chromium(settings.browser_path)
        pulse = EventPoller(database)

        def make_service(workspace_id: WorkspaceId) -> Service:
            store = SqlStore(database, workspace_id, clock)
            opener = _PartsOpener(settings, store, limits, clock, ids, judges, others, chromium)
            deps = ServiceDependencies(
                clock,
                ids,
                judges.named,
                settings.sources,
                opener.open,
                queue.open,
                lambda spec: home_id if _is_of_this_home(spec) else "",
                Tailer(database, workspace_id, pulse).watch,
                beats.lives,
                plan_maker,
            )
            return Service(store, deps)

        workspaces = Workspaces(make_service, partial(workspace_of, database))
        stack.push_async_callback(workspaces.close)
        desks = ApiStores(
            SqlKeys(database, clock),
            SqlIdempotencyStore(database, clock),
            SqlWebhooks(database, clock, settings.webhook_secret.get_secret_value()),
            SqlStats(database, clock),
            clock,
            ids,
        )
        yield App(settings, workspaces, desks, database, home_id, others, plan_maker)


def _shapes() -> dict[str, WebhookFormat]:
    """What each wire format says of webhooks."""
    from netnew.api.dialects.parallel.webhooks import ParallelWebhookFormat
    from netnew.api.dialects.scout.webhooks import ScoutWebhookFormat

    shapes: list[WebhookFormat] = [ParallelWebhookFormat(), ScoutWebhookFormat()]
    return {shape.face: shape for shape in shapes}


def make_api_state(app: App) -> ApiState:
    """What the dialects of an HTTP server share, over the parts of `app`."""
    from netnew.api.state import ApiState

    desks = app.desks
    return ApiState(
        app.settings,
        app.workspaces.of,
        desks.keys,
        desks.answers,
        desks.webhooks,
        desks.figures.now,
        desks.clock,
        desks.ids,
        partial(wait_at_most, REQUEST_WAIT_S),
        app.check_database,
    )


@dataclass(slots=True)
class _Queue:
    """The queue of runs, opened on first use: only commands that start work need it.

    `check_writable` raises StoreReadOnly; without it the workflow engine tries to write for 30 s.
    """

    check_writable: Callable[[], None]
    settings: Settings
    stack: AsyncExitStack
    _opened: asyncio.Task[WorkflowQueue] | None = None

    async def open(self) -> WorkflowQueue:
        if self._opened is None or (self._opened.done() and self._has_failed(self._opened)):
            with wait_at_most(None):  # it is opened for all, however soon the first gives up
                self._opened = asyncio.ensure_future(self._open())
        return await asyncio.shield(self._opened)

    @staticmethod
    def _has_failed(opened: asyncio.Task[WorkflowQueue]) -> bool:
        return opened.cancelled() or opened.exception() is not None

    async def _open(self) -> WorkflowQueue:
        from netnew.durable.queue import open_queue

        self.check_writable()
        settings = self.settings
        return await self.stack.enter_async_context(
            open_queue(settings.database_url, settings.synchronous)
        )


@dataclass(slots=True)
class _PlanMaker:
    """Whichever makes plans now."""

    maker: PlanMaker = field(default_factory=InProcessPlanMaker)

    async def plan(self, spec: RunSpec, judge: Judge, clock: Clock) -> Plan:
        return await self.maker.plan(spec, judge, clock)

    async def exclusions(self, exclude: ExcludeList, keys: Sequence[str]) -> Exclusions:
        return await self.maker.exclusions(exclude, keys)


@dataclass(frozen=True, slots=True)
class _Beats:
    database: Database

    async def lives(self, worker_id: str) -> bool:
        """Whether the worker of that id beats."""
        return any(row.id == worker_id for row in await self.all())

    async def all(self) -> list[WorkerRow]:
        return await live_workers(self.database, lambda: datetime.now(UTC))


@dataclass(slots=True)
class _Others:
    """The other workers, for what is shared with them. `me`: the worker open in this process, where
    it takes all; with one of its own run alone nothing is shared."""

    beats: _Beats
    queue: _Queue
    home_id: str
    me: str = ""

    async def find(self, spec: RunSpec) -> list[OtherWorker]:
        """Those that take all, and have what the sources of `spec` are on."""
        if not self.me:
            return []
        anywhere = not _is_of_this_home(spec)
        rows = [row for row in await self.beats.all() if row.takes_all and row.id != self.me]
        return [
            partial(self._judged_by, row.id) for row in rows if anywhere or row.home == self.home_id
        ]

    async def _judged_by(self, worker_id: str, batch: JudgingBatch) -> Spend | None:
        queue = await self.queue.open()
        return await queue.judged_by(worker_id, batch, self.beats.lives)


def _login() -> str:
    """The user whom this process runs as; its number where it has no name."""
    try:
        import pwd
    except ImportError:  # not a POSIX system
        return getpass.getuser()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _home_id(home: Path) -> str:
    """What names this HOME among the machines that share a database; made on first use, with the
    folder. Others may read neither from then on. '' where HOME is read-only and has none."""
    path = home / HOME_MARK
    try:
        make_private_folder(home)
        with path.open("x", encoding="ascii") as file:
            file.write(uuid4().hex)
    except FileExistsError:
        pass
    except OSError as error:
        if home.is_dir():
            return path.read_text(encoding="ascii").strip() if path.exists() else ""
        raise StoreDamaged(f"cannot make {home}: {error.strerror}") from error
    take_from_others(home, *(home / name for name in _PRIVATE))
    for folder in _PRIVATE_FOLDERS:
        take_from_others(*below(home / folder))
    return path.read_text(encoding="ascii").strip()


def _is_of_this_home(spec: RunSpec) -> bool:
    """Whether a source of it exists on this machine only."""
    return any(source.partition(":")[0] not in _EVERYWHERE for source in spec.sources)


@dataclass(frozen=True, slots=True)
class _PartsOpener:
    """Opens what one run needs: its sources, and a fetcher that knows the pages they carry."""

    settings: Settings
    store: Store
    limits: ProviderLimits
    clock: Clock
    ids: Ids
    judges: JudgeFactory
    others: _Others
    chromium: Chromium

    @asynccontextmanager
    async def open(self, spec: RunSpec) -> AsyncIterator[RunContext]:
        judging = await self.judges.named(spec)
        async with AsyncExitStack() as stack:
            http = self._http()
            stack.push_async_callback(http.aclose)
            context = self._source_context(http)
            sources: list[Source] = []
            for named in dict.fromkeys(spec.sources):
                source = source_from_spec(named, context)
                stack.push_async_callback(source.aclose)
                sources.append(source)
            fetcher = CachingFetcher(
                self.store.pages,
                self.clock,
                http,
                _providers(sources),
                self.settings.page_max_age,
                self.settings.failure_max_age,
                renderer=self._renderer(http),
                document_timeout_s=self.settings.document_timeout_s,
            )
            stack.push_async_callback(fetcher.aclose)
            yield RunContext(
                self.store,
                fetcher,
                tuple(sources),
                judging.judge,
                self.clock,
                self.ids,
                self.settings.page_max_age,
                self.settings.search_max_age,
                day_budget=self.settings.day_budget,
                judge_is_free=judging.is_free and judging.judge.profile.kind == "rules",
                conditions_per_call=1 if judging.is_free else MAX_CONDITIONS,
                advisor=judging.advisor,
                lifetime=self.settings.run_lifetime,
                others=self.others.find if self.settings.share_batches == "auto" else None,
            )

    def _renderer(self, http: HttpFetcher) -> Renderer | None:
        settings = self.settings
        if settings.render == "never":
            return None
        return Renderer(
            self.chromium, http.fetch, settings.render_timeout_s, settings.page_max_bytes
        )

    def _source_context(self, http: HttpFetcher) -> SourceContext:
        settings = self.settings
        return SourceContext(
            settings.home,
            self.clock,
            http.fetch,
            settings.search_timeout_s,
            search_keys(),
            settings.web_providers,
            self.limits,
            Allowed(settings.search_rate_per_s, settings.search_concurrency),
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
