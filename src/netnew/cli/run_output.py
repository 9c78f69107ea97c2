"""The end of a run as shown to the user: rows, numbers, errors, files and next steps."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from netnew.cli import consoles
from netnew.cli.consoles import clean, plural, program
from netnew.cli.errors import FAILED, SOURCES_TO_TRY, STOPPED, error_line
from netnew.cli.output_options import OutputOptions
from netnew.cli.phrases import how_conditions_fared, how_many_exist, numbers, why_it_stopped
from netnew.cli.progress_state import ProgressState
from netnew.cli.run_state import how_to_go_on, short_id
from netnew.cli.run_watcher import WatchedRun, WatchOutcome
from netnew.cli.tables import print_candidates
from netnew.domain.candidate import Candidate, MatchStatus, RecheckOutcome
from netnew.domain.condition_stats import ConditionStats, condition_stats
from netnew.domain.errors import NetnewError, NotWritten
from netnew.domain.event import SourceFailed
from netnew.domain.run import GenerationKind, Run, RunStatus, TerminationReason
from netnew.exports.files import write_export
from netnew.exports.json_document import run_and_candidates
from netnew.exports.problems import problems_of

if TYPE_CHECKING:
    from netnew.app.run_queries import RunResult
    from netnew.bootstrap import App

# On a terminal a longer table is cut; files, pipes and `runs result` have all of it.
_MAX_ROWS = 50
# Reasons to end that resuming would not change.
_REACHED = (
    TerminationReason.MATCH_LIMIT_MET,
    TerminationReason.EVALUATE_LIMIT_MET,
    TerminationReason.CANDIDATES_EXHAUSTED,
)
_RECHECKED = {
    RecheckOutcome.CHANGED: "Found before, and changed since:",
    RecheckOutcome.GONE: "Found before, and no longer a match:",
}


async def show_end(app: App, seen: WatchedRun, options: OutputOptions) -> int:
    """Print the result of a watched run and write its files. Returns the exit code."""
    result = await result_of(app, seen.run, seen.tally)
    shown = chosen(result, options.everything)
    if options.as_json:
        consoles.print_json(
            run_and_candidates(result.run, shown, condition_stats_of_result(result))
        )
    if seen.end is WatchOutcome.LEFT:
        return _left(result.run, options)
    if not options.as_json:
        show_result(consoles.results(), result.run, shown, options.everything)
    written = _write_all(options.outputs, result.run, shown, condition_stats_of_result(result))
    if written:
        await _record_export(app, result.run, written)
    if not options.as_json and not options.quiet:
        what_next(consoles.progress(), result.run, bool(shown), options.outputs)
    code = run_summary(result.run, seen)
    return code if len(written) == len(options.outputs) else FAILED


async def _record_export(app: App, run: Run, written: Sequence[Path]) -> None:
    """Record the export in the audit log. The files exist, so a failure is only reported."""
    try:
        await app.service.record_export(run.id, formats_of(written))
    except NetnewError as error:
        problem = f"netnew: this export is not in the audit log: {clean(str(error))}"
        print(problem, file=sys.stderr)


def formats_of(paths: Sequence[Path]) -> str:
    """The formats of files, each once: 'csv, xlsx'."""
    return ", ".join(dict.fromkeys(x.suffix.lower().removeprefix(".") for x in paths))


def _left(run: Run, options: OutputOptions) -> int:
    """Say how to get at a run that is left running, and at its files. Returns the exit code."""
    console = consoles.progress()
    console.print(f"{run.id} continues in the background.")
    for line in how_to_go_on(run):
        console.print(line)
    for path in options.outputs:
        console.print(f"Not written: {clean(str(path))}. When it has ended:")
        console.print(f"Export:  {program()} runs export {short_id(run)} -o {clean(str(path))}")
    return STOPPED


async def result_of(app: App, run: Run, tally: ProgressState) -> RunResult:
    """The result of a run. A run that an error broke off counts as failed even if that could not be
    stored (a full disk)."""
    result = await app.service.queries.result(run.id)
    if tally.error is None or result.run.status.is_terminal:
        return result
    broken_off = replace(
        result.run,
        status=RunStatus.FAILED,
        termination_reason=TerminationReason.ERROR_OCCURRED,
        termination_detail=clean(str(tally.error)),
    )
    return replace(result, run=broken_off)


def run_summary(run: Run, seen: WatchedRun) -> int:
    """Print what went wrong to standard error, the worst last. Returns the exit code."""
    console, tally = consoles.progress(), seen.tally
    for line in failure_lines(tally.failures):
        console.print(line)
    if tally.error is not None:
        console.print(f"The run is kept: {program()} runs show {run.id}")
        if os.environ.get("NETNEW_DEBUG"):
            raise tally.error
        for line in error_line(tally.error):
            console.print(line)
        return FAILED
    if seen.end is WatchOutcome.LEFT:
        return STOPPED
    if seen.end is WatchOutcome.ABANDONED:
        console.print("netnew: its worker is gone")
        console.print(f"Resume:  {program()} runs resume {short_id(run)}")
        return FAILED
    if run.status is RunStatus.FAILED and tally.failures:
        console.print(SOURCES_TO_TRY)
    return exit_code(run)


def failure_lines(failures: Iterable[SourceFailed]) -> list[str]:
    """One line per source and problem, with the number of failed queries."""
    times = Counter((clean(x.source), clean(x.problem)) for x in failures)
    return [
        f"netnew: source {source} failed on {plural(count, 'query', 'queries')}: {problem}"
        for (source, problem), count in times.items()
    ]


def chosen(result: RunResult, everything: bool) -> list[Candidate]:
    """The matches; with `everything` all candidates but the discarded, matches first.

    A refresh adds the matches of the earlier run that changed, and those that are gone.
    """
    wanted = [MatchStatus.MATCHED]
    if everything:
        wanted += [MatchStatus.UNCLEAR, MatchStatus.UNMATCHED, MatchStatus.GENERATED]
    own = [x for status in wanted for x in result.candidates if x.status is status]
    return own + list(result.rechecked)


def condition_stats_of_result(result: RunResult) -> tuple[ConditionStats, ...]:
    """The outcomes of each condition over all candidates, shown or not."""
    return condition_stats(result.run.spec.conditions, result.candidates)


def show_result(
    console: Console, run: Run, candidates: Sequence[Candidate], everything: bool = False
) -> None:
    """The table, the numbers, the estimate, and why the run stopped."""
    own = [x for x in candidates if x.recheck is None]
    _show_rows(console, run, own, everything)
    if not own:
        console.print("No candidates." if everything else "No matches.")
    for recheck, title in _RECHECKED.items():
        rows = [x for x in candidates if x.recheck is recheck]
        if rows:
            console.print(f"\n{title}" if not own else title)
            _show_rows(console, run, rows, with_status=True)
    show_numbers(console, run)


def show_numbers(console: Console, run: Run) -> None:
    """The numbers, the estimate, the problems, and why the run stopped."""
    console.print(f"{numbers(run)}.")
    console.print(how_many_exist(run))
    for problem in problems_of(run):
        console.print(f"{clean(problem)}.")
    if run.status.is_terminal:
        console.print(clean(why_it_stopped(run)))


def show_condition_stats(console: Console, yields: Sequence[ConditionStats]) -> None:
    """How many candidates met each condition, and which condition rules out most."""
    for number, line in enumerate(how_conditions_fared(yields)):
        console.print(f"{'Met:' if number == 0 else '':<8} {line}")


def _show_rows(
    console: Console, run: Run, candidates: Sequence[Candidate], with_status: bool
) -> None:
    rows = candidates[:_MAX_ROWS] if console.is_terminal else candidates
    print_candidates(console, run, rows, with_status=with_status)
    if len(rows) < len(candidates):
        more = f"… and {len(candidates) - len(rows):,} more"
        console.print(f"{more}: {program()} runs result {short_id(run)}")
    if candidates:
        console.print()


def what_next(console: Console, run: Run, has_rows: bool, outputs: Sequence[Path] = ()) -> None:
    """The next steps, as commands to copy."""
    name = short_id(run)
    if run.status is RunStatus.PAUSED:
        console.print(f"Paused:  {program()} runs continue {name}")
    elif run.status.is_terminal and run.termination_reason not in _REACHED:
        console.print(f"Resume:  {program()} runs resume {name}")
    elif run.termination_reason is TerminationReason.MATCH_LIMIT_MET:
        console.print(f"More:    {program()} runs extend {name} {run.spec.match_limit}")
    if has_rows:
        console.print(f"Quotes:  {program()} runs show {name} --quotes")
        if not outputs:
            console.print(f"Export:  {program()} runs export {name} -o found.csv")
    if run.counts.unclear:
        unclear = plural(run.counts.unclear, "candidate")
        console.print(f"Unclear: {program()} runs show {name} --status unclear   ({unclear})")


def exit_code(run: Run) -> int:
    """The exit code of a run. A run that only filled fields is judged by that, not by how it ended
    before."""
    if run.errand is GenerationKind.ENRICH and run.status is run.ended_as:
        return 0
    if run.status is RunStatus.FAILED:
        return FAILED
    return 0 if run.status is RunStatus.COMPLETED else STOPPED


def _write_all(
    outputs: Sequence[Path],
    run: Run,
    candidates: Sequence[Candidate],
    yields: Sequence[ConditionStats],
) -> list[Path]:
    """The files that were written. Each output is tried, so that one full disk does not cost the
    other files."""
    written = []
    for path in outputs:
        try:
            write_export(path, run, candidates, yields)
        except NotWritten as error:
            print(f"netnew: {clean(str(error))}", file=sys.stderr)
            retry = f"{program()} runs export {short_id(run)} -o FILE"
            print(f"The run is kept; write it elsewhere: {retry}", file=sys.stderr)
        else:
            written.append(path)
            rows = plural(len(candidates), "candidate")
            print(f"Wrote {rows} to {clean(str(path))}", file=sys.stderr)
    return written
