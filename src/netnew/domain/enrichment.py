"""A field asked about each match, and the value found for it.

Fields may be nested: an object has fields of its own. What is asked of a judge and answered with
proof are the *leaves*, named by their path ('headquarters.address.city'); `document_of` puts their
values back into the shape that was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from netnew.domain.evidence import Citation, Confidence

MAX_LEVELS = 3  # objects in objects, the document itself counted: 'headquarters.address.city'
MAX_LEAVES = 50  # of one run
LIST_JOINT = "; "
"""Stands between the items of a list value; no item has a semicolon in it."""


class Format(StrEnum):
    """What a value must be. Of each the text form in which a value is kept:

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
    """A field to fill for every match. `description` says what is wanted, in plain words.

    `fields` are those of an object, `options` what a value may be; both are empty elsewhere.
    """

    name: str
    description: str
    format: Format = Format.TEXT
    fields: tuple[Enrichment, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EnrichmentValue:
    """What the pages say about a leaf, `name` being its path.

    `value` is in the text form of the leaf's format; None where the pages do not say (then without
    citations), or where what they say is nothing of that format (then the citations show it).
    """

    name: str
    value: str | None
    citations: tuple[Citation, ...] = ()
    reasoning: str = ""
    confidence: Confidence = Confidence.MEDIUM


def leaves(enrichments: Iterable[Enrichment]) -> tuple[Enrichment, ...]:
    """The fields that get a value, in order, each by its path.

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
    """The values in the shape asked for: objects as dicts, lists as lists, numbers and booleans as
    such, everything else as text; null where nothing was found."""
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
    """A value in its text form as JSON has it."""
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
