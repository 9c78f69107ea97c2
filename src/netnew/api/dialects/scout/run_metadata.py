"""What is kept with a run of what was asked in Scout's words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from netnew.domain.run import RunSpec

FACE = "scout"


@dataclass(frozen=True, slots=True)
class ScoutMetadata:
    """`fields`, `output_schema` and `metadata` are as they came. `columns`: those asked for, by
    name or by the schema, with those that every candidate fills by what it is. `hooked`: whether a
    webhook is told of it."""

    fields: tuple[str, ...] | None = None
    output_schema: Mapping[str, Any] | None = None
    columns: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    hooked: bool = False

    def packed(self) -> dict[str, str]:
        """To stand in the `notes` of a spec."""
        return {FACE: json.dumps(asdict(self), ensure_ascii=False)}


def metadata_of(spec: RunSpec) -> ScoutMetadata:
    """Of a run of another interface: what there would have been to note."""
    kept = spec.notes.get(FACE)
    if kept is None:
        named = tuple(x.name for x in spec.enrichments)
        return ScoutMetadata(named or None, None, named, dict(spec.metadata))
    known = json.loads(kept)
    fields = None if known["fields"] is None else tuple(known["fields"])
    return ScoutMetadata(**{**known, "fields": fields, "columns": tuple(known["columns"])})
