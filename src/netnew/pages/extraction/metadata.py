"""Embedded data of a page: JSON-LD, Open Graph, meta tags, microdata → 'path: value'."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator

from netnew.pages.extraction.dom import Tree
from netnew.pages.extraction.element import Element
from netnew.pages.extraction.whitespace import normalised, words

MAX_FIELDS = 400
MAX_VALUE_CHARS = 2_000
_MAX_DEPTH = 8
_SKIPPED_KEYS = frozenset(("@context", "@type", "@id", "potentialAction"))
_META_NAMES = words(
    "description keywords author subject category abstract application-name generator date "
    "last-modified revised"
)
_META_PREFIXES = (
    "og:",
    "twitter:",
    "article:",
    "product:",
    "profile:",
    "book:",
    "business:",
    "dc.",
)
_META_DULL = ("image", "card", ":site_id", "player", "video", "audio")


def embedded_fields(tree: Tree) -> list[tuple[str, str]]:
    """(path, value) of everything embedded, without repetition, at most MAX_FIELDS."""
    found: dict[tuple[str, str], None] = {}
    for source in (_metas(tree), _json_ld(tree), _microdata(tree)):
        for path, value in source:
            path, value = normalised(path)[:200], normalised(value)[:MAX_VALUE_CHARS].rstrip()
            if path and value:
                found[path, value] = None
            if len(found) >= MAX_FIELDS:
                return list(found)
    return list(found)


def _metas(tree: Tree) -> Iterator[tuple[str, str]]:
    for meta in tree.metas:
        name = (meta.get("property") or meta.get("name") or "").strip().lower()
        known = name in _META_NAMES or name.startswith(_META_PREFIXES)
        if known and not any(dull in name for dull in _META_DULL):
            yield name, meta.get("content") or ""


def _json_ld(tree: Tree) -> Iterator[tuple[str, str]]:
    for text in tree.json_ld:
        try:
            # strict=False: raw line breaks in strings are the commonest fault of real JSON-LD.
            top = json.loads(text.strip().removesuffix(";"), strict=False)
        except (ValueError, RecursionError):
            continue
        for thing in top if isinstance(top, list) else [top]:
            if not isinstance(thing, dict):
                continue
            graph = thing.get("@graph")
            for node in graph if isinstance(graph, list) else [thing]:
                if isinstance(node, dict):
                    yield from _fields_of(_type_of(node), node, 0)


def _type_of(node: dict[str, object]) -> str:
    kind = node.get("@type")
    if isinstance(kind, list):
        kind = kind[0] if kind else None
    return kind.rsplit("/", 1)[-1] if isinstance(kind, str) and kind else "Thing"


def _fields_of(path: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, dict):
        if isinstance(value.get("@value"), str):
            yield path, str(value["@value"])
            return
        for key, inner in value.items():
            if key not in _SKIPPED_KEYS:
                yield from _fields_of(f"{path}.{key}", inner, depth + 1)
    elif isinstance(value, list):
        scalars = [
            _scalar(item) for item in value[:MAX_FIELDS] if not isinstance(item, dict | list)
        ]
        if any(scalars):
            yield path, ", ".join(item for item in scalars if item)
        for item in value[:MAX_FIELDS]:
            if isinstance(item, dict | list):
                yield from _fields_of(path, item, depth + 1)
    else:
        yield path, _scalar(value)


def _scalar(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return html.unescape(str(value)) if isinstance(value, str) else str(value)


def _microdata(tree: Tree) -> Iterator[tuple[str, str]]:
    stack: list[tuple[Element, str]] = [(tree.root, "")] if tree.has_microdata else []
    while stack:
        element, path = stack.pop()
        prop, scope = element.get("itemprop"), "itemscope" in element.attributes
        if prop and path:
            name = f"{path}.{prop.split()[0]}" if prop.split() else path
            if scope:
                path = name
            else:
                yield name, _microdata_value(element)
        elif scope:
            path = element.get("itemtype").rstrip("/").rsplit("/", 1)[-1] or "Thing"
        stack.extend((child, path) for child in reversed(element.elements))


def _microdata_value(element: Element) -> str:
    for name in ("content", "datetime", "href", "src", "value"):
        if element.get(name):
            return element.get(name)
    if element.text_len > MAX_VALUE_CHARS:
        return ""
    parts: list[str] = []
    stack: list[Element | str] = [element]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            parts.append(node)
        else:
            stack.extend(reversed(node.children))
    return " ".join(parts)
