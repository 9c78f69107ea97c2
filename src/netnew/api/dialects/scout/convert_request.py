"""What is asked in Scout's words, as a spec of ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from netnew.api.dialects.scout.requests import (
    FindAllEnrichRequest,
    FindAllRequest,
    FindAllRunRequest,
)
from netnew.api.dialects.scout.run_metadata import ScoutMetadata, metadata_of
from netnew.api.netnew_extension import with_netnew_request
from netnew.domain.enrichment import Enrichment, Format
from netnew.domain.errors import InvalidInput
from netnew.domain.run import Plain, Run, RunSpec
from netnew.engine.planning.json_schema import enrichments_of_schema
from netnew.settings import Settings

FILLED_ANYWAY = frozenset({"name", "website", "url", "source", "description"})

_IN_EVERY_ROW = frozenset({"name", "website", "url", "source"})
_GENERATOR = "core"


def spec_of(asked: FindAllRequest, settings: Settings) -> RunSpec:
    """The conditions are left to be read from the query. Raises InvalidInput."""
    metadata: Mapping[str, Any] = {}
    hooked = False
    if isinstance(asked, FindAllRunRequest):
        metadata, hooked = asked.metadata or {}, asked.webhook is not None
    fields = None if asked.fields is None else _once(asked.fields)
    columns = _columns(asked.output_schema, fields or ())
    notes = ScoutMetadata(
        fields, asked.output_schema, tuple(x.name for x in columns), metadata, hooked
    )
    spec = RunSpec(
        objective=asked.query,
        enrichments=tuple(x for x in columns if not is_filled_anyway(x)),
        match_limit=asked.limit,
        generator=_GENERATOR,
        metadata=_plain(metadata),
        notes=notes.packed(),
    )
    return with_netnew_request(spec, asked.netnew, settings)


def enrichments_of(asked: FindAllEnrichRequest, run: Run) -> tuple[Enrichment, ...]:
    """The fields that the run does not have yet. Raises InvalidInput where there is none."""
    has = {x.name for x in run.spec.enrichments}.union(metadata_of(run.spec).columns)
    named = _columns(asked.output_schema, _once(asked.fields or ()))
    new = tuple(x for x in named if x.name not in has and x.name.casefold() not in _IN_EVERY_ROW)
    if not new:
        field = "fields" if asked.output_schema is None else "output_schema"
        raise InvalidInput(field, "the rows have all of these already", "at least one new field")
    return new


def metadata_with(
    run: Run, asked: FindAllEnrichRequest, new: Sequence[Enrichment]
) -> ScoutMetadata:
    """The notes of a run that is asked for further fields."""
    notes, names = metadata_of(run.spec), tuple(x.name for x in new)
    schema = notes.output_schema
    if schema is not None and asked.output_schema is not None:
        schema = _joined(schema, asked.output_schema)
    fields, columns = (*(notes.fields or ()), *names), (*notes.columns, *names)
    return replace(notes, fields=_once(fields), output_schema=schema, columns=_once(columns))


def is_filled_anyway(column: Enrichment) -> bool:
    """Whether every candidate fills it by what it is, so that nothing is asked for it."""
    is_text = column.format in (Format.TEXT, Format.URL)
    return is_text and column.name.casefold() in FILLED_ANYWAY


def _columns(schema: Mapping[str, Any] | None, fields: Sequence[str]) -> tuple[Enrichment, ...]:
    """All that is asked for; a schema beats names."""
    if schema is not None:
        return enrichments_of_schema(schema, "output_schema")
    return tuple(Enrichment(x, re.sub(r"[_\W]+", " ", x).strip() or x) for x in fields)


def _joined(before: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """One schema with the properties of both, the older first."""
    properties = {**before.get("properties", {}), **more.get("properties", {})}
    definitions = {**before.get("$defs", {}), **more.get("$defs", {})}
    return {**before, "properties": properties} | ({"$defs": definitions} if definitions else {})


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for x in names if (name := x.strip())))


def _plain(metadata: Mapping[str, Any]) -> dict[str, Plain]:
    """What every interface can give back; the whole of it is in the notes."""
    return {k: v for k, v in metadata.items() if isinstance(v, str | int | float | bool)}
