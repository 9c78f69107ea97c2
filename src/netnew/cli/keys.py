"""`netnew keys`: API keys and the audit log."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from netnew.cli import consoles, output_options
from netnew.cli.app_context import with_app
from netnew.cli.tables import print_rows
from netnew.cli.times import parse_duration, parse_expiry, parse_since
from netnew.domain.api_key import KeyScope
from netnew.domain.ids import WorkspaceId

if TYPE_CHECKING:
    from netnew.bootstrap import App
    from netnew.domain.api_key import ApiKey
    from netnew.domain.audit import AuditEntry

app = typer.Typer(
    help="Create, list, rotate and revoke API keys, and show the audit log.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

KeyArgument = Annotated[
    str, typer.Argument(metavar="KEY", help="The key's id, as `keys list` shows it.")
]
Expires = Annotated[
    str | None,
    typer.Option(
        "--expires",
        metavar="WHEN",
        help="When the new key expires: 30d, 12h, or a date (2026-12-31, at 0:00 UTC).",
    ),
]


@app.command("create")
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A name for the key, such as `crm-import`.")],
    workspace: Annotated[
        str | None,
        typer.Option(
            "--workspace", help="Workspace it gives access to; default: the one in the settings."
        ),
    ] = None,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Allow only GET requests and event streams.")
    ] = False,
    expires: Expires = None,
    as_json: output_options.AsJson = False,
) -> None:
    """Create a key. It is shown only this once, since only its hash is kept."""
    scope = KeyScope.READ_ONLY if read_only else KeyScope.FULL
    expires_at = _expiry(expires)

    async def make(opened: App) -> tuple[ApiKey, str]:
        where = WorkspaceId(workspace or opened.settings.workspace)
        return await opened.keys.create(name, where, scope=scope, expires_at=expires_at)

    _show_new(*with_app(context, make), as_json)


@app.command("list")
def list_(context: typer.Context, as_json: output_options.AsJson = False) -> None:
    """Show all keys with scope, expiry and last use; secrets are not stored."""

    async def read(opened: App) -> list[ApiKey]:
        return await opened.keys.list()

    keys = with_app(context, read)
    if as_json:
        consoles.print_json([_document(x) for x in keys])
        return
    now = datetime.now(UTC)
    header = ("KEY", "NAME", "WORKSPACE", "SCOPE", "CREATED", "EXPIRES", "LAST USE", "STATE")
    print_rows(consoles.results(), header, [_row(x, now) for x in keys])


@app.command("rotate")
def rotate(
    context: typer.Context,
    key_id: KeyArgument,
    overlap: Annotated[
        str,
        typer.Option(
            "--overlap", metavar="DURATION", help="How long the old key still works: 90m, 24h, 7d."
        ),
    ] = "24h",
    expires: Expires = None,
    as_json: output_options.AsJson = False,
) -> None:
    """Replace a key by a new one; the old one expires after an overlap.

    The new key has the same name, workspace and scope, and is shown only this once. Without
    --expires it lasts as long as the old one was meant to, or for ever.
    """
    kept, expires_at = parse_duration("--overlap", overlap), _expiry(expires)

    async def make(opened: App) -> tuple[ApiKey, str]:
        return await opened.keys.rotate(key_id, kept, expires_at=expires_at)

    key, secret = with_app(context, make)
    if not as_json:
        consoles.progress().print(f"{key_id} expires in {overlap}, or earlier if it was to.")
    _show_new(key, secret, as_json)


@app.command("revoke")
def revoke(
    context: typer.Context, key_id: KeyArgument, as_json: output_options.AsJson = False
) -> None:
    """Revoke a key immediately."""

    async def end(opened: App) -> ApiKey:
        return await opened.keys.revoke(key_id)

    key = with_app(context, end)
    if as_json:
        consoles.print_json(_document(key))
    else:
        consoles.progress().print(f"{key.id} ({key.name}) is revoked.")


@app.command("audit")
def audit(
    context: typer.Context,
    key_id: Annotated[
        str,
        typer.Option("--key", metavar="KEY", help="Only what was done with this key or to it."),
    ] = "",
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help="Only since then: 24h, 7d, or a date (UTC)."),
    ] = None,
    limit: Annotated[
        int,
        typer.Option("--limit", metavar="N", min=1, max=100_000, help="Maximum number of lines."),
    ] = 50,
    as_json: output_options.AsJson = False,
) -> None:
    """Show the audit log, newest first: who did what over HTTP and on this command line."""
    now = datetime.now(UTC)
    after = None if since is None else parse_since("--since", since, now)

    async def read(opened: App) -> list[AuditEntry]:
        return await opened.keys.audit(limit, key_id, after)

    entries = with_app(context, read)
    if as_json:
        consoles.print_json([_entry_document(x) for x in entries])
        return
    header = ("AT (UTC)", "WHO", "FROM", "WORKSPACE", "WHAT", "ON", "OUTCOME")
    print_rows(consoles.results(), header, [_entry_row(x) for x in entries])


def _entry_document(entry: AuditEntry) -> dict[str, object]:
    return {
        "at": entry.at.isoformat(),
        "who": entry.actor.name,
        "from": entry.actor.face,
        "workspace_id": entry.workspace_id,
        "what": entry.action,
        "on": entry.subject,
        "outcome": entry.outcome.value,
        "detail": entry.detail,
    }


def _entry_row(entry: AuditEntry) -> tuple[str, ...]:
    outcome = f"{entry.outcome.value} ({entry.detail})" if entry.detail else entry.outcome.value
    return (
        *(f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.actor.name, entry.actor.face, entry.workspace_id),
        *(entry.action, consoles.clean(entry.subject), outcome),
    )


def _expiry(expires: str | None) -> datetime | None:
    return None if expires is None else parse_expiry("--expires", expires, datetime.now(UTC))


def _show_new(key: ApiKey, secret: str, as_json: bool) -> None:
    if as_json:
        consoles.print_json({**_document(key), "key": secret})
        return
    limits = ", read-only" if key.scope is KeyScope.READ_ONLY else ""
    limits += f", until {_minute(key.expires_at)} UTC" if key.expires_at else ""
    consoles.progress().print(
        f"{key.id} gives access to workspace {key.workspace_id}{limits}; only its hash is kept."
    )
    typer.echo(secret)


def _document(key: ApiKey) -> dict[str, object]:
    times = ("created_at", "last_used_at", "revoked_at", "expires_at")
    shown = {name: getattr(key, name) for name in times}
    return {**asdict(key), **{name: x and x.isoformat() for name, x in shown.items()}}


def _row(key: ApiKey, now: datetime) -> tuple[str, ...]:
    expires = _minute(key.expires_at) if key.expires_at else "never"
    used = _minute(key.last_used_at) if key.last_used_at else "never used"
    made = f"{key.created_at:%Y-%m-%d}"
    return (
        *(key.id, key.name, key.workspace_id, key.scope.value),
        *(made, expires, used, _state(key, now)),
    )


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


def _state(key: ApiKey, now: datetime) -> str:
    if key.is_in_force(now):
        return "in force"
    return "revoked" if key.revoked_at else "expired"
