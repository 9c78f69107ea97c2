"""Writes the reference pages that come out of the code: `make docs`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from netnew.api.dialects import extruct, parallel, scout
from netnew.api.dialects.netnew import routes as own
from netnew.cli.deferred_command import DeferredCommand
from netnew.cli.main import app
from netnew.settings import PREFIX, Settings

REFERENCE = Path(__file__).parent / "reference"
_WIDTH = "80"


def main() -> None:
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path}")


def pages() -> dict[Path, str]:
    """Each generated page and its text."""
    return {
        REFERENCE / "cli.md": cli_page(),
        REFERENCE / "settings.md": settings_page(),
        REFERENCE / "http.md": http_page(),
    }


def cli_page() -> str:
    parts = [
        "# The command line",
        "Generated from the code by `make docs`.",
        "Results go to standard output; progress, hints and errors go to standard error. With"
        " `--json` a command prints one JSON document and nothing else on standard output. An error"
        " is one line, `netnew: field: problem (allowed: …)`.",
        "| exit code | meaning |\n| --- | --- |\n| 0 | done |\n| 1 | failed |\n"
        "| 2 | wrong usage, or no such run |\n"
        "| 130 | stopped by Ctrl-C; what was found is kept |",
    ]
    for words in _commands(get_command(app), ()):
        title = " ".join(("netnew", *words))
        parts += [f"## {title}", f"```text\n{_help(words)}\n```"]
    return "\n\n".join(parts) + "\n"


def settings_page() -> str:
    lines = [
        "# Settings",
        "",
        "Generated from the code by `make docs`.",
        "",
        f"A value is looked for in the environment (`{PREFIX}JUDGE`), then in `netnew.toml` of the",
        "current folder, then in `netnew.toml` of HOME. Lists are written with commas in the",
        "environment and as arrays in TOML. `netnew doctor` shows every value with its origin.",
        "",
        "| netnew.toml | environment | default | meaning |",
        "| --- | --- | --- | --- |",
    ]
    for name, field in Settings.model_fields.items():
        variable = f"`{PREFIX}{name.upper()}`"
        lines.append(f"| `{name}` | {variable} | {_default(name)} | {field.description} |")
    return "\n".join(lines) + "\n"


def http_page() -> str:
    parts = [
        "# HTTP",
        "Generated from the code by `make docs`.",
        "`netnew serve` answers these on one port; every request but `/healthz`, `/readyz`,"
        " `/metrics`, `/docs` and the OpenAPI documents carries a key, in `x-api-key` or as"
        " `Authorization: Bearer`. Shapes, examples and errors of each operation:"
        " `/openapi.json`, or `/openapi/NAME.json` for one dialect; `/docs` shows them in a"
        " browser.",
    ]
    makers = {
        "Parallel": parallel.make_app,
        "Scout": scout.make_app,
        "Extruct": extruct.make_app,
        "netnew": own.make_app,
    }
    for name, make_app in makers.items():
        rows = [f"| `{way}` | {what} |" for way, what in _operations(make_app().openapi())]
        table = ["| operation | what it does |", "| --- | --- |", *rows]
        parts += [f"## {name}", "\n".join(table)]
    return "\n\n".join(parts) + "\n"


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for path, item in document.get("paths", {}).items():
        for method, operation in item.items():
            said = operation.get("description") or operation.get("summary", "")
            yield f"{method.upper()} {path}", " ".join(said.partition("\n\n")[0].split())


def _commands(command: object, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield words
    if isinstance(command, DeferredCommand):
        command = command.load()
    if isinstance(command, TyperGroup):
        for name, below in command.commands.items():
            yield from _commands(below, (*words, name))


def _help(words: tuple[str, ...]) -> str:
    runner = CliRunner(env={"COLUMNS": _WIDTH})
    done = runner.invoke(app, [*words, "--help"], prog_name="netnew")
    return "\n".join(x.rstrip() for x in done.stdout.strip().splitlines())


def _default(name: str) -> str:
    match name, Settings.model_fields[name].default:
        case "home", _:
            return "the platform's data folder, such as `~/.local/share/netnew`"
        case "database_url", _:
            return "`sqlite:///HOME/netnew.db`"
        case "user_agent", _:
            return "`netnew/VERSION`"
        case _, None:
            return "none"
        case _, bool(value):
            return f"`{str(value).lower()}`"
        case _, tuple(values):
            return f"`{','.join(values)}`"
        case _, value:
            return f"`{value}`"


if __name__ == "__main__":
    os.environ["COLUMNS"] = _WIDTH
    main()
