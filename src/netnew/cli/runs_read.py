"""`netnew runs list | show | result | events | export | delete`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from netnew.cli import consoles, output_options
from netnew.cli.app_context import with_app
from netnew.cli.citation_location import CitationLocations
from netnew.cli.consoles import clean, plural, program, short
from netnew.cli.phrases import receipt
from netnew.cli.run_lookup import find_run
from netnew.cli.run_output import (
    chosen,
    condition_stats_of_result,
    failure_lines,
    formats_of,
    show_condition_stats,
    show_numbers,
    show_result,
)
from netnew.cli.run_state import (
    INTERRUPTED,
    is_interrupted,
    live_ids,
    short_id,
    standing_document,
    state,
)
from netnew.cli.tables import print_candidates, print_quotes, print_rows
from netnew.domain.candidate import Candidate, MatchStatus
from netnew.domain.errors import InvalidInput, NotFound
from netnew.domain.event import Event, SourceFailed
from netnew.domain.ids import candidate_id_from
from netnew.domain.run import Run
from netnew.exports.files import write_export
from netnew.exports.json_document import Json, run_and_candidates
from netnew.exports.writers import event_document

if TYPE_CHECKING:
    from netnew.app.run_queries import RunResult
    from netnew.bootstrap import App

app = typer.Typer(
    help="List, show, export, continue, stop and delete runs.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

RunArgument = Annotated[
    str,
    typer.Argument(
        metavar="RUN", help="A run's id, the start of one, or 'last'.", show_default=False
    ),
]
Status = Annotated[
    MatchStatus | None,
    typer.Option(
        "--status",
        metavar="STATUS",
        help="Only candidates with this status: matched, unclear, unmatched, generated.",
    ),
]


@app.command("list")
def list_runs(
    context: typer.Context,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, help="Number of runs to list.")
    ] = 20,
    as_json: output_options.AsJson = False,
) -> None:
    """List the newest runs."""

    async def read(app: App) -> tuple[list[Run], frozenset[str]]:
        return await app.service.queries.runs(limit=limit), await live_ids(app)

    found, alive = with_app(context, read)
    if as_json:
        consoles.print_json({"runs": [standing_document(x, alive) for x in found]})
        return
    if not found:
        consoles.progress().print(f"No runs yet. Start with: {program()} demo")
        return
    now = datetime.now(UTC)
    rows = [
        [
            short_id(x),
            x.created_at.strftime("%Y-%m-%d %H:%M"),
            state(x, alive, now),
            f"{x.counts.matched:,} of {x.counts.generated:,}",
            short(x.spec.objective, 80),
        ]
        for x in found
    ]
    print_rows(consoles.results(), ["run", "created (UTC)", "status", "matched", "objective"], rows)
    for run in found:
        if is_interrupted(run, alive):
            _say_how_to_resume(run)


@app.command()
def show(
    context: typer.Context,
    run: RunArgument,
    quotes: Annotated[
        bool, typer.Option("--quotes", help="Show the quotes of each verdict and where they stand.")
    ] = False,
    candidate: Annotated[
        str | None,
        typer.Option("--candidate", metavar="ID|NAME", help="Show one candidate in full."),
    ] = None,
    status: Status = None,
    as_json: output_options.AsJson = False,
) -> None:
    """Show a run: its question, its results and, with --quotes, the evidence."""

    async def read(app: App) -> None:
        result = await _result(app, run)
        wanted = [candidate_meant(result, candidate)] if candidate else _standing(result, status)
        console = consoles.results()
        if candidate and not as_json:
            await _show_candidate(console, app, wanted[0])
            return
        alive = await live_ids(app)
        failures = await app.service.queries.source_failures(result.run.id)
        if as_json:
            document = run_and_candidates(result.run, wanted, condition_stats_of_result(result))
            told = {"run": standing_document(result.run, alive)}
            consoles.print_json({**document, **told, "source_failures": summed(failures)})
            return
        _show_question(console, result.run, state(result.run, alive, datetime.now(UTC)))
        if quotes:
            await print_quotes(console, wanted, CitationLocations(app.service).locate)
            show_numbers(console, result.run)
        else:
            show_result(console, result.run, wanted, everything=status is not None)
        show_condition_stats(console, condition_stats_of_result(result))
        _show_account(console, result.run, failures)
        if is_interrupted(result.run, alive):
            _say_how_to_resume(result.run)

    with_app(context, read)


@app.command()
def result(
    context: typer.Context,
    run: RunArgument,
    everything: output_options.All = False,
    status: Status = None,
    as_json: output_options.AsJson = False,
) -> None:
    """Print a run's rows and nothing else, for pipes."""

    async def read(app: App) -> None:
        found = await _result(app, run)
        wanted = _standing(found, status) if status else chosen(found, everything)
        if as_json:
            document = run_and_candidates(found.run, wanted)
            consoles.print_json({key: x for key, x in document.items() if key != "run"})
        else:
            many = everything or status is not None or bool(found.rechecked)
            print_candidates(consoles.results(), found.run, wanted, with_status=many)

    with_app(context, read)


