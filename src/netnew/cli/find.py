"""`netnew find`: the main job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from netnew.cli import asking, terminal
from netnew.cli.asking import Question, spec_from
from netnew.cli.beginning import announce, begin_and_show
from netnew.cli.excluding import exclude_list
from netnew.cli.from_here import from_here
from netnew.cli.opened import with_app
from netnew.cli.showing import wishes
from netnew.cli.terminal import short
from netnew.cli.wording import judged_by
from netnew.domain.budget import Budget
from netnew.domain.run import ExcludeList
from netnew.settings import Settings

if TYPE_CHECKING:
    from netnew.bootstrap import App


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
    query: asking.Queries = None,
    max_cost: asking.MaxCost = None,
    max_tokens: asking.MaxTokens = None,
    max_seconds: asking.MaxSeconds = None,
    max_searches: asking.MaxSearches = None,
    max_pages: asking.MaxPages = None,
    evaluate_limit: asking.EvaluateLimit = None,
    match_share: asking.MatchShare = 1.0,
    output: asking.Outputs = None,
    everything: asking.All = False,
    detach: asking.Detach = False,
    as_json: asking.AsJson = False,
    quiet: asking.Quiet = False,
) -> None:
    """Find every entity that matches OBJECTIVE, with quotes as proof.

    Ctrl-C asks whether to leave the run running or to stop it and keep what it has; where nobody
    can be asked it stops it (exit code 130). A second Ctrl-C leaves at once.
    """
    wanted = wishes(output, everything, as_json, quiet, detach)
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
        Budget(max_cost, max_tokens, max_searches, max_pages, max_seconds),
        schema,
        query or (),
    )
    spec_from(question, settings, ExcludeList())  # what is asked wrongly is told before anything
    announce(f"Finding: {short(objective, 200)}", wanted)

    async def ask(app: App) -> int:
        asked = spec_from(question, settings, await exclude_list(exclude or (), app.service))
        spec = from_here(asked, lambda: app.corpora.names())
        made = await app.service.plan(spec)
        if not (wanted.quiet or wanted.as_json):
            terminal.progress().print(judged_by(made))
        return await begin_and_show(app, lambda worker: app.service.begin(made, worker), wanted)

    raise typer.Exit(with_app(context, ask, settings))
