"""A whole run with slow pages and a slow model: how near is it to its slowest stage alone?

    python -m benchmarks.overlap --data FOLDER --domain NAME --queries ID[,ID…] [--judge JUDGE]

The web answers each request after 200 ms, the model after 300 ms, as the suite's own servers do.
`ideal` is the slowest stage alone: its calls, as the servers counted them, times their latency, by
as many at once as the settings allow (16 pages, 8 calls of a model, the searches of a round). `cpu`
is what the run computed, on one core: where that is above `ideal`, it is the slowest stage.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from evals.data_folder import load_web
from evals.product import Ask
from evals.run import Asked, Plan, measure
from netnew.engine.effort import GENERATORS
from netnew.settings import Settings

PAGE_MS, JUDGE_MS = 200, 300


def stages(asked: Asked, generator: str) -> dict[str, float]:
    """Seconds that each stage would take alone."""
    settings = Settings.load()
    requests = asked.requests
    searches = requests.get("search", 0)
    pages = sum(n for kind, n in requests.items() if kind != "search")
    return {
        "searches": searches * PAGE_MS / 1000 / GENERATORS[generator].queries_per_round,
        "pages": pages * PAGE_MS / 1000 / settings.fetch_concurrency,
        "judge": _model_calls(asked) * JUDGE_MS / 1000 / settings.model_concurrency,
    }


def _model_calls(asked: Asked) -> int:
    """As the oracle's server counted them."""
    counted = (asked.grade.model_use or {}).get("server")
    return int(counted["calls"]) if isinstance(counted, dict) else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--domain")
    parser.add_argument("--queries", required=True)
    parser.add_argument("--judge", default="only:oracle")
    parser.add_argument("--generator", default="core")
    given = parser.parse_args()
    web = load_web(given.data, given.domain)
    wanted = given.queries.split(",")
    ask = Ask(generator=given.generator, judge=given.judge)
    plan = Plan(
        web,
        tuple(q for q in web.queries if q.id in wanted),
        ask,
        jobs=1,
        page_latency_ms=PAGE_MS,
        judge_latency_ms=JUDGE_MS,
    )
    head = ("query", "wall s", "searches", "pages", "judge", "ideal", "wall/ideal", "first match")
    print(" | ".join(head))

    def tell(asked: Asked) -> None:
        alone = stages(asked, given.generator)
        ideal = max(alone.values())
        seconds = asked.grade.spent.get("seconds", asked.seconds)
        first = asked.grade.measures.get("first_match_s")
        cells = [asked.grade.id, f"{seconds:.1f}", *(f"{s:.1f}" for s in alone.values())]
        cells += [f"{ideal:.1f}", f"{seconds / ideal:.2f}", f"{first:.1f}" if first else "-"]
        print(" | ".join(cells), flush=True)

    measure(plan, tell)


if __name__ == "__main__":
    main()
