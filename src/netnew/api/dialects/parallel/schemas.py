"""Fields to fill, between Parallel's output schemas and our enrichments.

The schemas are kept with the run as they came, since ours do not have all of their words. A run of
another face has one that is made of its fields.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from netnew.api.dialects.parallel import wire
from netnew.api.dialects.parallel.bodies import FieldAsked, FindAllEnrichInput
from netnew.domain.enrichment import Enrichment
from netnew.domain.errors import InvalidInput
from netnew.domain.run import Run, RunSpec
from netnew.engine.schema import enrichments_of_schema, schema_of

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
_MOST_CHARS = 25_000
_OF_GENERATOR = {"preview": "base", "base": "base", "pro": "pro"}


def fields_asked(
    asked: FindAllEnrichInput | FieldAsked, within: str = ""
) -> tuple[tuple[Enrichment, ...], wire.Enrichment]:
    """What is to be filled, and the schema as it is told later. `within`: where it stands in the
    body. Raises InvalidInput for what cannot be read of it, by its path."""
    if isinstance(asked, FieldAsked):
        fields = (Enrichment(asked.name, asked.description),)
        return fields, _told(fields, "core")
    prefix = f"{within}." if within else ""
    if asked.processor not in PROCESSORS:
        problem = f"{asked.processor!r} is not one"
        raise InvalidInput(f"{prefix}processor", problem, ", ".join(PROCESSORS))
    schema, name = asked.output_schema.json_schema, f"{prefix}output_schema.json_schema"
    if len(json.dumps(schema)) > _MOST_CHARS:
        raise InvalidInput(name, "it is too long", f"at most {_MOST_CHARS:,} characters")
    told = wire.Enrichment(
        processor=asked.processor,
        output_schema=wire.OutputSchema(type="json", json_schema=schema),
    )
    if asked.mcp_servers:
        told.mcp_servers = [
            wire.McpServer(type=x.type, url=x.url, name=x.name, allowed_tools=x.allowed_tools)
            for x in asked.mcp_servers
        ]
    return enrichments_of_schema(schema, name), told


def told_schemas(run: Run, without: Collection[str] = ()) -> list[wire.Enrichment]:
    """All that is to be filled, but for the fields `without`. What this face did not ask for stands
    in schemas of its own."""
    kept = kept_schemas(run.spec)
    known = {name for x in kept for name in _names(x)}
    kept = [x for x in kept if not without or set(without).isdisjoint(_names(x))]
    known.update(without)
    others = tuple(x for x in run.spec.enrichments if x.name not in known)
    processor = _OF_GENERATOR.get(run.spec.generator, "core")
    return [*kept, *([_told(others, processor)] if others else [])]


def schemas_told(fields: Sequence[Enrichment]) -> list[wire.Enrichment]:
    """Fields that nobody asked for in a schema, as one."""
    return [_told(fields, "core")]


def kept_schemas(spec: RunSpec) -> list[wire.Enrichment]:
    """Those that this face kept with the run."""
    note = json.loads(spec.notes.get(FACE, "{}"))
    return [wire.Enrichment.model_validate(x) for x in note.get("enrichments", ())]


def note_of(schemas: Sequence[wire.Enrichment], memory_scope_key: str | None = None) -> str:
    """What this face keeps with a run."""
    note: dict[str, object] = {"enrichments": [x.model_dump(exclude_unset=True) for x in schemas]}
    return json.dumps(note | ({"memory_scope_key": memory_scope_key} if memory_scope_key else {}))


def note_with(run: Run, added: wire.Enrichment) -> dict[str, str]:
    """What this face keeps, with one schema more."""
    note = json.loads(run.spec.notes.get(FACE, "{}"))
    return {FACE: note_of([*kept_schemas(run.spec), added], note.get("memory_scope_key"))}


def _names(told: wire.Enrichment) -> list[str]:
    """Read as it was when it was asked for: its properties may stand behind a reference."""
    return [x.name for x in enrichments_of_schema(told.output_schema.json_schema)]


def _told(fields: Sequence[Enrichment], processor: str) -> wire.Enrichment:
    schema = wire.OutputSchema(type="json", json_schema=schema_of(fields))
    return wire.Enrichment(processor=processor, output_schema=schema)
