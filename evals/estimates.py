"""`python -m evals.estimates`: does the estimate's interval hold what it speaks of?

Each query is run with the whole budget of the generator and with parts of it. Four numbers are held
against two intervals, as the run reports them:

- the estimate (`low`..`high`) against *all truth*, against what is *within the run's reach* (the
  reachable truth of `evals.reachable`, and what the run with the whole budget rightly found), and
  against the reachable truth alone, which most runs go beyond;
- the estimate's `own_words` against the reachable truth: that is what it is an estimate of.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from evals.data_folder import Web, load_web
from evals.missed import entity_of
from evals.product import Ask, code_as_it_stands, run_product
from evals.reachable import reachable_truths
from evals.results import Result
from evals.rows import Query, Row
from evals.web_server import serving, store_web

SHARES = (0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Held:
    """One run: how many there are, and what it said. `within` is of the run with the largest share;
    `right` of this one. The intervals are (low, high)."""

    query: str
    share: float
    truth: int
    reachable: int
    within: int
    matched: int
    right: int
    stop_reason: str
    interval: tuple[float, float] | None
    own_words: tuple[float, float] | None


# What is held against what: a title, the number, the interval.
Question = tuple[str, Callable[[Held], int], Callable[[Held], tuple[float, float] | None]]
QUESTIONS: tuple[Question, ...] = (
    ("all truth", lambda h: h.truth, lambda h: h.interval),
    ("within reach", lambda h: h.within, lambda h: h.interval),
    ("reachable, by own words", lambda h: h.reachable, lambda h: h.own_words),
    ("reachable, by the estimate", lambda h: h.reachable, lambda h: h.interval),
)


def asked(
    web: Web, queries: Sequence[Query], ask: Ask, shares: Sequence[float], jobs: int
) -> list[Held]:
    """Run every query with every share of the budget, each in an empty HOME."""
    with TemporaryDirectory(prefix="netnew-estimates-") as scratch:
        stored = Path(scratch) / "web"
        stored.mkdir()
        reachable = reachable_truths(web, store_web(web.pages, stored))
        ask = replace(ask, source=code_as_it_stands(Path(scratch)))
        lanes: SimpleQueue[int] = SimpleQueue()
        for lane in range(jobs):
            lanes.put(lane)
        resolve = web.truth.resolver(web.label_rows)
        with serving(stored, jobs, 0) as server:

            def runs_of(query: Query) -> list[Held]:
                lane = lanes.get()
                try:
                    found = [
                        _run(
                            query,
                            replace(ask, budget_share=share),
                            Path(scratch),
                            server.ports[lane],
                        )
                        for share in shares
                    ]
                finally:
                    lanes.put(lane)
                rights = [_right(query, result, resolve) for result, _ in found]
                reach = reachable[query.id]
                within = len(reach | rights[-1])
                print(
                    f"  {query.id}: {[len(r) for r in rights]} of {len(query.truth)}",
                    file=sys.stderr,
                    flush=True,
                )
                return [
                    _held(query, share, len(reach), within, len(right), *run)
                    for share, right, run in zip(shares, rights, found, strict=True)
                ]

            with ThreadPoolExecutor(jobs) as pool:
                return [held for some in pool.map(runs_of, queries) for held in some]


def _run(query: Query, ask: Ask, scratch: Path, port: int) -> tuple[Result, Row]:
    with TemporaryDirectory(dir=scratch) as folder:
        home = Path(folder) / "home"
        home.mkdir()
        outcome = run_product(query, ask, home, port)
        if outcome.export is None:
            raise SystemExit(f"{query.id}: {outcome.problem}")
        return Result.of(outcome.export), outcome.export["run"].get("estimate") or {}


def _right(query: Query, result: Result, resolve: Callable[[str], str | None]) -> frozenset[str]:
    matched = (entity_of(c, resolve) for c in result.candidates if c.status == "matched")
    return query.truth & {entity for entity in matched if entity is not None}


def _held(
    query: Query, share: float, reachable: int, within: int, right: int, result: Result, said: Row
) -> Held:
    return Held(
        query=query.id,
        share=share,
        truth=len(query.truth),
        reachable=reachable,
        within=within,
        matched=sum(c.status == "matched" for c in result.candidates),
        right=right,
        stop_reason=result.stop_reason,
        interval=_ends(said),
        own_words=_ends(said.get("own_words") or {}),
    )


def _ends(said: Mapping[str, float]) -> tuple[float, float] | None:
    return (said["low"], said["high"]) if said else None


def scored(runs: Iterable[Held], question: Question) -> tuple[float, float, int]:
    """How often the interval holds the number, its median width ÷ the number, and of how many runs.
    A run without the interval, and a number of 0, do not count."""
    _, number, interval = question
    pairs = [(n, ends) for h in runs if (n := number(h)) and (ends := interval(h)) is not None]
    if not pairs:
        return 0.0, 0.0, 0
    held = statistics.mean(low <= n <= high for n, (low, high) in pairs)
    width = statistics.median((high - low) / n for n, (low, high) in pairs)
    return held, width, len(pairs)


def table(title: str, runs: Sequence[Held], shares: Sequence[float]) -> Table:
    shown = Table("held against", *(f"{share:.0%}" for share in shares), title=title)
    for question in QUESTIONS:
        cells = []
        for share in shares:
            held, width, count = scored([h for h in runs if h.share == share], question)
            cells.append(f"{held:.2f}, width {width:.2f} ({count})")
        shown.add_row(question[0], *cells)
    return shown


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m evals.estimates", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--domain")
    parser.add_argument("--queries", default="", help="ids, separated by commas (default: all)")
    parser.add_argument("--every", type=int, default=1, help="only every so manieth query")
    parser.add_argument("--generator", default="core")
    parser.add_argument("--judge", default="rules")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--json", type=Path, help="write every run here")
    given = parser.parse_args(argv)
    web = load_web(given.data, given.domain)
    queries = web.asked([q for q in given.queries.split(",") if q])[:: given.every]
    ask = Ask(generator=given.generator, judge=given.judge)
    runs = asked(web, queries, ask, SHARES, given.jobs)
    Console(width=140).print(table(f"{web.domain}: coverage, median width ÷ number", runs, SHARES))
    if given.json:
        given.json.write_text(json.dumps([asdict(h) for h in runs], indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
