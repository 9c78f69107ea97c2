"""What --enrich and --schema ask about each match."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from netnew.cli.consoles import slug
from netnew.domain.enrichment import Enrichment, Format
from netnew.domain.errors import InvalidInput
from netnew.engine.planning.json_schema import enrichments_of_schema

Enrich = Annotated[
    list[str] | None,
    typer.Option(
        "--enrich",
        metavar="[NAME:]TEXT",
        help="A field to fill for each match; after the name may stand its format: (number),"
        " (date), (url), (email), (boolean), (list), or what to choose from: (A | B | C)."
        " May be repeated.",
    ),
]
Schema = Annotated[
    Path | None,
    typer.Option(
        "--schema",
        metavar="FILE",
        help="Fields to fill as a JSON Schema, nested up to 3 levels.",
        show_default=False,
    ),
]

_SIMPLE = [x.value for x in Format if x not in (Format.OPTIONS, Format.OBJECT)]
_FORMATS = f"{', '.join(_SIMPLE)}, 'A|B|C'; objects with --schema"
_MAX_NAME_WORDS = 5  # beyond it, what stands before a colon is part of a sentence
_NAMED = re.compile(
    r"(?P<name>[^:()]*[^:()\s])\s*(?:\((?P<format>[^()]*)\))?\s*:(?:\s+(?P<text>.*))?", re.DOTALL
)
_FORMATTED = re.compile(r"(?P<text>.*\S)\s*\((?P<format>[^()]*)\)", re.DOTALL)


def enrichments_from(enrich: Sequence[str], schema: Path | None) -> tuple[Enrichment, ...]:
    """The fields of each --enrich, then those of the --schema.

    Raises InvalidInput naming the option, and of a schema the path of what is wrong.
    """
    asked: list[Enrichment] = []
    for argument in enrich:
        asked.append(_enrichment(argument.strip(), {x.name for x in asked}))
    if schema is not None:
        asked += enrichments_of_schema(_schema_in(schema), "--schema")
    for at, field in enumerate(asked):
        if any(field.name == x.name for x in asked[:at]):
            option = "--enrich" if at < len(enrich) else "--schema"
            raise InvalidInput(option, f"two are called {field.name!r}", "a name for each")
    return tuple(asked)


def _enrichment(argument: str, taken: set[str]) -> Enrichment:
    """'name: text', 'name (format): text', or a text that is named after its words."""
    named = _NAMED.fullmatch(argument)
    if named and len(named["name"].split()) <= _MAX_NAME_WORDS:
        name, text = named["name"], (named["text"] or "").strip()
        if not text:
            raise InvalidInput("--enrich", f"{argument!r} has no text", "'name: text' or a text")
        return _formatted(name, text, named["format"])
    formatted = _FORMATTED.fullmatch(argument)
    if formatted and _is_format(formatted["format"]):
        text = formatted["text"]
        return _formatted(_free_name(text, taken), text, formatted["format"])
    if not argument.strip(" :"):
        raise InvalidInput("--enrich", f"{argument!r} has no text", "'name: text' or a text")
    return Enrichment(_free_name(argument, taken), argument)


def _formatted(name: str, text: str, said: str | None) -> Enrichment:
    if said is None:
        return Enrichment(name, text)
    if "|" in said:
        options = tuple(x.strip() for x in said.split("|"))
        return Enrichment(name, text, Format.OPTIONS, options=options)
    if not _is_format(said):
        problem = f"{said.strip()!r}, the format of {name!r}, is not known"
        raise InvalidInput("--enrich", problem, _FORMATS)
    return Enrichment(name, text, Format(said.strip().lower()))


def _is_format(said: str) -> bool:
    return "|" in said or said.strip().lower() in _SIMPLE


def _free_name(text: str, taken: set[str]) -> str:
    name = slug(text) or "enrich"
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def _schema_in(path: Path) -> dict[str, object]:
    try:
        schema = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        problem = f"{str(path)!r} cannot be read: {error.strerror or type(error).__name__}"
        raise InvalidInput("--schema", problem, "a JSON Schema file") from error
    except json.JSONDecodeError as error:
        problem = f"{str(path)!r} is no JSON: line {error.lineno}: {error.msg}"
        raise InvalidInput("--schema", problem, "a JSON Schema file") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput("--schema", f"{str(path)!r} is no JSON", "a JSON Schema file") from error
    if not isinstance(schema, dict):
        raise InvalidInput("--schema", f"{str(path)!r} has no object", '{"properties": …}')
    return schema
