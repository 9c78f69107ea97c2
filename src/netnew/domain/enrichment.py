"""A field requested for each match, and the value found for it.

Fields may be nested: an object has fields of its own. Judges fill the *leaves*, named by their
path ('headquarters.address.city'); `document_of` restores the requested shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from netnew.domain.evidence import Citation, Confidence

MAX_LEVELS = 3  # objects in objects, the document itself counted: 'headquarters.address.city'
MAX_LEAVES = 50  # of one run
LIST_JOINT = "; "
"""Separates the items of a list value; no item contains a semicolon."""


class Format(StrEnum):
    """The format of a value, each with its stored text form:

    number: digits ('12', '-0.5'). date: ISO 8601, as exact as the page is ('2019-05-14', '2019-05',
    '2019'). url: with its scheme. boolean: 'true' or 'false'. options: one of them, as asked. list:
    texts with '; ' between. object: none, its fields have values.
    """

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    URL = "url"
    EMAIL = "email"
    BOOLEAN = "boolean"
    OPTIONS = "options"
    LIST = "list"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Enrichment:
    """A field to fill for every match. `description` says in plain words what is wanted.

    `fields`: those of an object; `options`: allowed values; both empty otherwise.
    """

    name: str
    description: str
    format: Format = Format.TEXT
    fields: tuple[Enrichment, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EnrichmentValue:
    """What the pages say about a leaf; `name` is its path.

    `value` is in the text form of the leaf's format; None if the pages do not say (then without
    citations), or if what they say does not fit the format (then the citations show it)."""

    name: str
    value: str | None
    citations: tuple[Citation, ...] = ()
    reasoning: str = ""
    confidence: Confidence = Confidence.MEDIUM


def leaves(enrichments: Iterable[Enrichment]) -> tuple[Enrichment, ...]:
    """The fields that get a value, in order, by their paths.

    The description of a nested one has its own on the first line, then a line 'of NAME: TEXT' for
    each object that it stands in, the innermost first.
    """
    return tuple(_leaves(enrichments, ()))


def _leaves(
    enrichments: Iterable[Enrichment], within: tuple[Enrichment, ...]
) -> Iterator[Enrichment]:
    for asked in enrichments:
        if asked.format is Format.OBJECT:
            yield from _leaves(asked.fields, (*within, asked))
        elif not within:
            yield asked
        else:
            path = ".".join(x.name for x in (*within, asked))
            lines = [_told(asked), *(f"of {x.name}: {_told(x)}" for x in reversed(within))]
            yield replace(asked, name=path, description="\n".join(lines))


def _told(asked: Enrichment) -> str:
    """The description on one line; the words of the name where there is none."""
    return " ".join(asked.description.split()) or re.sub(r"[_\W]+", " ", asked.name).strip()


def document_of(
    enrichments: Sequence[Enrichment], values: Iterable[EnrichmentValue]
) -> dict[str, object]:
    """The values in the requested shape: objects as dicts, lists as lists, numbers and booleans
    as such, everything else as text; null if nothing was found."""
    found = {x.name: x.value for x in values}
    return _document(enrichments, found, "")


def _document(
    enrichments: Sequence[Enrichment], found: dict[str, str | None], within: str
) -> dict[str, object]:
    document: dict[str, object] = {}
    for asked in enrichments:
        path = f"{within}{asked.name}"
        if asked.format is Format.OBJECT:
            document[asked.name] = _document(asked.fields, found, f"{path}.")
        else:
            document[asked.name] = plain_value(asked.format, found.get(path))
    return document


def plain_value(format: Format, value: str | None) -> str | int | float | bool | list[str] | None:
    """A value in text form as a JSON value."""
    if value is None:
        return None
    match format:
        case Format.NUMBER:
            return int(value) if re.fullmatch(r"-?\d+", value) else float(value)
        case Format.BOOLEAN:
            return value == "true"
        case Format.LIST:
            return value.split(LIST_JOINT)
        case _:
            return value
