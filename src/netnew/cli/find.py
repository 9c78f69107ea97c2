"""`netnew find`: plan a run, work on it and show the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from netnew.cli import consoles
from netnew.cli.app_context import with_app
from netnew.cli.consoles import short
from netnew.cli.exclude_options import exclude_list
from netnew.cli.option_groups import with_option_groups
from netnew.cli.output_options import OutputOptions
from netnew.cli.phrases import judged_by
from netnew.cli.run_in_foreground import announce, begin_and_show
from netnew.cli.run_options import RunOptions, absolute_paths
from netnew.domain.run import ExcludeList
from netnew.settings import Settings

if TYPE_CHECKING:
    from netnew.bootstrap import App


@with_option_groups
def find(context: typer.Context, options: RunOptions, output: OutputOptions) -> None:
    """Find every entity that matches OBJECTIVE, with quotes as proof.

    Ctrl-C asks whether to leave the run running or to stop it and keep its results. Without a
    terminal it stops the run (exit code 130). A second Ctrl-C exits immediately.
    """
    settings = Settings.load()
    options.spec(settings, ExcludeList())  # wrong options are refused before anything is opened
    announce(f"Finding: {short(options.objective, 200)}", output)

    async def plan_and_find(app: App) -> int:
        spec = options.spec(settings, await exclude_list(options.exclude, app.service))
        plan = await app.service.plan(absolute_paths(spec, lambda: app.corpora.names()))
        if not (output.quiet or output.as_json):
            consoles.progress().print(judged_by(plan))
        return await begin_and_show(app, lambda worker: app.service.begin(plan, worker), output)

    raise typer.Exit(with_app(context, plan_and_find, settings))
