"""One OpenAPI document of all dialects; schemas are prefixed by dialect."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from netnew import __version__

_REF = "#/components/schemas/"


def merged(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """All paths; a schema `X` of `parallel` becomes `parallel.X`."""
    whole: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "netnew", "version": __version__},
        "paths": {},
        "components": {"schemas": {}, "securitySchemes": {}},
    }
    for name, document in documents.items():
        text = json.dumps(document).replace(f'"{_REF}', f'"{_REF}{name}.')
        mine = json.loads(text)
        for path, item in mine.get("paths", {}).items():
            for operation in item.values():
                if isinstance(operation, dict):
                    operation["tags"] = [name]
                    operation["operationId"] = f"{name}_{operation.get('operationId', path)}"
            whole["paths"][path] = item
        components = mine.get("components", {})
        for schema, shape in components.get("schemas", {}).items():
            whole["components"]["schemas"][f"{name}.{schema}"] = shape
        whole["components"]["securitySchemes"].update(components.get("securitySchemes", {}))
    return whole
