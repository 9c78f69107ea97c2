"""Plain text (and reStructuredText) → blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from netnew.pages.extraction.links import absolute
from netnew.pages.extraction.whitespace import labelled_line, normalised

MAX_CHARS = 2_000_000
MAX_ADDRESSES = 1_000
_UNDERLINE = re.compile(r"^([=\-~^\"'#*+.:_`])\1{2,}\s*$")
_BULLET = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_FIELD = re.compile(r"^:([^:\n]{1,60}):\s+(\S.*)$")
_ADDRESS = re.compile(r"https?://[^\s<>\"'`)\]}]+")


@dataclass(frozen=True, slots=True)
class Block:
    text: str
    label: str | None = None
    is_heading: bool = False


def plain_blocks(text: str) -> Iterator[Block]:
    """Paragraphs (parted by blank lines), list items, underlined headings, 'Label: value' lines."""
    for paragraph in re.split(r"\n[ \t]*\n", text[:MAX_CHARS].replace("\r\n", "\n")):
        lines = [line for line in paragraph.split("\n") if line.strip()]
        if lines:
            yield from _paragraph(lines)


def _paragraph(lines: list[str]) -> Iterator[Block]:
    if _UNDERLINE.match(lines[0].strip()) and len(lines) > 1:
        lines = lines[1:]
    if len(lines) > 1 and _UNDERLINE.match(lines[1].strip()):
        yield Block(lines[0], is_heading=True)
        lines = lines[2:]
    facts = [_fact(line) for line in lines]
    if lines and all(facts):
        for label, value in filter(None, facts):
            yield Block(value, label=label)
        return
    held: list[str] = []
    for line in lines:
        if _BULLET.match(line):
            yield from _block(held)
            held = []
        held.append(line)
    yield from _block(held)


def _fact(line: str) -> tuple[str, str] | None:
    field = _FIELD.match(line.strip())
    if field is not None:
        return field[1], field[2]
    return labelled_line(_BULLET.sub("", normalised(line)))


def _block(lines: list[str]) -> Iterator[Block]:
    if not lines:
        return
    text = normalised(_BULLET.sub("", " ".join(lines)))
    pair = labelled_line(text) if _BULLET.match(lines[0]) else None
    if pair is not None:
        yield Block(pair[1], label=pair[0])
    elif any(c.isalnum() for c in text):
        yield Block(text)


def web_addresses(text: str) -> list[str]:
    """The http(s) addresses written out in `text`, each once."""
    found: dict[str, None] = {}
    for match in _ADDRESS.finditer(text[:MAX_CHARS]):
        url = absolute(match[0].rstrip(".,;:!?*_"), "")
        if url is not None:
            found[url] = None
        if len(found) >= MAX_ADDRESSES:
            break
    return list(found)
