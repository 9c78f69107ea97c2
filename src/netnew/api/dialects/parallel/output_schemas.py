"""Fields to fill, between Parallel's output schemas and our enrichments.

The schemas are kept with the run as they came, since ours do not have all of their words. A run of
another dialect has one that is made of its fields.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from netnew.api.dialects.parallel import responses
from netnew.api.dialects.parallel.requests import FieldRequest, FindAllEnrichInput
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import InvalidInput
from netnew.domain.run import Run, RunSpec
from netnew.engine.planning.field_schema import schema_of
from netnew.engine.planning.json_schema import enrichments_of_schema

FACE = "parallel"
PROCESSORS = tuple(
    f"{name}{fast}"
    for name in (
        "lite",
        "base",
        "core",
        "core2x",
        "pro",
        "ultra",
        "ultra2x",
        "ultra4x",
        "ultra8x",
    )
    for fast in ("", "-fast")
)
_MAX_CHARS = 25_000
_OF_GENERATOR = {"preview": "base", "base": "base", "pro": "pro"}


def requested_fields(
    asked: FindAllEnrichInput | FieldRequest, within: str = ""
) -> tuple[tuple[Enrichment, ...], responses.Enrichment]:
    """What is to be filled, and the schema as it is told later. `within`: where it stands in the
    body. Raises InvalidInput for what cannot be read of it, by its path."""
    if isinstance(asked, FieldRequest):
        fields = (Enrichment(asked.name, asked.description),)
        return fields, _told(fields, "core")
    prefix = f"{within}." if within else ""
    if asked.processor not in PROCESSORS:
        problem = f"{asked.processor!r} is not one"
        raise InvalidInput(f"{prefix}processor", problem, ", ".join(PROCESSORS))
    schema, name = asked.output_schema.json_schema, f"{prefix}output_schema.json_schema"
    if len(json.dumps(schema)) > _MAX_CHARS:
        raise InvalidInput(name, "it is too long", f"at most {_MAX_CHARS:,} characters")
    told = responses.Enrichment(
        processor=asked.processor,
        output_schema=responses.OutputSchema(type="json", json_schema=schema),
    )
    if asked.mcp_servers:
        told.mcp_servers = [
            responses.McpServer(type=x.type, url=x.url, name=x.name, allowed_tools=x.allowed_tools)
            for x in asked.mcp_servers
        ]
    return enrichments_of_schema(schema, name), told


def response_schemas(run: Run, without: Collection[str] = ()) -> list[responses.Enrichment]:
    """All fields to be filled, except `without`. What this dialect did not ask for stands
    in schemas of its own."""
    kept = stored_schemas(run.spec)
    known = {name for x in kept for name in _names(x)}
    kept = [x for x in kept if not without or set(without).isdisjoint(_names(x))]
    known.update(without)
    others = tuple(x for x in run.spec.enrichments if x.name not in known)
    processor = _OF_GENERATOR.get(run.spec.generator, "core")
    return [*kept, *([_told(others, processor)] if others else [])]


def schemas_in_response(fields: Sequence[Enrichment]) -> list[responses.Enrichment]:
    """Fields that nobody asked for in a schema, as one."""
    return [_told(fields, "core")]


def stored_schemas(spec: RunSpec) -> list[responses.Enrichment]:
    """Those that this dialect kept with the run."""
    note = json.loads(spec.notes.get(FACE, "{}"))
    return [responses.Enrichment.model_validate(x) for x in note.get("enrichments", ())]


def metadata_of(
    schemas: Sequence[responses.Enrichment], memory_scope_key: str | None = None
) -> str:
    """What this dialect keeps with a run."""
    note: dict[str, object] = {"enrichments": [x.model_dump(exclude_unset=True) for x in schemas]}
    return json.dumps(note | ({"memory_scope_key": memory_scope_key} if memory_scope_key else {}))


def metadata_with(run: Run, added: responses.Enrichment) -> dict[str, str]:
    """What this dialect keeps, with one schema more."""
    note = json.loads(run.spec.notes.get(FACE, "{}"))
    return {FACE: metadata_of([*stored_schemas(run.spec), added], note.get("memory_scope_key"))}


def _names(told: responses.Enrichment) -> list[str]:
    """Read as it was when it was asked for: its properties may stand behind a reference."""
    return [x.name for x in enrichments_of_schema(told.output_schema.json_schema)]


def _told(fields: Sequence[Enrichment], processor: str) -> responses.Enrichment:
    schema = responses.OutputSchema(type="json", json_schema=schema_of(fields))
    return responses.Enrichment(processor=processor, output_schema=schema)
