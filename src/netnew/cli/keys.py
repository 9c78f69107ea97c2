"""`netnew keys`: who may ask over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from netnew.cli import asking, terminal
from netnew.cli.opened import with_app
from netnew.cli.tables import print_rows
from netnew.domain.ids import WorkspaceId

if TYPE_CHECKING:
    from netnew.bootstrap import App
    from netnew.domain.key import ApiKey

app = typer.Typer(help="Make, list and revoke the keys of HTTP callers.", no_args_is_help=True)


@app.command("create")
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What you call it, such as `crm-import`.")],
    workspace: Annotated[
        str | None,
        typer.Option("--workspace", help="Workspace that it opens; default: that of the settings."),
    ] = None,
    as_json: asking.AsJson = False,
) -> None:
    """Make a key. It is shown this once: only its hash is kept."""

    async def make(opened: App) -> tuple[ApiKey, str]:
        where = WorkspaceId(workspace or opened.settings.workspace)
        return await opened.desks.keys.create(name, where)

    key, secret = with_app(context, make)
    if as_json:
        terminal.print_json({**_document(key), "key": secret})
        return
    terminal.progress().print(
        f"{key.id} opens workspace {key.workspace_id}; kept is its hash only."
    )
    typer.echo(secret)


@app.command("list")
def list_(context: typer.Context, as_json: asking.AsJson = False) -> None:
    """Show all keys; the secrets themselves are nowhere."""

    async def read(opened: App) -> list[ApiKey]:
        return await opened.desks.keys.list()

    keys = with_app(context, read)
    if as_json:
        terminal.print_json([_document(x) for x in keys])
        return
    rows = [(x.id, x.name, x.workspace_id, _day(x, "created_at"), _state(x)) for x in keys]
    print_rows(terminal.results(), ("KEY", "NAME", "WORKSPACE", "MADE", "STATE"), rows)


@app.command("revoke")
def revoke(
    context: typer.Context,
    key_id: Annotated[str, typer.Argument(metavar="KEY", help="Its id, as `keys list` has it.")],
    as_json: asking.AsJson = False,
) -> None:
    """Have a key open nothing any more, at once."""

    async def end(opened: App) -> ApiKey:
        return await opened.desks.keys.revoke(key_id)

    key = with_app(context, end)
    if as_json:
        terminal.print_json(_document(key))
    else:
        terminal.progress().print(f"{key.id} ({key.name}) is revoked.")


def _document(key: ApiKey) -> dict[str, object]:
    times = ("created_at", "last_used_at", "revoked_at")
    shown = {name: getattr(key, name) for name in times}
    return {**asdict(key), **{name: x and x.isoformat() for name, x in shown.items()}}


def _day(key: ApiKey, name: str) -> str:
    return f"{getattr(key, name):%Y-%m-%d}"


def _state(key: ApiKey) -> str:
    if not key.is_in_force:
        return "revoked"
    return f"used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
