"""Commands that are imported only when called, so that `--help` and each command start fast."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand
from typer.main import get_command

if TYPE_CHECKING:
    # The classes that Typer builds; it has no public names for them.
    from typer._click.core import Command, Context


class DeferredCommand(TyperCommand):
    """A command in a list of commands whose module is imported when it is called.

    `target`: 'package.module:name' of a function or of a `typer.Typer`. `help`: the line
    shown in the list of commands; a test compares it with the target's.
    """

    def __init__(self, name: str, target: str, help: str) -> None:
        super().__init__(name, help=help)
        self._target = target

    def load(self) -> Command:
        """Import the target and return the command that Typer builds from it."""
        module, _, attribute = self._target.partition(":")
        target: typer.Typer | Callable[..., Any] = getattr(import_module(module), attribute)
        if isinstance(target, typer.Typer):
            return get_command(target)
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(self.name)(target)
        return get_command(single)

    def make_context(
        self, info_name: str | None, args: list[str], parent: Context | None = None, **extra: Any
    ) -> Context:
        """The context of the loaded command, which replaces this one."""
        return self.load().make_context(info_name, args, parent, **extra)
