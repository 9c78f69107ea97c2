"""A worker in a process of its own, whose judge asks a server that counts. Made to be killed.

    python -m benchmarks.chaos_worker HOME DATABASE_URL SERVER IN_FLIGHT DEAD_AFTER_S RUNS

It says `ready ID` on standard output, and leaves when its standard input is closed. With
IN_FLIGHT 0 its judge is the rules, which ask nobody.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
import structlog

from netnew.app.run_executor import OpenContext
from netnew.bootstrap import SystemClock, open_app
from netnew.db.database import open_database
from netnew.domain.condition import MatchCondition, Verdict
from netnew.domain.enrichment import EnrichmentValue
from netnew.domain.ledger import JudgeProfile
from netnew.domain.run import RunSpec
from netnew.durable.worker import open_worker
from netnew.durable.worker_options import WorkerOptions
from netnew.engine.context import RunContext
from netnew.judges.rules import RulesJudge
from netnew.ports.judging import EnrichRequest, JudgeRequest
from netnew.settings import Settings


@dataclass(frozen=True, slots=True)
class PaidJudge:
    """The rules, behind a call to a server that takes its time and counts."""

    rules: RulesJudge
    client: httpx2.AsyncClient
    server: str

    @property
    def profile(self) -> JudgeProfile:
        return self.rules.profile

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        await self._pay("judge", request, [c.name for c in request.conditions])
        return await self.rules.judge(request)

    async def enrich(self, request: EnrichRequest) -> tuple[EnrichmentValue, ...]:
        await self._pay("enrich", request, [e.name for e in request.enrichments])
        return await self.rules.enrich(request)

    def unreadable(self, conditions: Sequence[MatchCondition]) -> Mapping[str, str]:
        return self.rules.unreadable(conditions)

    async def _pay(
        self, what: str, request: JudgeRequest | EnrichRequest, asked: list[str]
    ) -> None:
        shown = sorted(page.snapshot.url for page in request.evidence)
        about = [what, request.candidate.identity.key, *sorted(asked), *shown]
        (await self.client.post(f"{self.server}/judge", json=about)).raise_for_status()


def settings_for(home: Path, database_url: str, server: str) -> Settings:
    """Nothing but the server is asked, as quickly as it answers."""
    return Settings.load(
        home=home,
        database_url=database_url,
        test_gateway=server,
        per_host_delay_s=0,
        respect_robots=False,
        log_level="error",
    )


def paid(open_context: OpenContext, in_flight: int) -> OpenContext:
    """Parts whose judge costs something: what it says is recorded before it is asked again."""

    @asynccontextmanager
    async def open_paid(spec: RunSpec) -> AsyncIterator[RunContext]:
        async with open_context(spec) as context:
            yield replace(context, in_flight=in_flight, judge_is_free=False)

    return open_paid


async def main(
    home: Path, database_url: str, server: str, in_flight: int, dead_after_s: float, runs: int
) -> None:
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=None)
    settings = settings_for(home, database_url, server)
    async with httpx2.AsyncClient(limits=limits, timeout=60) as client:
        judge = PaidJudge(RulesJudge(SystemClock()), client, server)
        async with (
            open_app(settings, judge=judge if in_flight else None) as app,
            open_database(database_url) as database,
        ):
            working = app.service.executor
            working.max_takeovers = sys.maxsize
            if in_flight:
                working.open_context = paid(working.open_context, in_flight)
            options = WorkerOptions(
                app.home_id, True, runs, beat_s=dead_after_s / 5, dead_after_s=dead_after_s
            )
            async with open_worker(
                database, database_url, working.step, working.may_take_over, options
            ) as worker:
                print("ready", worker.id, flush=True)
                await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    given = sys.argv[1:]
    numbers = int(given[3]), float(given[4]), int(given[5])
    asyncio.run(main(Path(given[0]), given[1], given[2], *numbers))
