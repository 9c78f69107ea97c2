"""The list of commands: complete, and cheap to show."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.core import TyperGroup

from netnew.cli.deferred_command import DeferredCommand
from netnew.cli.main import COMMANDS

_SLOW = ("pydantic", "sqlalchemy", "dbos", "rich", "fastapi", "httpx2", "netnew.settings")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_is_listed_with_the_first_line_of_its_own_help(command: DeferredCommand) -> None:
    loaded = command.load()
    assert loaded.help is not None
    assert command.help == loaded.help.splitlines()[0]


def test_the_group_of_runs_has_all_its_commands() -> None:
    runs = next(x for x in COMMANDS if x.name == "runs").load()
    assert isinstance(runs, TyperGroup)
    assert {"list", "show", "export", "extend", "resume", "cancel", "merges"} <= set(runs.commands)


@pytest.mark.parametrize("words", [["--help"], ["--version"]])
def test_the_list_of_commands_imports_nothing_that_is_slow(words: list[str]) -> None:
    script = (
        "import sys\n"
        "from netnew.cli.main import app\n"
        f"try: app({words!r})\n"
        "except SystemExit: pass\n"
        f"print([x for x in {_SLOW!r} if x in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stderr.strip() == "[]"
    assert "netnew" in done.stdout
