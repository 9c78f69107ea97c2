from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

import typer
from typer.testing import CliRunner, Result

from netnew.cli.option_groups import with_option_groups


@dataclass(frozen=True)
class Size:
    height: Annotated[int, typer.Option("--height", help="In centimetres.")] = 20


@dataclass(frozen=True)
class Pot:
    name: Annotated[str, typer.Argument(metavar="NAME")]
    colours: Annotated[list[str], typer.Option("--colour")] = field(default_factory=list)
    size: Size = Size()


@with_option_groups
def brew(pot: Pot, strong: Annotated[bool, typer.Option("--strong")] = False) -> None:
    """Brew tea."""
    typer.echo(f"{pot} {strong}")


def run(*arguments: str) -> Result:
    app = typer.Typer(rich_markup_mode=None)
    app.command()(brew)
    return CliRunner().invoke(app, arguments)


def test_a_group_is_filled_with_what_was_given_and_defaults() -> None:
    done = run("Brown Betty", "--colour", "red", "--colour", "blue", "--strong")
    assert done.stdout == f"{Pot('Brown Betty', ['red', 'blue'])} True\n"


def test_a_group_in_a_group_is_filled() -> None:
    assert (
        run("Brown Betty", "--height", "7").stdout == f"{Pot('Brown Betty', [], Size(7))} False\n"
    )


def test_a_field_without_a_default_is_required() -> None:
    done = run("--strong")
    assert done.exit_code == 2
    assert "Missing argument" in done.stderr


def test_the_help_lists_every_field_under_the_docstring() -> None:
    text = run("--help").stdout
    order = ["Brew tea.", "Arguments", "--colour", "--height", "In centimetres.", "--strong"]
    assert sorted(order, key=text.index) == order
