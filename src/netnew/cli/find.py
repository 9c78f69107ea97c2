"""`netnew find`: the main job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from netnew.cli import consoles, run_options
from netnew.cli.app_context import with_app
from netnew.cli.consoles import short
from netnew.cli.exclude_options import exclude_list
from netnew.cli.phrases import judged_by
from netnew.cli.run_in_foreground import announce, begin_and_show
from netnew.cli.run_options import RunQuestion, absolute_paths, spec_from
from netnew.cli.run_output import output_options
from netnew.domain.budget import Budget
from netnew.domain.run import ExcludeList
from netnew.settings import Settings

if TYPE_CHECKING:
    from netnew.bootstrap import App


def find(
    context: typer.Context,
    objective: run_options.Objective,
    entity_type: run_options.EntityType = "",
    where: run_options.Where = None,
    enrich: run_options.Enrich = None,
    schema: run_options.Schema = None,
    limit: run_options.Limit = 100,
    generator: run_options.Effort = run_options.GeneratorOption.CORE,
    exclude: run_options.Exclude = None,
    source: run_options.SourceSpecs = None,
    judge: run_options.JudgeName = None,
    query: run_options.Queries = None,
    max_cost: run_options.MaxCost = None,
    max_tokens: run_options.MaxTokens = None,
    max_seconds: run_options.MaxSeconds = None,
    max_searches: run_options.MaxSearches = None,
    max_pages: run_options.MaxPages = None,
    evaluate_limit: run_options.EvaluateLimit = None,
    match_share: run_options.MatchShare = 1.0,
    output: run_options.Outputs = None,
    everything: run_options.All = False,
    detach: run_options.Detach = False,
    as_json: run_options.AsJson = False,
    quiet: run_options.Quiet = False,
) -> None:
    """Find every entity that matches OBJECTIVE, with quotes as proof.

    Ctrl-C asks whether to leave the run running or to stop it and keep what it has; where nobody
    can be asked it stops it (exit code 130). A second Ctrl-C leaves at once.
    """
    wanted = output_options(output, everything, as_json, quiet, detach)
    settings = Settings.load()
    question = RunQuestion(
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
        Budget(max_cost, max_tokens, max_searches, max_pages, max_seconds),
        schema,
        query or (),
    )
    spec_from(question, settings, ExcludeList())  # what is asked wrongly is told before anything
    announce(f"Finding: {short(objective, 200)}", wanted)

    async def ask(app: App) -> int:
        asked = spec_from(question, settings, await exclude_list(exclude or (), app.service))
        spec = absolute_paths(asked, lambda: app.corpora.names())
        made = await app.service.plan(spec)
        if not (wanted.quiet or wanted.as_json):
            consoles.progress().print(judged_by(made))
        return await begin_and_show(app, lambda worker: app.service.begin(made, worker), wanted)

    raise typer.Exit(with_app(context, ask, settings))
