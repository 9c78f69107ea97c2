"""`netnew demo`: a whole run on this machine, without a key or network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from netnew.cli import consoles, output_options
from netnew.cli.app_context import with_app
from netnew.cli.citation_location import CitationLocations
from netnew.cli.consoles import plural, program
from netnew.cli.run_in_foreground import work_and_watch
from netnew.cli.run_output import chosen, result_of, run_summary, show_result, what_next
from netnew.cli.tables import print_quotes
from netnew.domain.condition import MatchCondition
from netnew.domain.enrichment import Enrichment
from netnew.domain.run import RunSpec
from netnew.exports.json_document import run_and_candidates

if TYPE_CHECKING:
    from netnew.bootstrap import App

QUESTION = RunSpec(
    objective="Python packages for HTTP with a permissive licence",
    entity_type="Python package",
    conditions=(
        MatchCondition(
            "licence",
            "License is MIT, BSD, BSD-3-Clause, Apache-2.0 or Apache Software License",
        ),
        MatchCondition("topic", "Topic is WWW/HTTP"),
    ),
    enrichments=(Enrichment("status", "Development status"),),
    match_limit=100,
    sources=("pyenv",),
    judge="rules",
)

_QUOTED = 3


def demo(
    context: typer.Context,
    as_json: output_options.AsJson = False,
    quiet: output_options.Quiet = False,
) -> None:
    """Find something on this machine, without a key or network.

    The question is about the Python packages installed here (source `pyenv`, judge `rules`).
    """

    async def show(app: App) -> int:
        notes = consoles.progress()
        if not quiet:
            notes.print(f"Question: {QUESTION.objective}")
            for condition in QUESTION.conditions:
                notes.print(f"Must be:  {condition.description}")
            notes.print("Source:   the Python packages installed here; judge: rules, no model\n")
        seen = await work_and_watch(
            app, lambda worker: app.service.create_run(QUESTION, worker), quiet
        )
        result = await result_of(app, seen.run, seen.tally)
        matched = chosen(result, everything=False)
        if as_json:
            consoles.print_json(run_and_candidates(result.run, matched))
            return run_summary(result.run, seen)
        console = consoles.results()
        show_result(console, result.run, matched)
        if matched:
            quoted = matched[:_QUOTED]
            console.print(f"\nWhy, for {plural(len(quoted), 'of them', 'of them')}:\n")
            await print_quotes(console, quoted, CitationLocations(app.service).locate)
        if not quiet:
            what_next(notes, result.run, bool(matched))
            _what_next(app)
        return run_summary(result.run, seen)

    raise typer.Exit(with_app(context, show))


def _what_next(app: App) -> None:
    notes = consoles.progress()
    question = '"Python packages for testing" --source pyenv --judge rules'
    notes.print(f"Plan:    {program()} plan {question}")
    notes.print(f"Ask:     {program()} find {question}")
    notes.print(f"Everything is kept in {app.settings.home}")
