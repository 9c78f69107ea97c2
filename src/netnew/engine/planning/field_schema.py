"""The shape of requested fields: their limits, and their JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netnew.domain.condition import MatchCondition
from netnew.domain.enrichment import MAX_LEAVES, MAX_LEVELS, Enrichment, Format, document_of, leaves
from netnew.domain.errors import InvalidInput
from netnew.engine.planning.json_schema import enrichments_of_schema

__all__ = ["check_enrichments", "document_of", "enrichments_of_schema", "schema_of"]

_FIELD = "enrichments"
_TYPES: Mapping[Format, Mapping[str, object]] = {
    Format.TEXT: {"type": ["string", "null"]},
    Format.NUMBER: {"type": ["number", "null"]},
    Format.DATE: {"type": ["string", "null"], "format": "date"},
    Format.URL: {"type": ["string", "null"], "format": "uri"},
    Format.EMAIL: {"type": ["string", "null"], "format": "email"},
    Format.BOOLEAN: {"type": ["boolean", "null"]},
    Format.LIST: {"type": ["array", "null"], "items": {"type": "string"}},
}


def check_enrichments(
    conditions: Sequence[MatchCondition], enrichments: Sequence[Enrichment]
) -> None:
    """Raise InvalidInput for the first invalid enrichment, naming its path."""
    _check(enrichments, (), {c.name for c in conditions})
    count = len(leaves(enrichments))
    if count > MAX_LEAVES:
        raise InvalidInput(_FIELD, f"there are {count} fields", f"at most {MAX_LEAVES}")


def _check(
    enrichments: Sequence[Enrichment], within: tuple[str, ...], taken: set[str] | None = None
) -> None:
    """`taken`: names that are used already beside those of this level."""
    if len(within) >= MAX_LEVELS:
        raise InvalidInput(
            _FIELD, f"{'.'.join(within)!r} is nested too deep", f"at most {MAX_LEVELS} levels"
        )
    names = set(taken or ())
    for asked in enrichments:
        path = ".".join((*within, asked.name))
        if not asked.name.strip():
            inside = f" in {'.'.join(within)!r}" if within else ""
            raise InvalidInput(_FIELD, f"one{inside} has no name", "'name: text'")
        if "." in asked.name:
            raise InvalidInput(
                _FIELD, f"{asked.name!r} has a dot in its name", "names without '.'; objects nest"
            )
        if asked.name in names:
            raise InvalidInput(
                _FIELD,
                f"{path!r} is already a condition or a field",
                "names that are used once",
            )
        names.add(asked.name)
        _check_format(asked, path)
        if asked.format is Format.OBJECT:
            _check(asked.fields, (*within, asked.name))


def _check_format(asked: Enrichment, path: str) -> None:
    if (asked.format is Format.OBJECT) is not bool(asked.fields):
        problem = "is an object without fields" if not asked.fields else "has fields"
        raise InvalidInput(
            _FIELD, f"{path!r} {problem}", "fields in an object, at least one, and nowhere else"
        )
    if (asked.format is Format.OPTIONS) is not bool(asked.options):
        problem = "has no options to choose from" if not asked.options else "has options"
        raise InvalidInput(
            _FIELD, f"{path!r} {problem}", f"options with the format {Format.OPTIONS.value!r} alone"
        )
    if len({x.strip().casefold() for x in asked.options} - {""}) < len(asked.options):
        raise InvalidInput(_FIELD, f"{path!r} has an option twice or an empty one", "one of each")


def schema_of(enrichments: Sequence[Enrichment]) -> dict[str, object]:
    """The JSON Schema of `document_of`; `enrichments_of_schema` reads it back.

    All properties are required and every leaf may be null.
    """
    return {
        "type": "object",
        "properties": {x.name: _property(x) for x in enrichments},
        "required": [x.name for x in enrichments],
        "additionalProperties": False,
    }


def _property(asked: Enrichment) -> dict[str, object]:
    described: dict[str, object] = {"description": asked.description} if asked.description else {}
    if asked.format is Format.OBJECT:
        return schema_of(asked.fields) | described
    if asked.format is Format.OPTIONS:
        return {"type": ["string", "null"], "enum": [*asked.options, None]} | described
    return {**_TYPES[asked.format], **described}
