"""`netnew db`: the schema of the database."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from netnew.cli import consoles, output_options
from netnew.cli.consoles import clean
from netnew.cli.errors import FAILED
from netnew.exports.json_document import Json
from netnew.redaction import hide
from netnew.settings import Settings

if TYPE_CHECKING:
    from netnew.bootstrap import SchemaState

app = typer.Typer(
    help="Check and upgrade the database.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

_MAX_MISSING = 5
_SENTENCES = {
    "current": "up to date (schema {found})",
    "empty": "no tables yet; schema {wanted} is created on first use, or by: {program} db upgrade",
    "behind": "schema {found}, but this version needs {wanted}; run: {program} db upgrade",
    "newer": "schema {found} is from a newer version, this one knows {wanted}; upgrade netnew",
    "unreachable": "{problem}",
    "incomplete": "incomplete: it lacks {missing}; restore it from a backup",
    "half_migrated": "half-migrated: its number says schema {found}, but it has {surplus} of a"
    " later one; restore it from a backup",
}


@app.command()
def check(as_json: output_options.AsJson = False) -> None:
    """Check that the database fits this version; exit code 1 if it does not.

    Nothing is changed or created.
    """
    from netnew.bootstrap import look_at_schema

    state = look_at_schema(_address())
    if as_json:
        consoles.print_json(_document(state))
    else:
        typer.echo(_sentence(state))
    raise typer.Exit(0 if state.age == "current" else FAILED)


@app.command()
def upgrade(as_json: output_options.AsJson = False) -> None:
    """Bring the database up to date, or create it.

    Every command does this by itself; this one does it beforehand, once for many machines.
    """
    from netnew.bootstrap import upgrade_schema

    before = upgrade_schema(_address())
    if as_json:
        after = replace(before, found=before.wanted, problem="")
        consoles.print_json({**_document(after), "before": before.found})
    elif before.age == "current":
        typer.echo(_sentence(before))
    else:
        came_from = f"from schema {before.found} to" if before.found else "created with schema"
        typer.echo(f"{before.kind} {clean(before.place)}: {came_from} {before.wanted}")


def _address() -> str:
    settings = Settings.load()
    hide(*settings.secrets())
    return settings.database_url


def _sentence(state: SchemaState) -> str:
    said = _SENTENCES[state.age].format(
        found=state.found,
        wanted=state.wanted,
        program=consoles.program(),
        missing=", ".join(state.missing[:_MAX_MISSING]),
        surplus=", ".join(state.surplus[:_MAX_MISSING]),
        problem=state.problem.removeprefix(f"{state.place}: "),
    )
    return f"{state.kind} {clean(state.place)}: {clean(said)}"


def _document(state: SchemaState) -> Json:
    return {
        "kind": state.kind,
        "place": state.place,
        "found": state.found,
        "wanted": state.wanted,
        "age": state.age.value,
        "problem": state.problem,
        "missing": list(state.missing),
        "surplus": list(state.surplus),
    }
