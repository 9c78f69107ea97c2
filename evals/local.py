"""`python -m evals.local`: what a model file adds to the rules, over the whole product.

Each query is asked of the rules alone, of the model alone, and of both, as `python -m evals run`
asks it. Weights come out of the package registry (`--weights smollm2` or `qwen1.5b`), or are a
file of yours.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

from evals.data_folder import BadDataFolder, load_web
from evals.weights import KNOWN, NoWeights, weights_at

OWN_WEB = Path(__file__).resolve().parent.parent / "tests" / "web"
CACHE = Path("~/.cache/netnew-evals")
_COLUMNS = ("data", "judge", "queries", "failed", "precision", "recall", "F1", "unclear", "right",
            "wrong", "calls", "s a call", "s")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What is measured: some queries of a web. `entities`: a sample of them (None: all)."""

    name: str
    data: Path
    domain: str
    queries: tuple[str, ...]
    entities: int | None


def main(argv: Sequence[str] | None = None) -> int:
    """0: measured. 1: the product failed on a query. 2: there is nothing to measure with."""
    given = _parser().parse_args(argv)
    try:
        if find_spec("xllamacpp") is None:
            raise NoWeights("model files need the package xllamacpp: pip install 'netnew[local]'")
        weights = weights_at(given.weights, given.folder.expanduser())
        webs = _webs(given)
    except (NoWeights, BadDataFolder) as error:
        print(f"evals: {error}", file=sys.stderr)
        return 2
    with TemporaryDirectory(prefix="netnew-local-") as scratch:
        rows = [
            (web, judge, _measured(web, judge, given, Path(scratch)))
            for web in webs
            for judge in judges_of(weights)
        ]
    console = Console(width=None if sys.stdout.isatty() else 160)
    lines = _lines(rows)
    console.print(_table(weights.name, lines))
    note = KNOWN[given.weights].note if given.weights in KNOWN else ""
    console.print(f"{note} A handful of queries says little: mind the counts.".strip())
    if given.json:
        given.json.write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")
    return 1 if any(told["failed"] for told in lines) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.local", description=__doc__)
    parser.add_argument("--weights", default="smollm2", help=f"{', '.join(KNOWN)}, or a .gguf file")
    parser.add_argument("--queries", type=int, default=3, help="so many queries of each web")
    parser.add_argument("--entities", type=int, default=16,
                        help="an even sample of so many entities of our own web")  # fmt: skip
    parser.add_argument("--budget-share", type=float, default=0.1,
                        help="this part of the generator's searches and pages")  # fmt: skip
    parser.add_argument("--generator", default="base")
    parser.add_argument("--timeout-s", type=float, default=1800.0, help="for one query")
    parser.add_argument("--folder", type=Path, default=CACHE, help="where weights are kept")
    parser.add_argument("--json", type=Path, help="write the figures here")
    return parser


def judges_of(weights: Path) -> tuple[str, ...]:
    return "rules", f"only:gguf:{weights}", f"gguf:{weights}"


def shown(judge: str) -> str:
    """The judge without a path."""
    if judge.startswith("only:"):
        return "model alone"
    return judge if judge == "rules" else "rules and model"


def _webs(given: argparse.Namespace) -> list[Asked]:
    """Our own web, and the one that NETNEW_DATA names."""
    asked = [("tests/web", OWN_WEB, "observatories", given.entities)]
    data = os.environ.get("NETNEW_DATA")
    if data:
        asked.append(("sample_web", Path(data), "sample_web", None))
    return [
        Asked(name, folder, domain, _spread(folder, domain, given.queries, entities), entities)
        for name, folder, domain, entities in asked
    ]


def _spread(folder: Path, domain: str, count: int, entities: int | None) -> tuple[str, ...]:
    """So many queries, evenly out of all."""
    ids = [query.id for query in load_web(folder, domain, entities).queries]
    count = min(count, len(ids))
    return tuple(ids[n * len(ids) // count] for n in range(count))


def _measured(web: Asked, judge: str, given: argparse.Namespace, scratch: Path) -> dict[str, Any]:
    """The measurement, as `python -m evals run` writes it."""
    out = scratch / "measured.json"
    out.unlink(missing_ok=True)
    command = [sys.executable, "-m", "evals", "run", "--data", str(web.data)]
    command += ["--domain", web.domain, "--queries", ",".join(web.queries), "--judge", judge]
    command += ["--entities", str(web.entities)] if web.entities else []
    command += ["--generator", given.generator, "--budget-share", str(given.budget_share)]
    # One at a time: each run of the product serves the model for itself.
    command += ["--jobs", "1", "--timeout-s", str(given.timeout_s), "--json", str(out)]
    print(f"{web.name}, {shown(judge)}:", file=sys.stderr, flush=True)
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    done: dict[str, Any] = json.loads(out.read_bytes())
    return done


def line(done: Mapping[str, Any], of_rules: float = 0.0) -> dict[str, float | int | None]:
    """What the table says of a measurement. `seconds_a_call`: of what it took longer than the rules
    (`of_rules` seconds), the loading of the file included; None without calls. `right`, `wrong`:
    single verdicts, matched or unmatched, held against what the field says."""
    macro, queries = done["macro"], done["queries"]
    calls = sum(round(query["spend"].get("model_calls", 0)) for query in queries)
    seconds = done["query_seconds"]
    by_op = done["verdicts_by_op"].values()
    right, wrong = (
        sum(row[f"matched_{how}"] + row[f"unmatched_{how}"] for row in by_op)
        for how in ("right", "wrong")
    )
    return {
        "queries": len(queries),
        "failed": sum(bool(query["problem"]) for query in queries),
        "precision": macro["precision"],
        "recall": macro["recall"],
        "f1": macro["f1"],
        "unclear": macro["unclear_share"],
        "right": right,
        "wrong": wrong,
        "calls": calls,
        "seconds_a_call": round((seconds - of_rules) / calls, 2) if calls else None,
        "seconds": round(seconds, 1),
    }


def _lines(rows: Sequence[tuple[Asked, str, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    of_rules = {web.name: done["query_seconds"] for web, judge, done in rows if judge == "rules"}
    return [
        {"data": web.name, "judge": shown(judge), **line(done, of_rules[web.name])}
        for web, judge, done in rows
    ]


def _table(weights: str, lines: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(*_COLUMNS, title=weights, box=None, pad_edge=False)
    for column in table.columns[2:]:
        column.justify = "right"
    for told in lines:
        table.add_row(*map(_cell, told.values()))
    return table


def _cell(value: str | float | int | None) -> str:
    if value is None or isinstance(value, str):
        return value or "–"
    return f"{value:.3f}" if isinstance(value, float) and value <= 1 else f"{value:,}"


if __name__ == "__main__":
    sys.exit(main())
