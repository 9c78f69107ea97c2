"""What is asked again: of the judge, of the web, of the search, as a run lives on.

    python -m benchmarks.never_twice [--data FOLDER] [--domain NAME] [--entities N] [--query ID]

One HOME, one question after another; a server on loopback counts each page and search by what is
asked, a wrapper round the rules counts each judgement by candidate, condition and evidence. `again`
is what an earlier line has asked before: a judgement of what was decided, or on no new evidence; a
page or a search whose answer is fresh. It should be 0 everywhere, but for the pages of old matches
where those are to be read anew; exit code 1 where it is not.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.chaos_web import Call, Server, World, serving
from benchmarks.chaos_worker import settings_for
from evals.data_folder import Web, load_web
from evals.rows import Query
from evals.search_index import SearchIndex
from netnew.bootstrap import App, SystemClock, open_app
from netnew.domain.budget import Budget
from netnew.domain.condition import ConditionOutcome, MatchCondition, MatchRule, Verdict
from netnew.domain.enrichment import EnrichmentValue
from netnew.domain.ledger import JudgeProfile
from netnew.domain.run import Run, RunSpec
from netnew.judges.rules import RulesJudge
from netnew.ports.judging import EnrichRequest, JudgeRequest

CAP = 20
OWN_WEB = Path(__file__).resolve().parent.parent / "tests" / "web"
Asked = tuple[str, str]
"""(candidate, condition), both as the ledger knows them"""


@dataclass(slots=True)
class CountingJudge:
    """The rules, and what they were asked."""

    rules: RulesJudge
    asked: int = 0
    again: int = 0
    conditions: Counter[str] = field(default_factory=Counter)
    _decided: set[Asked] = field(default_factory=set)
    _shown: set[tuple[Asked, frozenset[str]]] = field(default_factory=set)

    @property
    def profile(self) -> JudgeProfile:
        return self.rules.profile

    async def judge(self, request: JudgeRequest) -> tuple[Verdict, ...]:
        verdicts = await self.rules.judge(request)
        shown = frozenset(str(page.snapshot.id) for page in request.evidence)
        for condition, verdict in zip(request.conditions, verdicts, strict=True):
            asked = (request.candidate.identity.key, condition.key)
            self.asked += 1
            self.conditions[condition.name] += 1
            self.again += asked in self._decided or (asked, shown) in self._shown
            self._shown.add((asked, shown))
            if verdict.proved().outcome is not ConditionOutcome.UNCLEAR:
                self._decided.add(asked)
        return verdicts

    async def enrich(self, request: EnrichRequest) -> tuple[EnrichmentValue, ...]:
        return await self.rules.enrich(request)

    def unreadable(self, conditions: Sequence[MatchCondition]) -> Mapping[str, str]:
        return self.rules.unreadable(conditions)


@dataclass(slots=True)
class Told:
    """Prints a line for each chapter: what was asked in it, and how much of that again."""

    judge: CountingJudge
    server: Server
    again: int = 0
    _judged: tuple[int, int] = (0, 0)
    _calls: Counter[Call] = field(default_factory=Counter)

    def tell(self, chapter: str, run: Run, reads_anew: bool = False) -> None:
        """`reads_anew`: pages are to be read again; they do not count."""
        judged = (self.judge.asked, self.judge.again)
        calls = Counter(self.server.counts.calls)
        new = calls - self._calls
        cells = [f"{judged[0] - self._judged[0]:,} / {judged[1] - self._judged[1]:,}"]
        again = judged[1] - self._judged[1]
        for kind in ("page", "search"):
            asked = {call: n for call, n in new.items() if call[0] == kind}
            repeated = sum(n - (self._calls[call] == 0) for call, n in asked.items())
            cells.append(f"{sum(asked.values()):,} / {repeated:,}")
            again += 0 if reads_anew and kind == "page" else repeated
        found = f"{run.counts.matched:,} of {run.counts.generated:,}"
        print(f"| {chapter} | {found} | {' | '.join(cells)} |", flush=True)
        self.again += again
        self._judged, self._calls = judged, calls
        self.judge.conditions.clear()


async def live(app: App, spec: RunSpec, told: Told) -> None:
    """The whole life of a question."""
    service = app.service

    async def work(run: Run) -> Run:
        return await service.work(run.id)

    budget = replace(spec, budget=Budget(pages=CAP))
    run = await work(await service.create_run(budget))
    told.tell(f"a run with a cap of {CAP} pages", run)
    run = await work(await service.resume(run.id, Budget(pages=100_000)))
    told.tell(f"resumed: {run.spec.match_limit} matches wanted", run)
    run = await work(await service.extend(run.id, spec.match_limit))
    told.tell(f"extended to {run.spec.match_limit}", run)
    run = await work(await service.extend(run.id, 10_000))
    told.tell("extended as far as there are any", run)
    whole = replace(spec, match_limit=run.spec.match_limit)
    told.tell("the same question once more", await work(await service.create_run(whole)))
    told.tell("refreshed: what is new", await work(await service.refresh(run.id)))
    run = await work(await service.refresh(run.id, rechecks=True))
    told.tell("refreshed, old matches read anew", run, reads_anew=True)
    await one_changed(app, whole, told)


async def one_changed(app: App, spec: RunSpec, told: Told) -> None:
    """One condition of several is worded otherwise; the others are as they were."""
    every = replace(spec, match_rule=MatchRule(evaluate_all=True))
    told.tell("all conditions judged", await app.service.work((await create(app, every)).id))
    changed, *others = every.conditions
    other = replace(changed, description=f"{changed.description.rstrip('.')} today.")
    run = await create(app, replace(every, conditions=(other, *others)))
    run = await app.service.work(run.id)
    asked = dict(told.judge.conditions)
    told.tell(f"'{other.name}' of {len(every.conditions)} conditions changed", run)
    print(f"\njudged in the last line: {asked} (of the others: candidates that only it found)")


async def create(app: App, spec: RunSpec) -> Run:
    return await app.service.create_run(spec)


def question(query: Query, server: Server) -> RunSpec:
    return RunSpec(
        query.objective,
        query.entity_type,
        tuple(MatchCondition(c.name, c.description) for c in query.conditions),
        match_limit=20,
        generator="core",
        sources=(f"web:searxng={server.address}/w",),
        judge="rules",
    )


async def measure(web: Web, query: Query) -> int:
    """Prints the table; how much was asked again."""
    world = World("w", query.objective, (), web.pages, SearchIndex.build(web.pages))
    judge = CountingJudge(RulesJudge(SystemClock()))
    with tempfile.TemporaryDirectory(prefix="netnew-twice-") as folder:
        home = Path(folder)
        async with serving([world]) as server:
            settings = settings_for(home, f"sqlite:///{home / 'netnew.db'}", server.address)
            async with open_app(settings, judge=judge) as app:
                print(f"\n{web.domain}, {len(web.pages):,} pages: {query.objective}\n")
                print("| | matches of candidates | judgements / again | pages | searches |")
                print("|---|---|---|---|---|")
                told = Told(judge, server)
                await live(app, question(query, server), told)
    return told.again


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("NETNEW_DATA") or OWN_WEB)
    parser.add_argument("--domain", default=None, help="of the folder (none: all it needs)")
    parser.add_argument("--entities", type=int, default=None, help="rendered (none: all)")
    parser.add_argument("--query", action="append", help="ids of queries (none: the first)")
    given = parser.parse_args()
    domain = given.domain
    if domain is None and (given.data / "sample_web").is_dir():
        domain = "sample_web"
    web = load_web(given.data, domain, given.entities)
    queries = web.asked(given.query) if given.query else web.queries[:1]
    again = sum(asyncio.run(measure(web, query)) for query in queries)
    sys.exit(again > 0)


if __name__ == "__main__":
    main()
