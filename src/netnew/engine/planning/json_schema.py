"""Reads JSON Schema as enrichments.

Read are objects with properties, texts (with the formats date, date-time, uri and email), numbers,
booleans, lists of texts and enums of texts, each also with null, and references within the schema.
Keywords that only narrow a value (`minimum`, `pattern`, `required`, …) are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from netnew.domain.enrichment import MAX_LEAVES, MAX_LEVELS, Enrichment, Format
from netnew.domain.errors import InvalidInput

ALLOWED = "string, number, integer, boolean, array of string, object, enum of strings; each or null"

_FORMATS = {"date": Format.DATE, "date-time": Format.DATE, "email": Format.EMAIL}
_FORMATS |= {"idn-email": Format.EMAIL, "uri": Format.URL, "url": Format.URL, "iri": Format.URL}
_TYPES = {"number": Format.NUMBER, "integer": Format.NUMBER, "boolean": Format.BOOLEAN}
_MAX_STEPS = 20  # references and unions that one property may lead through

_Node = Mapping[str, object]


def enrichments_of_schema(
    schema: Mapping[str, object], name: str = "schema"
) -> tuple[Enrichment, ...]:
    """The properties of a JSON Schema object as enrichments, in their order.

    Raises InvalidInput naming the path of what is wrong ('schema.headquarters.address') and what is
    allowed; `name` is the caller's word for the whole.
    """
    reader = _Reader(schema, name)
    root = reader.node(schema, ())
    if _kind(root) != "object":
        raise reader.wrong(
            (), "is no object with properties", '{"type": "object", "properties": …}'
        )
    return reader.properties(root, ())


@dataclass(slots=True)
class _Reader:
    root: Mapping[str, object]
    name: str
    leaves: int = 0

    def properties(self, node: _Node, path: tuple[str, ...]) -> tuple[Enrichment, ...]:
        """The properties of the object at `path`."""
        if len(path) >= MAX_LEVELS:
            raise self.wrong(path, "is nested too deep", f"at most {MAX_LEVELS} levels of objects")
        properties = node.get("properties")
        if not isinstance(properties, Mapping) or not properties:
            raise self.wrong(path, "has no properties", "an object with at least one property")
        return tuple(self._property(str(key), value, path) for key, value in properties.items())

    def _property(self, key: str, value: object, within: tuple[str, ...]) -> Enrichment:
        path = (*within, key)
        if not key.strip():
            raise self.wrong(within, "has a property without a name", "a name for each")
        if "." in key:
            raise self.wrong(path, "has a dot in its name", "names without '.'")
        node = self.node(value, path)
        told = next((x for x in (node.get("description"), node.get("title")) if _is_text(x)), "")
        description = str(told).strip()
        if _kind(node) == "object":
            fields = self.properties(node, path)
            return Enrichment(key, description, Format.OBJECT, fields=fields)
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            raise self.wrong((), f"has more than {MAX_LEAVES} fields", f"at most {MAX_LEAVES}")
        if "enum" in node:
            options = self._options(node, path)
            return Enrichment(key, description, Format.OPTIONS, options=options)
        return Enrichment(key, description, self._format(node, path))

    def _options(self, node: _Node, path: tuple[str, ...]) -> tuple[str, ...]:
        values = node["enum"]
        if not isinstance(values, list):
            raise self.wrong(path, "has an enum that is no list", "an enum of strings")
        options = tuple(dict.fromkeys(x for x in values if x is not None))
        if not options or not all(_is_text(x) and x.strip() for x in options):
            raise self.wrong(path, "has an enum of something else than texts", "an enum of strings")
        return options

    def _format(self, node: _Node, path: tuple[str, ...]) -> Format:
        match _kind(node):
            case "string":
                return _FORMATS.get(str(node.get("format")), Format.TEXT)
            case "number" | "integer" | "boolean" as kind:
                return _TYPES[kind]
            case "array":
                items = node.get("items")
                inner = _kind(self.node(items, path)) if items is not None else ""
                if inner != "string":
                    of = f"a list of {inner}" if inner else "a list of no stated type"
                    raise self.wrong(path, f"is {of}", "a list of strings")
                return Format.LIST
            case "":
                raise self.wrong(path, "has no type", ALLOWED)
            case kind:
                raise self.wrong(path, f"is of the type {kind}", ALLOWED)

    def node(self, value: object, path: tuple[str, ...]) -> _Node:
        """The schema at `path` with references followed and unions with null resolved; what stands
        beside a reference or union, such as its description, is kept."""
        beside: dict[str, object] = {}
        for _ in range(_MAX_STEPS):
            if not isinstance(value, Mapping):
                raise self.wrong(path, "is no schema", ALLOWED)
            node = {**value, **beside}
            inner = self._inner(node, path)
            if inner is None:
                return self._without_null(node, path)
            beside = {k: v for k, v in node.items() if k in ("description", "title")}
            value = inner[0]
        raise self.wrong(path, "is a reference that leads to itself", "references that end")

    def _inner(self, node: _Node, path: tuple[str, ...]) -> tuple[object] | None:
        """What `node` stands for, if it only points at another schema."""
        if "$ref" in node:
            return (self._referred(node["$ref"], path),)
        for union in ("anyOf", "oneOf", "allOf"):
            if union in node and "type" not in node and "properties" not in node:
                return (self._only(node[union], path),)
        return None

    def _only(self, parts: object, path: tuple[str, ...]) -> object:
        """The one schema of a union that is not null."""
        listed = parts if isinstance(parts, list) else []
        others = [x for x in listed if not (isinstance(x, Mapping) and x.get("type") == "null")]
        if len(others) != 1:
            raise self.wrong(path, "has several types at once", "one type, or one type and null")
        return others[0]

    def _without_null(self, node: _Node, path: tuple[str, ...]) -> _Node:
        kinds = node.get("type")
        if not isinstance(kinds, list):
            return node
        others = [x for x in kinds if x != "null"]
        if len(others) != 1:
            raise self.wrong(path, "has several types at once", "one type, or one type and null")
        return {**node, "type": others[0]}

    def _referred(self, reference: object, path: tuple[str, ...]) -> object:
        if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
            raise self.wrong(
                path, f"refers to {reference!r}", "references within the schema, '#/$defs/…'"
            )
        target: object = self.root
        for step in _steps(reference):
            if not isinstance(target, Mapping) or step not in target:
                raise self.wrong(path, f"refers to {reference!r}, which is not there", "its $defs")
            target = target[step]
        return target

    def wrong(self, path: tuple[str, ...], problem: str, allowed: str) -> InvalidInput:
        return InvalidInput(".".join((self.name, *path)), problem, allowed)


def _steps(reference: str) -> Iterator[str]:
    """The names of a JSON pointer (RFC 6901)."""
    for step in reference.split("/")[1:]:
        yield step.replace("~1", "/").replace("~0", "~")


def _kind(node: _Node) -> str:
    """The type of a schema, also where its other keywords alone tell it; '' where nothing does."""
    kind = node.get("type")
    if isinstance(kind, str):
        return kind
    if "properties" in node:
        return "object"
    if isinstance(node.get("enum"), list):
        return "string"
    return "array" if "items" in node else ""


def _is_text(value: object) -> bool:
    return isinstance(value, str)