@app.command()
def events(
    context: typer.Context,
    run: RunArgument,
    after: Annotated[
        int, typer.Option("--after", metavar="SEQ", min=0, help="Only events after this number.")
    ] = 0,
    as_json: output_options.AsJson = False,
) -> None:
    """List the events of a run, in order."""

    async def read(app: App) -> list[Event]:
        run_id = (await find_run(app.service, run)).id
        found: list[Event] = []
        while batch := await app.service.queries.events(run_id, found[-1].seq if found else after):
            found += batch
        return found

    documents = [event_document(x) for x in with_app(context, read)]
    if as_json:
        consoles.print_json({"events": documents})
        return
    rows = [[str(x["seq"]), str(x["at"])[:23], str(x["kind"]), _gist(x)] for x in documents]
    print_rows(consoles.results(), ["seq", "at", "kind", "what"], rows)


@app.command()
def export(
    context: typer.Context,
    run: RunArgument,
    output: output_options.Outputs = None,
    everything: output_options.All = False,
    as_json: output_options.AsJson = False,
) -> None:
    """Write a run's rows to files; the extension of each is its format."""
    if not output:
        raise InvalidInput("-o", "names no file", "a file ending in csv, xlsx, jsonl, json or md")
    outputs = output
    output_options.check_outputs(outputs)

    async def write(app: App) -> int:
        meant = await find_run(app.service, run)
        found = await app.service.result_to_export(meant.id, formats_of(outputs))
        wanted = chosen(found, everything)
        for path in outputs:
            write_export(path, found.run, wanted, condition_stats_of_result(found))
        if app.is_read_only:
            consoles.progress().print(
                "netnew: HOME is read-only, so this export is not in the audit log"
            )
        return len(wanted)

    count = with_app(context, write)
    if as_json:
        consoles.print_json({"files": [str(x) for x in outputs], "candidates": count})
    else:
        for path in outputs:
            typer.echo(f"Wrote {plural(count, 'candidate')} to {clean(str(path))}")


@app.command()
def delete(
    context: typer.Context,
    run: RunArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    as_json: output_options.AsJson = False,
) -> None:
    """Delete a run and its rows. Pages and verdicts are kept, so asking again is cheap."""

    async def remove(app: App) -> str:
        meant = await find_run(app.service, run)
        if not yes:
            _confirm(meant)
        await app.service.delete(meant.id)
        return meant.id

    gone = with_app(context, remove)
    if as_json:
        consoles.print_json({"deleted": gone})
    else:
        typer.echo(f"Deleted {gone}")


async def _result(app: App, text: str) -> RunResult:
    return await app.service.queries.result((await find_run(app.service, text)).id)


