"""`python -m evals corpora`: how well questions about corpora of real pages are answered."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from evals.corpus_folder import (
    CorpusField,
    CorpusFolder,
    CorpusQuestion,
    corpus_folders,
    load_corpus,
)
from evals.corpus_grade import CorpusGrade, grade_corpus, macro
from evals.judges import asks_outside_model
from evals.product import DEFAULT_COMMAND


class ProductFailed(Exception):
    """A command of the product ended with an error; the message has the end of what it said."""


@dataclass(frozen=True, slots=True)
class Answer:
    grade: CorpusGrade
    seconds: float
    document: Mapping[str, Any]


def add_parser(commands: Any) -> None:
    parser = commands.add_parser("corpora", help="measure questions about corpora of real pages")
    parser.add_argument("--data", type=Path, required=True, help="a corpus folder, or one of them")
    parser.add_argument("--corpus", default="", help="names, separated by commas (default: all)")
    parser.add_argument("--questions", default="", help="ids, separated by commas (default: all)")
    parser.add_argument("--judge", default="rules")
    parser.add_argument("--generator", default="core")
    parser.add_argument("--home", type=Path, help="keep the home folders here (default: removed)")
    parser.add_argument("--json", type=Path, help="write grades, false and missed ones here")
    parser.add_argument("--timeout-s", type=float, default=900.0, help="for one question")


def run_corpora(given: argparse.Namespace) -> int:
    """0: all questions were answered; 1: the product failed on one (told, and left out)."""
    wanted = {x for x in given.corpus.split(",") if x}
    folders = [x for x in corpus_folders(given.data) if not wanted or x.name in wanted]
    failed, document = False, {}
    for folder in map(load_corpus, folders):
        with tempfile.TemporaryDirectory() as scratch:
            home = (given.home or Path(scratch)) / folder.name
            answers, problems = _measured(folder, home, given)
        for problem in problems:
            print(f"evals: {folder.name}: {problem}", file=sys.stderr)
        failed = failed or bool(problems)
        if answers:
            print_corpus(Console(width=None if sys.stdout.isatty() else 200), folder.name, answers)
            document[folder.name] = _document(answers)
    if given.json:
        text = json.dumps(document, ensure_ascii=False, indent=1)
        given.json.write_text(text + "\n", encoding="utf-8")
    return 1 if failed else 0


def _measured(
    folder: CorpusFolder, home: Path, given: argparse.Namespace
) -> tuple[list[Answer], list[str]]:
    home.mkdir(parents=True, exist_ok=True)
    env = _environment(home, given.judge)
    ids = {x for x in given.questions.split(",") if x}
    answers, problems = [], []
    try:
        _product(["corpus", "add", folder.name, str(folder.source)], env, given.timeout_s)
    except ProductFailed as error:
        return [], [str(error)]
    for question in folder.questions:
        if ids and question.id not in ids:
            continue
        started = time.monotonic()
        try:
            out = _product(_find(question, folder.name, given), env, given.timeout_s)
        except ProductFailed as error:
            problems.append(f"{question.id}: {error}")
            continue
        told = json.loads(out)
        grade = grade_corpus(question, folder.records, told["candidates"])
        answers.append(Answer(grade, time.monotonic() - started, told))
        print(f"  {folder.name} {question.id}: F1 {grade.f1:.2f}", file=sys.stderr, flush=True)
    return answers, problems


def _find(question: CorpusQuestion, corpus: str, given: argparse.Namespace) -> list[str]:
    command = ["find", question.objective, "--source", f"corpus:{corpus}", "--all", "--json"]
    command += ["--judge", given.judge, "--generator", given.generator, "--limit", "1000"]
    for condition in question.where:
        command += ["--where", condition]
    for field in question.fields:
        command += ["--enrich", _enrichment(field)]
    return command


def _enrichment(field: CorpusField) -> str:
    name = field.name if field.format == "text" else f"{field.name} ({field.format})"
    return f"{name}: {field.description}"


def _product(arguments: Sequence[str], env: Mapping[str, str], timeout_s: float) -> str:
    try:
        done = subprocess.run(
            [*DEFAULT_COMMAND, *arguments],
            env=env,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise ProductFailed(f"killed after {timeout_s:g} s") from error
    if done.returncode:
        raise ProductFailed(f"exit code {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout


def _environment(home: Path, judge: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("NETNEW_")
        or (name.startswith("NETNEW_MODEL_") and asks_outside_model(judge))
    }
    return {**kept, "NETNEW_HOME": str(home), "NO_COLOR": "1"}


def print_corpus(console: Console, name: str, answers: Sequence[Answer]) -> None:
    """A row a question, and the averages."""
    table = Table(title=name, box=None, title_justify="left")
    for column in ("id", "truth", "candidates", "matched", "prec", "rec", "F1", "dup", "unclear"):
        table.add_column(column, justify="left" if column == "id" else "right")
    for column in ("missed", "fields right/wrong/empty", "s"):
        table.add_column(column)
    for answer in answers:
        grade = answer.grade
        missed = ", ".join(f"{n} {end}" for end, n in grade.missed_by_end.items())
        fields = ", ".join(f"{x} {c.right}/{c.wrong}/{c.empty}" for x, c in grade.fields.items())
        table.add_row(
            grade.id,
            str(grade.truth),
            str(grade.candidates),
            str(grade.found + len(grade.false) + grade.duplicates),
            f"{grade.precision:.2f}",
            f"{grade.recall:.2f}",
            f"{grade.f1:.2f}",
            str(grade.duplicates),
            f"{grade.unclear / max(1, grade.candidates):.2f}",
            missed,
            fields,
            f"{answer.seconds:.1f}",
        )
    console.print(table)
    console.print(", ".join(f"{k} {v:g}" for k, v in macro([x.grade for x in answers]).items()))


def _document(answers: Sequence[Answer]) -> dict[str, Any]:
    return {
        "macro": macro([x.grade for x in answers]),
        "questions": [
            {
                "id": x.grade.id,
                "objective": x.document["run"]["objective"],
                "precision": round(x.grade.precision, 3),
                "recall": round(x.grade.recall, 3),
                "f1": round(x.grade.f1, 3),
                "truth": x.grade.truth,
                "candidates": x.grade.candidates,
                "unclear": x.grade.unclear,
                "duplicates": x.grade.duplicates,
                "seconds": round(x.seconds, 1),
                "fields": {name: asdict(counts) for name, counts in x.grade.fields.items()},
                "missed": x.grade.missed,
                "false": x.grade.false,
            }
            for x in answers
        ],
    }
