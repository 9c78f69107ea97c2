"""`netnew`: the commands, put together."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Annotated

import typer

from netnew import __version__
from netnew.cli import (
    corpus,
    db,
    demo,
    doctor,
    find,
    keys,
    life,
    merges,
    plan,
    runs,
    serve,
    worker,
)
from netnew.cli.complaints import OneLineErrors
from netnew.cli.terminal import clean, forgiving_streams, progress
from netnew.settings import Settings, unknown_variables

if TYPE_CHECKING:
    from netnew.bootstrap import App

app = typer.Typer(
    name="netnew",
    cls=OneLineErrors,
    help="Find every entity that matches a question in plain words; each match comes with quotes.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped or left before the end.",
    add_completion=False,
    rich_markup_mode=None,
)


def _open_app(settings: Settings) -> AbstractAsyncContextManager[App]:
    """Imported on use: `--help` and wrong usage need neither engine nor database."""
    from netnew.bootstrap import open_app

    return open_app(settings)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"netnew {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and leave."
        ),
    ] = False,
) -> None:
    forgiving_streams()
    context.obj = context.obj or _open_app
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
    elif context.invoked_subcommand != "doctor":  # that one lists them itself
        for sentence in unknown_variables():
            progress().print(f"netnew: {clean(sentence)}")


app.command("find")(find.find)
app.command("plan")(plan.plan)
for name, command in (
    ("extend", life.extend),
    ("enrich", life.enrich),
    ("refresh", life.refresh),
    ("resume", life.resume),
    ("pause", life.pause),
    ("continue", life.unpause),
    ("stop", life.stop),
    ("cancel", life.cancel),
    ("watch", life.watch),
    ("merges", merges.merges),
):
    runs.app.command(name)(command)
app.add_typer(runs.app, name="runs")
app.add_typer(corpus.app, name="corpus")
app.add_typer(db.app, name="db")
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.add_typer(keys.app, name="keys")
app.command("doctor")(doctor.doctor)
app.command("demo")(demo.demo)
