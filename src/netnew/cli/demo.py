"""`netnew demo`: the whole way of a run on what is on this machine, without key or network."""

from __future__ import annotations

from dataclasses import replace

import typer

from netnew.bootstrap import App
from netnew.cli import asking, terminal
from netnew.cli.find import exit_code, short_id, show_result, what_next
from netnew.cli.opened import with_app
from netnew.cli.places import Places
from netnew.cli.render import print_quotes
from netnew.cli.terminal import plural
from netnew.cli.watch import work_and_watch
from netnew.domain.condition import MatchCondition
from netnew.domain.enrichment import Enrichment
from netnew.domain.run import RunSpec
from netnew.exports.document import run_and_candidates

QUESTION = RunSpec(
    objective="Python packages with a permissive licence that are HTTP clients or servers",
    entity_type="Python package",
    conditions=(
        MatchCondition("permissive", "License is MIT, BSD or Apache"),
        MatchCondition("http", "Topic is HTTP"),
    ),
    enrichments=(Enrichment("requires python", "The required Python version"),),
    match_limit=100,
    sources=("pyenv",),
    judge="rules",
)

_QUOTED = 3


def demo(
    context: typer.Context, as_json: asking.AsJson = False, quiet: asking.Quiet = False
) -> None:
    """Find something on this machine, without key or network.

    The question is about the Python packages installed here (source `pyenv`, judge `rules`).
    """

    async def show(app: App) -> int:
        notes = terminal.progress()
        if not quiet:
            notes.print(f"Question: {QUESTION.objective}")
            notes.print("Source:   the Python packages installed here; judge: rules, no model\n")
        run = await app.service.create_run(replace(QUESTION))
        run, tally = await work_and_watch(app.service, run, quiet)
        result = await app.service.result(run.id)
        matched = [x for x in result.candidates if x.status.value == "matched"]
        if as_json:
            terminal.print_json(run_and_candidates(result.run, matched))
            return exit_code(result.run, tally)
        console = terminal.results()
        show_result(console, result.run, matched)
        if matched:
            quoted = matched[:_QUOTED]
            console.print(f"\nWhy, for {plural(len(quoted), 'of them', 'of them')}:\n")
            await print_quotes(console, quoted, Places(app.service).locate)
        if not quiet:
            _what_next(app, result.run.id, short_id(result.run))
            what_next(notes, result.run, bool(matched))
        return exit_code(result.run, tally)

    raise typer.Exit(with_app(context, show))


def _what_next(app: App, run_id: str, name: str) -> None:
    notes = terminal.progress()
    notes.print(f"Everything is kept in {app.settings.home} as {run_id}.")
    notes.print(f"One:     netnew runs show {name} --candidate NAME")
    notes.print('Ask:     netnew find "Python packages for parsing" --source pyenv --judge rules')
