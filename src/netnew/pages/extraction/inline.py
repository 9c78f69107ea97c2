"""Text of elements: lines of an inline flow, and the text of a whole cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from netnew.pages.extraction.element import Element
from netnew.pages.extraction.whitespace import bare_label, is_label, labelled_line, normalised

_BOLD = frozenset(("b", "strong", "dt", "th"))
_APART = frozenset(("a", "button", "span", "label", "li", "time", "img"))
_CHIP_TAGS = frozenset(("a", "span", "code", "button", "div", "small", "em", "label"))
_MAX_CHIP_CHARS = 60
_MAX_RUNS = 300
_PART_SEPARATORS = (" | ", " · ", " • ")


@dataclass(frozen=True, slots=True)
class TextRun:
    """Consecutive text in one style."""

    text: str
    bold: bool
    linked: bool


def lines_of(nodes: Iterable[Element | str]) -> list[list[TextRun]]:
    """The inline `nodes` as lines of runs, cut at <br>."""
    lines: list[list[TextRun]] = [[]]
    previous: Element | None = None
    for node in nodes:
        if previous is not None and isinstance(node, Element):
            _set_apart(previous, node, lines[-1])
        _add(node, False, False, lines)
        previous = node if isinstance(node, Element) else None
    return [line for line in lines if any(not run.text.isspace() for run in line)]


def line_text(line: Iterable[TextRun]) -> str:
    return normalised("".join(run.text for run in line))


def _add(node: Element | str, bold: bool, linked: bool, lines: list[list[TextRun]]) -> None:
    if isinstance(node, str):
        lines[-1].append(TextRun(node, bold, linked))
        return
    if node.is_hidden:
        return
    if node.tag == "br":
        lines.append([])
        return
    bold, linked = bold or node.tag in _BOLD, linked or node.tag == "a"
    previous: Element | None = None
    for child in node.children:
        if previous is not None and isinstance(child, Element):
            _set_apart(previous, child, lines[-1])
        _add(child, bold, linked, lines)
        previous = child if isinstance(child, Element) else None


def _set_apart(before: Element, after: Element, line: list[TextRun]) -> None:
    """Neighbours that only a style sheet keeps apart get a space."""
    if before.tag in _APART and after.tag in _APART and line:
        line.append(TextRun(" ", False, False))


def facts_of(line: list[TextRun]) -> list[tuple[str, str]]:
    """The (label, value) pairs where `line` is nothing else than those, else []."""
    marked = _marked_facts(line)
    if marked:
        return marked
    first = next((run for run in line if not run.text.isspace()), None)
    if first is None or (first.linked and ":" not in first.text):
        return []
    text = line_text(line)
    for separator in _PART_SEPARATORS:
        if separator in text:
            pairs = [labelled_line(part.strip()) for part in text.split(separator)]
            return [pair for pair in pairs if pair is not None] if all(pairs) else []
    pair = labelled_line(text)
    return [pair] if pair is not None else []


def _marked_facts(line: list[TextRun]) -> list[tuple[str, str]]:
    """Pairs whose label stands out in bold and ends in a colon: '<b>Label:</b> value …'."""
    if len(line) > _MAX_RUNS:
        return []
    merged = _merged(line)
    starts = [i for i in range(len(merged)) if _is_marked_label(merged, i)]
    if not starts or starts[0] != 0:
        return []
    facts = []
    for at, start in enumerate(starts):
        end = starts[at + 1] if at + 1 < len(starts) else len(merged)
        value = line_text(merged[start + 1 : end]).lstrip(":： ").strip(" |·•")
        if value:
            facts.append((bare_label(normalised(merged[start].text)), value))
    return facts


def _merged(line: list[TextRun]) -> list[TextRun]:
    merged: list[TextRun] = []
    for run in line:
        if not run.text.strip() and (not merged or not merged[-1].bold):
            if merged:
                merged[-1] = TextRun(merged[-1].text + " ", merged[-1].bold, merged[-1].linked)
            continue
        if merged and merged[-1].bold == run.bold and not (run.bold and ":" in merged[-1].text):
            last = merged.pop()
            run = TextRun(last.text + run.text, run.bold, last.linked or run.linked)
        merged.append(run)
    return merged


def _is_marked_label(runs: list[TextRun], at: int) -> bool:
    run = runs[at]
    if not run.bold or run.linked:
        return False
    text = normalised(run.text)
    follows = runs[at + 1].text.lstrip() if at + 1 < len(runs) else ""
    if not text.endswith((":", "：")) and not follows.startswith((":", "：")):
        return False
    return is_label(bare_label(text), max_words=8)


def text_of(element: Element) -> str:
    """All text of `element` in one line; list items, chips and short blocks joined with ', '."""
    if element.text is None:
        element.text = normalised(_text_of(element))
    return element.text


def _text_of(element: Element) -> str:
    if element.is_hidden:
        return ""
    parts: list[str] = []
    buffer: list[str] = []
    if not element.elements:
        return "".join(map(str, element.children))
    if len(element.elements) > 1 and _is_row_of_chips(element):
        return _joined([_text_of(child) for child in element.elements])
    previous: Element | None = None
    for child in element.children:
        if isinstance(child, str):
            buffer.append(child)
            previous = None
            continue
        if child.tag == "br" or child.is_block or child.has_block:
            parts.append("".join(buffer))
            buffer = []
            if child.tag != "br":
                parts.append(_text_of(child))
        else:
            if previous is not None and previous.tag in _APART and child.tag in _APART:
                buffer.append(" ")
            buffer.append(_text_of(child))
        previous = child
    parts.append("".join(buffer))
    return _joined(parts)


def _is_row_of_chips(element: Element) -> bool:
    if element.tag in ("pre", "code"):
        return False
    chips = element.elements
    first = chips[0]
    if any(isinstance(c, str) and not c.isspace() for c in element.children):
        return False
    if first.tag not in _CHIP_TAGS or (first.tag == "span" and not first.get("class")):
        return False
    return all(
        c.tag == first.tag and c.get("class") == first.get("class") and not c.has_block
        for c in chips
    )


def _joined(parts: list[str]) -> str:
    kept = [text for part in parts if (text := part.strip())]
    if len(kept) < 2:
        return "".join(kept)
    short = all(len(p) <= _MAX_CHIP_CHARS for p in kept) and not any(
        p.endswith((".", ",", ";", ":", "|", "·")) or p.startswith((",", "|", "·"))
        for p in kept[:-1]
    )
    return (", " if short else " ").join(kept)
