"""`--enrich` and `--schema`: the fields to fill for each match."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from netnew.cli.consoles import free_name, slug
from netnew.domain.enrichment import Enrichment, Format
from netnew.domain.errors import InvalidInput
from netnew.engine.planning.json_schema import enrichments_of_schema

_SIMPLE = [x.value for x in Format if x not in (Format.OPTIONS, Format.OBJECT)]
_FORMATS = f"{', '.join(_SIMPLE)}, 'A|B|C'; objects with --schema"
_MAX_NAME_WORDS = 5  # beyond it, what stands before a colon is part of a sentence
_NAMED = re.compile(
    r"(?P<name>[^:()]*[^:()\s])\s*(?:\((?P<format>[^()]*)\))?\s*:(?:\s+(?P<text>.*))?", re.DOTALL
)
_FORMATTED = re.compile(r"(?P<text>.*\S)\s*\((?P<format>[^()]*)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class EnrichmentOptions:
    """The fields to fill, as given."""

    enrich: Annotated[
        list[str],
        typer.Option(
            "--enrich",
            metavar="[NAME:]TEXT",
            help="A field to fill for each match. Its format may follow the name: (number), (date),"
            " (url), (email), (boolean), (list), or the choices: (A | B | C). Repeatable.",
        ),
    ] = field(default_factory=list)
    schema: Annotated[
        Path | None,
        typer.Option(
            "--schema",
            metavar="FILE",
            help="A JSON Schema of fields to fill, nested up to 3 levels.",
            show_default=False,
        ),
    ] = None

    def enrichments(self) -> tuple[Enrichment, ...]:
        """The fields of each --enrich, then those of the --schema.

        Raises InvalidInput naming the option and, for a schema, the path of what is wrong.
        """
        return enrichments_from(self.enrich, self.schema)


def enrichments_from(enrich: Sequence[str], schema: Path | None) -> tuple[Enrichment, ...]:
    """See `EnrichmentOptions.enrichments`."""
    fields: list[Enrichment] = []
    for argument in enrich:
        fields.append(_enrichment(argument.strip(), {x.name for x in fields}))
    if schema is not None:
        fields += enrichments_of_schema(_schema_in(schema), "--schema")
    for at, each in enumerate(fields):
        if any(each.name == x.name for x in fields[:at]):
            option = "--enrich" if at < len(enrich) else "--schema"
            raise InvalidInput(option, f"the name is used twice: {each.name!r}", "a name for each")
    return tuple(fields)


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
        return _formatted(free_name(slug(text) or "enrich", taken), text, formatted["format"])
    if not argument.strip(" :"):
        raise InvalidInput("--enrich", f"{argument!r} has no text", "'name: text' or a text")
    return Enrichment(free_name(slug(argument) or "enrich", taken), argument)


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


def _schema_in(path: Path) -> dict[str, object]:
    try:
        schema = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        problem = f"{str(path)!r} cannot be read: {error.strerror or type(error).__name__}"
        raise InvalidInput("--schema", problem, "a JSON Schema file") from error
    except json.JSONDecodeError as error:
        problem = f"{str(path)!r} is not JSON: line {error.lineno}: {error.msg}"
        raise InvalidInput("--schema", problem, "a JSON Schema file") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(
            "--schema", f"{str(path)!r} is not JSON", "a JSON Schema file"
        ) from error
    if not isinstance(schema, dict):
        raise InvalidInput("--schema", f"{str(path)!r} is not an object", '{"properties": …}')
    return schema
