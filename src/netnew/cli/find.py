"""`netnew find`: the main job."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from netnew.cli import asking, terminal
from netnew.cli.asking import Question, spec_from
from netnew.cli.complaints import FAILED, SOURCES_TO_TRY, STOPPED, complaint
from netnew.cli.excluding import exclude_list
from netnew.cli.opened import with_app
from netnew.cli.render import print_candidates
from netnew.cli.terminal import clean, plural, program
from netnew.cli.watch import Tally, work_and_watch
from netnew.cli.wording import how_many_exist, numbers, why_it_stopped
from netnew.domain.budget import Budget
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.errors import InvalidInput, NotWritten
from netnew.domain.event import SourceFailed
from netnew.domain.run import Run, RunSpec, RunStatus, TerminationReason
from netnew.exports.document import run_and_candidates
from netnew.exports.files import check_output, write_export
from netnew.settings import Settings

if TYPE_CHECKING:
    from netnew.bootstrap import App
    from netnew.service import RunResult

# On a terminal a longer table is cut; files, pipes and `runs result` have all of it.
_MOST_ROWS = 50


def find(
    context: typer.Context,
    objective: asking.Objective,
    entity_type: asking.EntityType = "",
    where: asking.Where = None,
    enrich: asking.Enrich = None,
    schema: asking.Schema = None,
    limit: asking.Limit = 100,
    generator: asking.Effort = asking.Generator.CORE,
    exclude: asking.Exclude = None,
    source: asking.SourceSpecs = None,
    judge: asking.JudgeName = None,
    max_cost: asking.MaxCost = None,
    max_seconds: asking.MaxSeconds = None,
    max_searches: asking.MaxSearches = None,
    max_pages: asking.MaxPages = None,
    evaluate_limit: asking.EvaluateLimit = None,
    match_share: asking.MatchShare = 1.0,
    output: asking.Outputs = None,
    everything: asking.All = False,
    as_json: asking.AsJson = False,
    quiet: asking.Quiet = False,
) -> None:
    """Find every entity that matches OBJECTIVE, with quotes as proof.

    Ctrl-C stops the run and keeps what it has (exit code 130); a second Ctrl-C leaves at once.
    """
    outputs = checked_outputs(output or [])
    settings = Settings.load()
    question = Question(
        objective,
        entity_type,
        where or (),
        enrich or (),
        limit,
        evaluate_limit,
        match_share,
        generator,
        source or (),
        judge,
        Budget(max_cost, None, max_searches, max_pages, max_seconds),
        schema,
    )

    async def ask(app: App) -> int:
        spec = spec_from(question, settings, await exclude_list(exclude or (), app.service))
        return await find_and_show(app, spec, outputs, everything, as_json, quiet)

    raise typer.Exit(with_app(context, ask, settings))


async def find_and_show(
    app: App, spec: RunSpec, outputs: Sequence[Path], everything: bool, as_json: bool, quiet: bool
) -> int:
    """Run `spec`, print what came of it, write it to `outputs`; the exit code."""
    run = await app.service.create_run(spec)
    tally = await work_and_watch(app.service, run, quiet)
    result = await result_of(app, run, tally)
    shown = chosen(result.candidates, everything)
    if as_json:
        terminal.print_json(run_and_candidates(result.run, shown))
    else:
        show_result(terminal.results(), result.run, shown, everything)
    written = _write_all(outputs, result.run, shown)
    if not as_json and not quiet:
        what_next(terminal.progress(), result.run, bool(shown), outputs)
    code = told(result.run, tally)
    return code if written else FAILED


async def result_of(app: App, run: Run, tally: Tally) -> RunResult:
    """What there is of a run; one that an error broke off is failed even where the store could
    not be told so any more (a full disk)."""
    result = await app.service.result(run.id)
    if tally.error is None or result.run.status.is_terminal:
        return result
    broken_off = replace(
        result.run,
        status=RunStatus.FAILED,
        termination_reason=TerminationReason.ERROR_OCCURRED,
        termination_detail=clean(str(tally.error)),
    )
    return replace(result, run=broken_off)


def told(run: Run, tally: Tally) -> int:
    """Tell on standard error what went wrong, the gravest last; the exit code."""
    console = terminal.progress()
    for line in failure_lines(tally.failures):
        console.print(line)
    if tally.error is not None:
        console.print(f"The run is kept: {program()} runs show {run.id}")
        if os.environ.get("NETNEW_DEBUG"):
            raise tally.error
        for line in complaint(tally.error):
            console.print(line)
        return FAILED
    if run.status is RunStatus.FAILED and tally.failures:
        console.print(SOURCES_TO_TRY)
    return exit_code(run)


def failure_lines(failures: Iterable[SourceFailed]) -> list[str]:
    """A line a source and problem, with the number of queries it cost."""
    times = Counter((clean(x.source), clean(x.problem)) for x in failures)
    return [
        f"netnew: source {source} failed on {plural(count, 'query', 'queries')}: {problem}"
        for (source, problem), count in times.items()
    ]


def chosen(candidates: Sequence[Candidate], everything: bool) -> list[Candidate]:
    """The matched ones; with `everything` all that still count, matched first."""
    wanted = [MatchStatus.MATCHED]
    if everything:
        wanted += [MatchStatus.UNCLEAR, MatchStatus.UNMATCHED, MatchStatus.GENERATED]
    return [x for status in wanted for x in candidates if x.status is status]


def checked_outputs(outputs: Sequence[Path]) -> list[Path]:
    """Raises InvalidInput now for a file that could not be written at the end."""
    for path in outputs:
        check_output(path)
    if len({x.resolve() for x in outputs}) < len(outputs):
        raise InvalidInput("output", "the same file is named twice")
    return list(outputs)


def show_result(
    console: Console, run: Run, candidates: Sequence[Candidate], everything: bool = False
) -> None:
    """The table, the numbers, the estimate, and why the run stopped."""
    rows = candidates[:_MOST_ROWS] if console.is_terminal else candidates
    print_candidates(console, run, rows, with_status=everything)
    if len(rows) < len(candidates):
        console.print(
            f"… and {len(candidates) - len(rows):,} more: {program()} runs result {run.id}"
        )
    if candidates:
        console.print()
    else:
        console.print("No candidate." if everything else "No match.")
    console.print(f"{numbers(run)}.")
    console.print(how_many_exist(run))
    if run.status.is_terminal:
        console.print(why_it_stopped(run))


def what_next(console: Console, run: Run, has_rows: bool, outputs: Sequence[Path] = ()) -> None:
    """What the user may want now, as commands to copy."""
    name = short_id(run)
    if run.termination_reason is TerminationReason.USER_CANCELLED:
        console.print("To go on, ask the same again: what is decided is not decided anew.")
    if has_rows:
        console.print(f"Quotes:  {program()} runs show {name} --quotes")
        if not outputs:
            console.print(f"Export:  {program()} runs export {name} -o found.csv")
    if run.counts.unclear:
        unclear = plural(run.counts.unclear, "candidate")
        console.print(f"Unclear: {program()} runs show {name} --status unclear   ({unclear})")


def short_id(run: Run) -> str:
    """An id that can be typed: the beginning is enough wherever a RUN is asked for."""
    return run.id.removeprefix("run_")[:8]


def exit_code(run: Run) -> int:
    if run.termination_reason is TerminationReason.USER_CANCELLED:
        return STOPPED
    return FAILED if run.status is RunStatus.FAILED else 0


def _write_all(outputs: Sequence[Path], run: Run, candidates: Sequence[Candidate]) -> bool:
    """Every output is tried, so that one full disk does not cost the other file."""
    written = True
    for path in outputs:
        try:
            write_export(path, run, candidates)
        except NotWritten as error:
            written = False
            print(f"netnew: {clean(str(error))}", file=sys.stderr)
            retry = f"{program()} runs export {short_id(run)} -o FILE"
            print(f"The run is kept; write it elsewhere: {retry}", file=sys.stderr)
        else:
            rows = plural(len(candidates), "candidate")
            print(f"Wrote {rows} to {clean(str(path))}", file=sys.stderr)
    return written