def _standing(found: RunResult, status: MatchStatus | None) -> list[Candidate]:
    if status is None:
        return chosen(found, everything=False)
    return [x for x in found.candidates if x.status is status]


def candidate_meant(found: RunResult, text: str) -> Candidate:
    """The candidate of that id, beginning of an id, address or name. Raises NotFound."""
    wanted = text.strip().casefold()
    beginning = wanted.removeprefix("cand_").removeprefix("candidate_").replace("-", "")
    candidates = (*found.candidates, *found.rechecked)
    for candidate in candidates:
        if wanted in (candidate.name.casefold(), candidate.url.casefold()):
            return candidate
    for candidate in candidates:
        if len(beginning) >= 4 and candidate.id.removeprefix("cand_").startswith(beginning):
            return candidate
    try:
        key = candidate_id_from(text)
    except InvalidInput:
        raise NotFound("candidate", text) from None
    raise NotFound("candidate", key)


def _show_question(console: Console, run: Run, standing: str) -> None:
    console.print(f"{run.id}  {standing}  {run.created_at:%Y-%m-%d %H:%M} UTC")
    console.print(f"Objective: {clean(run.spec.objective)}")
    for condition in run.spec.conditions:
        console.print(f"  {clean(condition.name)}: {clean(condition.description)}")
    if run.spec.unread:
        console.print("  (not read by the model yet; its worker does that first)")
    used = f"sources {', '.join(run.spec.sources)}; judge {run.judge_profile or run.spec.judge}"
    console.print(f"{used}; effort {run.spec.generator}")
    if run.generation > 1:
        console.print(f"generation {run.generation}")
    if run.spec.refreshes:
        console.print(f"refreshes {run.spec.refreshes}")
    console.print()


def _show_account(console: Console, run: Run, failures: Sequence[SourceFailed]) -> None:
    """What was spent, and which sources failed."""
    if run.is_exhausted:
        console.print("It is exhausted: refresh it to find what is new since.")
    console.print(f"Spent: {receipt(run.spend)}.")
    for line in failure_lines(failures):
        console.print(line.removeprefix("netnew: "))


def _say_how_to_resume(run: Run) -> None:
    line = f"{short_id(run)} is {INTERRUPTED}: its worker is gone; resume it with:"
    consoles.progress().print(f"{line} {program()} runs resume {short_id(run)}")


def summed(failures: Iterable[SourceFailed]) -> list[Json]:
    """One document per source and problem, with the number of failed queries."""
    times = Counter((x.source, x.problem) for x in failures)
    return [{"source": s, "problem": p, "queries": count} for (s, p), count in times.items()]


async def _show_candidate(console: Console, app: App, candidate: Candidate) -> None:
    await print_quotes(
        console, [candidate], CitationLocations(app.service).locate, with_reasons=True
    )
    console.print(f"status: {candidate.status.value}   id: {candidate.id}")
    if candidate.description:
        console.print(clean(candidate.description))
    for name, addresses in (
        ("also at", candidate.alternate_urls),
        ("pages", candidate.pages),
        ("found by", candidate.found_by),
    ):
        if addresses:
            console.print(f"{name}: {', '.join(clean(x) for x in addresses)}")


def _gist(event: Json) -> str:
    """The most informative fields of an event, on one line."""
    telling = ("status", "termination_reason", "name", "url", "number", "source", "query")
    told = ("detail", "problem", "reason", "entity_type")
    parts = [clean(str(event[x])) for x in telling + told if event.get(x) not in (None, "")]
    return short("  ".join(parts), 160)


def _confirm(run: Run) -> None:
    if not sys.stdin.isatty():
        command = f"{program()} runs delete {short_id(run)} --yes"
        raise InvalidInput("--yes", f"is needed without a terminal; to delete it: {command}")
    typer.confirm(
        f"Delete {run.id} ({short(run.spec.objective, 60)}) and its"
        f" {plural(run.counts.generated, 'candidate')}?",
        abort=True,
        err=True,
    )
