"""The `netnew` command and its subcommands.

Imports only what the list of commands needs; the module of a command is imported when it is called.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netnew import __version__
from netnew.cli.deferred_command import DeferredCommand
from netnew.cli.errors import OneLineErrors

if TYPE_CHECKING:
    from netnew.bootstrap import App
    from netnew.settings import Settings

COMMANDS = (
    DeferredCommand(
        "find",
        "netnew.cli.find:find",
        "Find every entity that matches OBJECTIVE, with quotes as proof.",
    ),
    DeferredCommand(
        "plan",
        "netnew.cli.plan:plan",
        "Show how OBJECTIVE is understood, and the most the run may use.",
    ),
    DeferredCommand(
        "runs",
        "netnew.cli.runs_group:app",
        "List, show, export, continue, stop and delete runs.",
    ),
    DeferredCommand(
        "corpus",
        "netnew.cli.corpus:app",
        "Manage local pages to search: dumps, WARC files, folders, lists.",
    ),
    DeferredCommand(
        "serve",
        "netnew.cli.serve:serve",
        "Serve the wire formats of Parallel, Scout and Extruct over HTTP.",
    ),
    DeferredCommand(
        "worker",
        "netnew.cli.worker:worker",
        "Work on waiting runs, and on runs whose worker is gone.",
    ),
    DeferredCommand(
        "keys",
        "netnew.cli.keys:app",
        "Create, list, rotate and revoke API keys, and show the audit log.",
    ),
    DeferredCommand(
        "db",
        "netnew.cli.db:app",
        "Check and upgrade the database.",
    ),
    DeferredCommand(
        "doctor",
        "netnew.cli.doctor:doctor",
        "Check this installation; show each setting and its origin.",
    ),
    DeferredCommand(
        "demo",
        "netnew.cli.demo:demo",
        "Find something on this machine, without a key or network.",
    ),
)


class NetnewCommands(OneLineErrors):
    """The root group, with the commands above."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for command in COMMANDS:
            self.add_command(command)


app = typer.Typer(
    name="netnew",
    cls=NetnewCommands,
    help="Find every entity that matches a question in plain words, with quotes as proof.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped before the end.",
    add_completion=False,
    rich_markup_mode=None,
)


def _open_app(settings: Settings) -> AbstractAsyncContextManager[App]:
    """Imports on use: `--help` and usage errors need neither engine nor database."""
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
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        return
    from netnew.cli.consoles import clean, forgiving_streams, progress
    from netnew.error_log import ERRORS
    from netnew.settings import home_before_loading, unknown_variables

    home = home_before_loading()
    if home is not None:
        ERRORS.keep_in(home)
    forgiving_streams()
    context.obj = context.obj or _open_app
    if context.invoked_subcommand != "doctor":  # doctor lists them itself
        for sentence in unknown_variables():
            progress().print(f"netnew: {clean(sentence)}")
