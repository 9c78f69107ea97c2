"""`python -m evals golden`: record the golden traces, or compare with recorded ones."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from evals.golden.compare import differences
from evals.golden.files import as_stored, path_of, read_trace, write_trace
from evals.golden.runs import RUNS, GoldenRun, GoldenRunFailed, record

RECORDED = Path(__file__).resolve().parents[2] / "tests" / "golden"
MAX_LINES = 40


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    golden = commands.add_parser("golden", help="record what five runs do, or compare with it")
    ways = golden.add_subparsers(dest="way", required=True)
    names = ", ".join(run.name for run in RUNS)
    for way, option, what in (
        ("record", "--out", "record the traces into this folder"),
        ("compare", "--with", "make the runs again and compare with the traces of this folder"),
    ):
        parser = ways.add_parser(way, help=what)
        parser.add_argument(option, dest="folder", type=Path, default=RECORDED, metavar="DIR",
                            help=f"{what} (default: tests/golden)")  # fmt: skip
        parser.add_argument("--runs", default="", metavar="RUN,RUN", help=f"only these of: {names}")


def run_golden(given: argparse.Namespace) -> int:
    """0: recorded, or equal. 1: a run differs or failed. 2: there is no such run or trace."""
    wanted = [name for name in given.runs.split(",") if name]
    unknown = set(wanted) - {run.name for run in RUNS}
    chosen = [run for run in RUNS if not wanted or run.name in wanted]
    if unknown:
        return _refused(f"there is no golden run {', '.join(sorted(unknown))}")
    missing = [path_of(given.folder, run.name) for run in chosen]
    if given.way == "compare" and (gone := [path for path in missing if not path.is_file()]):
        return _refused(f"not recorded: {', '.join(map(str, gone))}")
    return 1 if sum(not _done(given, run) for run in chosen) else 0


def _refused(problem: str) -> int:
    print(f"evals: {problem}", file=sys.stderr)
    return 2


def _done(given: argparse.Namespace, run: GoldenRun) -> bool:
    """Whether the run was recorded, or is as recorded."""
    started = time.monotonic()
    try:
        trace = as_stored(record(run))
    except GoldenRunFailed as error:
        print(f"{run.name}: failed\n{error}")
        return False
    if given.way == "record":
        write_trace(given.folder, run.name, trace)
        found: list[str] = []
    else:
        found = list(differences(read_trace(given.folder, run.name), trace))
    unchanged = "recorded" if given.way == "record" else "equal"
    told = f"{len(found)} differences" if found else unchanged
    print(f"{run.name}: {told} ({time.monotonic() - started:.1f} s)", flush=True)
    lines = _told_once(found)
    for line in lines[:MAX_LINES]:
        print(f"  {line}")
    if len(lines) > MAX_LINES:
        print(f"  … and {len(lines) - MAX_LINES} more kinds")
    return not found


def _told_once(found: Sequence[str]) -> list[str]:
    """The differences; of those that replace the same by the same, the first and how many."""
    places: dict[str, list[str]] = {}
    for line in found:
        place, _, change = line.partition(": ")
        places.setdefault(change, []).append(place)
    return [
        f"{first}{f' and {len(more)} more places' if more else ''}: {change}"
        for change, (first, *more) in places.items()
    ]
