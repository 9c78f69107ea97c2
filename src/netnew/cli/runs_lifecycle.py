"""`netnew runs extend | enrich | refresh | resume | pause | continue | stop | cancel | watch`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from netnew.cli import consoles
from netnew.cli.app_context import with_app
from netnew.cli.consoles import program
from netnew.cli.enrichment_options import EnrichmentOptions
from netnew.cli.option_groups import with_option_groups
from netnew.cli.output_options import AsJson, OutputOptions, Quiet
from netnew.cli.run_in_foreground import Begin, begin_and_show, watch_to_the_end
from netnew.cli.run_lookup import find_run
from netnew.cli.run_options import BudgetOptions
from netnew.cli.run_output import result_of, run_summary, show_end
from netnew.cli.run_state import short_id
from netnew.cli.runs_read import RunArgument
from netnew.domain.budget import Budget
from netnew.domain.errors import Conflict, InvalidInput
from netnew.domain.run import MAX_MATCH_LIMIT, Run, RunStatus
from netnew.exports.json_document import run_document
from netnew.settings import Settings

if TYPE_CHECKING:
    from netnew.bootstrap import App


@with_option_groups
def extend(
    context: typer.Context,
    run: RunArgument,
    additional: Annotated[
        int,
        typer.Argument(metavar="N", min=1, max=MAX_MATCH_LIMIT, help="Number of further matches."),
    ],
    output: OutputOptions,
) -> None:
    """Find N more matches; what was found and judged is not paid for again.

    A run in progress continues beyond its limit.
    """

    async def do(app: App) -> int:
        meant = await find_run(app.service, run)
        return await _carry_out(
            app, meant, lambda worker: app.service.extend(meant.id, additional, worker), output
        )

    raise typer.Exit(with_app(context, do))


@with_option_groups
def enrich(
    context: typer.Context,
    run: RunArgument,
    options: EnrichmentOptions,
    output: OutputOptions,
) -> None:
    """Fill further fields for all matches, those found and those still to be found."""
    fields = options.enrichments()
    if not fields:
        raise InvalidInput("--enrich", "is missing", "at least one --enrich, or a --schema")

    async def do(app: App) -> int:
        meant = await find_run(app.service, run)
        return await _carry_out(
            app, meant, lambda worker: app.service.enrich(meant.id, fields, worker), output
        )

    raise typer.Exit(with_app(context, do))


@with_option_groups
def refresh(
    context: typer.Context,
    run: RunArgument,
    recheck: Annotated[
        bool,
        typer.Option(
            "--recheck", help="Check the matches of RUN again: which changed, which are gone?"
        ),
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            metavar="N",
            min=1,
            max=MAX_MATCH_LIMIT,
            help="Maximum number of new matches; default: the limit of RUN.",
        ),
    ] = None,
    *,
    output: OutputOptions,
) -> None:
    """Ask again in a new run that leaves out what RUN found."""

    async def do(app: App) -> int:
        meant = await find_run(app.service, run)
        return await begin_and_show(
            app, lambda worker: app.service.refresh(meant.id, recheck, limit, worker), output
        )

    raise typer.Exit(with_app(context, do))


@with_option_groups
def resume(
    context: typer.Context,
    run: RunArgument,
    options: BudgetOptions,
    output: OutputOptions,
) -> None:
    """Resume a run that failed, was stopped, reached a cap, or lost its worker.

    Its budget starts anew; the caps given here replace those it had.
    """
    settings = Settings.load()
    caps = options.budget()

    async def do(app: App) -> int:
        meant = await find_run(app.service, run)
        budget = meant.spec.budget.with_caps_of(caps).capped_by(settings.budget)
        return await begin_and_show(
            app, await _resuming(app, meant, budget if caps.is_capped else None), output
        )

    raise typer.Exit(with_app(context, do, settings))


@with_option_groups
def unpause(
    context: typer.Context,
    run: RunArgument,
    output: OutputOptions,
) -> None:
    """Continue a paused run with what is left of its budget."""

    async def do(app: App) -> int:
        meant = await find_run(app.service, run)
        if meant.status is RunStatus.PAUSED:
            begin: Begin = lambda worker: app.service.unpause(meant.id, worker)  # noqa: E731
            return await begin_and_show(app, begin, output)
        _say_of(await app.service.unpause(meant.id), "continues", output.as_json)
        return 0

    raise typer.Exit(with_app(context, do))


def pause(context: typer.Context, run: RunArgument, as_json: AsJson = False) -> None:
    """Pause a run at its next checkpoint."""
    _stop(context, run, lambda app, meant: app.service.pause(meant.id), "pause", as_json)


def stop(context: typer.Context, run: RunArgument, as_json: AsJson = False) -> None:
    """End a run early as completed, because it has found enough."""
    _stop(context, run, lambda app, meant: app.service.keep(meant.id), "stop", as_json)


def cancel(context: typer.Context, run: RunArgument, as_json: AsJson = False) -> None:
    """Cancel a run; what it found is kept."""
    _stop(context, run, lambda app, meant: app.service.cancel(meant.id), "cancel", as_json)


def watch(
    context: typer.Context,
    run: RunArgument,
    after: Annotated[
        int, typer.Option("--after", metavar="SEQ", min=0, help="Only events after this number.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON event per line.")] = False,
    quiet: Quiet = False,
) -> None:
    """Follow a run from its first event to its end, whichever worker has it.

    Ctrl-C asks whether to leave it running; without a terminal it only ends the watching.
    """

    async def do(app: App) -> int:
        meant = await find_run(app.service, run)
        seen = await watch_to_the_end(app, meant, after, as_json, quiet)
        if not as_json:
            return await show_end(app, seen, OutputOptions(quiet=quiet))
        return run_summary((await result_of(app, seen.run, seen.tally)).run, seen)

    raise typer.Exit(with_app(context, do))


async def _carry_out(app: App, run: Run, change: Begin, options: OutputOptions) -> int:
    """Change a run. A worker that has the run takes the change up; otherwise work starts here."""
    if run.status.is_terminal:
        return await begin_and_show(app, change, options)
    if run.status is RunStatus.PAUSED:
        changed = await change("")
        name = short_id(run)
        said = f"is changed and paused; continue it with: {program()} runs continue {name}"
        _say_of(changed, said, options.as_json)
        return 0
    if not await _is_under_way(app, run):
        return await begin_and_show(app, _and_adopted(app, run, change), options)
    changed = await change("")
    if changed.generation == run.generation:
        waits = changed.status is RunStatus.QUEUED
        said = (
            "is changed and waits for a worker" if waits else "is changed; its worker takes it up"
        )
        _say_of(changed, said, options.as_json)
        return 0
    # It ended in the meantime and was restarted on the shared queue.
    return await begin_and_show(app, _adopted(app, run), options)


async def _resuming(app: App, run: Run, budget: Budget | None) -> Begin:
    """What resumes a run. Raises Conflict if a worker has it."""
    if run.status.is_terminal or run.status is RunStatus.PAUSED:
        return lambda worker: app.service.resume(run.id, budget, worker)
    if run.status is RunStatus.RUNNING and await app.service.is_worked_on(run):
        watch = f"{program()} runs watch {short_id(run)}"
        raise Conflict(f"{run.id} is in progress and need not be resumed; follow it with: {watch}")
    if budget is None:
        return _adopted(app, run)

    async def with_other_caps(worker: str) -> Run:
        await app.service.pause(run.id)  # takes effect immediately, since no worker has it
        return await app.service.resume(run.id, budget, worker)

    return with_other_caps


def _adopted(app: App, run: Run) -> Begin:
    return lambda worker: app.service.adopt(run.id, worker)


def _and_adopted(app: App, run: Run, change: Begin) -> Begin:
    async def begin(worker: str) -> Run:
        await change(worker)
        return await app.service.adopt(run.id, worker)

    return begin


async def _is_under_way(app: App, run: Run) -> bool:
    """Whether a worker has it, or will take it from the queue."""
    if run.status is RunStatus.QUEUED:
        return bool(await app.live_workers(takes_all=False))
    return await app.service.is_worked_on(run)


def _stop(
    context: typer.Context,
    run: str,
    ask: Callable[[App, Run], Awaitable[Run]],
    what: str,
    as_json: bool,
) -> None:
    async def do(app: App) -> tuple[Run, Run]:
        meant = await find_run(app.service, run)
        return meant, await ask(app, meant)

    before, asked = with_app(context, do)
    if before.status.is_terminal:
        said = f"has already ended: {asked.status.value}"
    elif asked.status.is_terminal or asked.status is RunStatus.PAUSED:
        said = f"is {asked.status.value}"
    else:
        said = f"was asked to {what}"
    _say_of(asked, said, as_json)


def _say_of(run: Run, said: str, as_json: bool) -> None:
    if as_json:
        consoles.print_json({"run": run_document(run)})
    else:
        typer.echo(f"{run.id} {said}")
