"""`python -m evals`: run a measurement, explain it, check one against the pinned floors, or compare
runs with their golden traces."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from evals.ablated import PARTS
from evals.corpora import add_parser as add_corpora_parser
from evals.corpora import run_corpora
from evals.data_folder import BadDataFolder, load_web
from evals.explain import explained
from evals.floors import check_floors
from evals.golden.cli import add_parser as add_golden_parser
from evals.golden.cli import run_golden
from evals.judges import asks_oracle
from evals.oracle import Errors
from evals.product import Ask
from evals.report import document, print_report
from evals.run import Asked, Measurement, Plan, measure

GENERATORS = ("preview", "base", "core", "pro")
OWN_WEB = Path(__file__).resolve().parent.parent / "tests" / "web"


class Refused(Exception):
    """The command line asks for something that there is not; the message says what there is."""


def main(argv: Sequence[str] | None = None) -> int:
    """0: measured, and no floor broken. 1: the product failed on a query, or a floor is broken.
    2: the command line is wrong."""
    given = _parser().parse_args(argv)
    try:
        if given.command == "explain":
            print("\n".join(explained(json.loads(given.measurement.read_bytes()))))
            return 0
        if given.command == "golden":
            return run_golden(given)
        if given.command == "corpora":
            return run_corpora(given)
        _refuse_what_cannot_be(given)
        return _check(given) if given.command == "check" else _run(given)
    except (BadDataFolder, Refused) as error:
        print(f"evals: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="measure the product on a web with known answers")
    run.add_argument("--data", type=Path, required=True, help="a data folder of the format")
    run.add_argument("--domain", help="a folder in it; several, with commas, for one web of all")
    run.add_argument("--queries", default="", help="ids, separated by commas (default: all)")
    run.add_argument("--entities", type=int, help="an even sample of so many entities")
    run.add_argument("--seed", type=int, default=0)
    run.add_argument("--repeat", type=int, default=1, choices=(1, 2))
    run.add_argument("--json", type=Path, help="write the whole measurement here")
    run.add_argument("--results", type=Path, help="write every candidate, a file a query, here")
    check = commands.add_parser("check", help="measure, and compare with the pinned floors")
    check.add_argument("--floors", type=Path, required=True)
    check.add_argument("--every", type=int, default=1, help="of the sample every Nth query")
    check.add_argument("--raise-floors", action="store_true", help="pin better figures")
    check.add_argument("--lower-floors", action="store_true", help="pin worse figures too")
    explain = commands.add_parser("explain", help="why answers are missing or wrong, grouped")
    explain.add_argument("measurement", type=Path, help="what 'run --json' wrote")
    add_golden_parser(commands)
    add_corpora_parser(commands)
    for command in (run, check):
        command.add_argument("--generator", choices=GENERATORS, default="core")
        command.add_argument(
            "--judge", default="rules", help="rules, oracle, or as the product has it"
        )
        command.add_argument("--match-limit", type=int, default=1000)
        command.add_argument("--oracle-error", type=float, default=0.0)
        command.add_argument("--oracle-unclear", type=float, default=0.0)
        command.add_argument("--judge-latency-ms", type=int, default=0)
        command.add_argument("--page-latency-ms", type=int, default=0)
        command.add_argument("--budget-share", type=float, default=1.0,
                             help="this part of the generator's searches and pages")  # fmt: skip
        command.add_argument("--ablate", default="", metavar="PART,PART",
                             help=f"leave out of the product: {', '.join(PARTS)}")  # fmt: skip
        command.add_argument("--jobs", type=int, default=2, help="queries run at once")
        command.add_argument("--timeout-s", type=float, default=3600.0, help="for one query")
    return parser


def _refuse_what_cannot_be(given: argparse.Namespace) -> None:
    of_oracle = given.oracle_error or given.oracle_unclear or given.judge_latency_ms
    if of_oracle and not asks_oracle(given.judge):
        raise Refused("--oracle-error, --oracle-unclear and --judge-latency-ms need the judge"
                      f" 'oracle', not {given.judge!r}")  # fmt: skip
    if not (0 <= given.oracle_error <= 1 and 0 <= given.oracle_unclear <= 1):
        raise Refused("--oracle-error and --oracle-unclear are shares from 0 to 1")
    if not 0 < given.budget_share <= 1:
        raise Refused("--budget-share is a share above 0, up to 1")
    unknown = [part for part in given.ablate.split(",") if part and part not in PARTS]
    if unknown:
        raise Refused(f"--ablate knows no part {unknown[0]!r} (there are: {', '.join(PARTS)})")
    if getattr(given, "every", 1) < 1:
        raise Refused("--every must be 1 or more")
    if given.jobs < 1:
        raise Refused("--jobs must be 1 or more")


def _ask(given: argparse.Namespace) -> Ask:
    return Ask(
        generator=given.generator,
        judge=given.judge,
        match_limit=given.match_limit,
        timeout_s=given.timeout_s,
        budget_share=given.budget_share,
        without=tuple(part for part in given.ablate.split(",") if part),
    )


def _errors(given: argparse.Namespace, seed: int) -> Errors:
    return Errors(given.oracle_error, given.oracle_unclear, seed)


def _run(given: argparse.Namespace) -> int:
    web = load_web(given.data, given.domain, given.entities, given.seed)
    queries = web.asked([q for q in given.queries.split(",") if q])
    plan = Plan(
        web=web,
        queries=queries,
        ask=_ask(given),
        repeats=given.repeat,
        jobs=given.jobs,
        page_latency_ms=given.page_latency_ms,
        results=given.results,
        errors=_errors(given, given.seed),
        judge_latency_ms=given.judge_latency_ms,
    )
    done = _measured(plan)
    if given.json:
        text = json.dumps(document(plan, done, given.seed), ensure_ascii=False, indent=1)
        given.json.write_text(text + "\n", encoding="utf-8")
    return 1 if done.failed else 0


def _measured(plan: Plan) -> Measurement:
    print(f"{plan.web.domain}: {len(plan.web.pages):,} pages of {plan.web.entities:,} entities, "
          f"{len(plan.queries)} queries", file=sys.stderr)  # fmt: skip
    done = measure(plan, _tell)
    print_report(Console(width=None if sys.stdout.isatty() else 200), plan, done)
    return done


def _tell(asked: Asked) -> None:
    grade = asked.grade
    print(f"  {grade.id}: {grade.stop_reason}, {grade.counts['matched']} matched, "
          f"{asked.seconds:.1f} s", file=sys.stderr, flush=True)  # fmt: skip


def _variant(plan: Plan) -> str:
    """What else than judge and generator the figures hold for."""
    ask, errors = plan.ask, plan.errors
    parts = [f"without {part}" for part in ask.without]
    parts += [f"budget {ask.budget_share:g}"] if ask.budget_share < 1 else []
    parts += [f"error {errors.wrong:g}"] if errors.wrong else []
    parts += [f"unclear {errors.unclear:g}"] if errors.unclear else []
    return "".join(f"/{part}" for part in parts)


def _check(given: argparse.Namespace) -> int:
    """The suite's own web, and the one that NETNEW_DATA names, against their floors."""
    webs = {"tests_web": load_web(OWN_WEB, "observatories")}
    data = os.environ.get("NETNEW_DATA")
    if data:
        webs["sample_web"] = load_web(Path(data), "sample_web")
    measured: dict[str, dict[str, object]] = {}
    failed = False
    for name, web in webs.items():
        queries = web.queries[:: given.every] if name == "sample_web" else web.queries
        plan = Plan(web, queries, _ask(given), jobs=given.jobs,
                    page_latency_ms=given.page_latency_ms, errors=_errors(given, 0),
                    judge_latency_ms=given.judge_latency_ms)  # fmt: skip
        done = _measured(plan)
        failed = failed or bool(done.failed)
        measured[f"{name}/{given.judge}/{given.generator}{_variant(plan)}"] = document(
            plan, done, seed=0
        )
    problems = check_floors(given.floors, measured, given.raise_floors, given.lower_floors)
    for problem in problems:
        print(f"evals: {problem}", file=sys.stderr)
    return 1 if failed or problems else 0
