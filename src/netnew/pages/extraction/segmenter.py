"""A page's tree → its segments, in the order they are read."""

from __future__ import annotations

from netnew.domain.page import Segment, SegmentKind
from netnew.pages.extraction.boilerplate import is_boilerplate
from netnew.pages.extraction.dom import HEADINGS
from netnew.pages.extraction.element import Element
from netnew.pages.extraction.inline import facts_of, line_text, lines_of, text_of
from netnew.pages.extraction.label_value import pairs_in
from netnew.pages.extraction.tables import lines_of_table
from netnew.pages.extraction.whitespace import bare_label, normalised, pieces

MAX_SEGMENTS = 5_000
MAX_SEGMENT_CHARS = 5_000
_MAX_TEXT_CHARS = 2_000_000
_MAX_DEFINITION_CHARS = 1_500


class SegmentList:
    """Segments under construction: normalised, cut at MAX_SEGMENT_CHARS, bounded in number."""

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self._room = _MAX_TEXT_CHARS

    def add(self, kind: SegmentKind, text: str, boilerplate: bool = False) -> None:
        for piece in pieces(normalised(text), MAX_SEGMENT_CHARS):
            self._append(kind, piece, None, boilerplate)

    def add_labelled(
        self, kind: SegmentKind, label: str, value: str, boilerplate: bool = False
    ) -> None:
        """A fact or metadata; one too long to be whole in a segment is plain text."""
        label, value = normalised(label), normalised(value)
        if not label or not value:
            return
        text = f"{label}: {value}"
        if len(text) > MAX_SEGMENT_CHARS:
            self.add(SegmentKind.BODY, text, boilerplate)
        else:
            self._append(kind, text, label, boilerplate)

    def _append(self, kind: SegmentKind, text: str, label: str | None, boilerplate: bool) -> None:
        if len(self.segments) < MAX_SEGMENTS and self._room >= len(text):
            self._room -= len(text)
            self.segments.append(Segment(len(self.segments), kind, text, label, boilerplate))


def mark_boilerplate(root: Element) -> set[int]:
    """The ids of all elements that are boilerplate or stand in it."""
    marked: set[int] = set()
    page_chars = root.text_len
    stack = [root]
    while stack:
        element = stack.pop()
        if is_boilerplate(element, page_chars):
            marked.update(_ids_in(element))
        else:
            stack.extend(element.elements)
    return marked


def _ids_in(element: Element) -> set[int]:
    ids: set[int] = set()
    stack = [element]
    while stack:
        found = stack.pop()
        ids.add(id(found))
        stack.extend(found.elements)
    return ids


class Segmenter:
    """Reads a tree into `out`; one block of text a segment, facts as facts."""

    def __init__(self, boilerplate: set[int], out: SegmentList) -> None:
        self._boilerplate = boilerplate
        self._out = out

    def read(self, element: Element) -> None:
        if element.is_hidden or not element.text_len:
            return
        tag = element.tag
        boilerplate = id(element) in self._boilerplate
        if tag in HEADINGS:
            self._out.add(SegmentKind.HEADING, text_of(element), boilerplate)
        elif tag == "table":
            self._table(element, boilerplate)
        elif tag == "dl":
            self._definitions(element, boilerplate)
        elif tag == "pre":
            self._out.add(SegmentKind.BODY, text_of(element), boilerplate)
        else:
            self._flow(element, boilerplate)

    def _flow(self, element: Element, boilerplate: bool) -> None:
        facts = pairs_in(element)
        inline: list[Element | str] = []
        for child in element.children:
            if isinstance(child, str):
                inline.append(child)
            elif id(child) in facts:
                self._flush(inline, boilerplate)
                inline = []
                for label, value in facts[id(child)]:
                    self._out.add_labelled(SegmentKind.FACT, label, value, boilerplate)
            elif child.is_block or child.has_block:
                self._flush(inline, boilerplate)
                inline = []
                self.read(child)
            else:
                inline.append(child)
        self._flush(inline, boilerplate)

    def _flush(self, nodes: list[Element | str], boilerplate: bool) -> None:
        if not nodes:
            return
        lines = lines_of(nodes)
        facts = [facts_of(line) for line in lines]
        if not any(facts):
            text = " ".join(line_text(line) for line in lines)
            self._out.add(SegmentKind.BODY, text, boilerplate)
            return
        for line, pairs in zip(lines, facts, strict=True):
            for label, value in pairs:
                self._out.add_labelled(SegmentKind.FACT, label, value, boilerplate)
            if not pairs:
                self._out.add(SegmentKind.BODY, line_text(line), boilerplate)

    def _table(self, table: Element, boilerplate: bool) -> None:
        lines = lines_of_table(table)
        if lines is None:
            self._flow(table, boilerplate)
            return
        for child in table.elements:
            if child.tag == "caption":
                self._out.add(SegmentKind.HEADING, text_of(child), boilerplate)
        for line in lines:
            match line:
                case str():
                    self._out.add(SegmentKind.BODY, line, boilerplate)
                case Element():
                    self._flow(line, boilerplate)
                case (label, value):
                    self._out.add_labelled(SegmentKind.FACT, label, value, boilerplate)

    def _definitions(self, element: Element, boilerplate: bool) -> None:
        labels: list[Element] = []
        values: list[Element] = []
        for child in _definition_parts(element):
            if child.tag == "dt":
                if values:
                    self._define(labels, values, boilerplate)
                    labels, values = [], []
                labels.append(child)
            elif child.tag == "dd":
                values.append(child)
            else:
                self.read(child)
        self._define(labels, values, boilerplate)

    def _define(self, labels: list[Element], values: list[Element], boilerplate: bool) -> None:
        long = sum(v.text_len for v in values) > _MAX_DEFINITION_CHARS
        if long or not labels or any(_has_structure(value) for value in values):
            for label in labels:
                self._out.add(SegmentKind.BODY, text_of(label), boilerplate)
            for value in values:
                self._flow(value, boilerplate)
            return
        text = ", ".join(filter(None, map(text_of, values)))
        for label in labels:
            self._out.add_labelled(SegmentKind.FACT, bare_label(text_of(label)), text, boilerplate)


def _definition_parts(element: Element) -> list[Element]:
    """dt and dd in order, out of the <div>s they may be wrapped in."""
    parts: list[Element] = []
    for child in element.elements:
        if child.tag == "div" and any(c.tag in ("dt", "dd") for c in child.elements):
            parts.extend(child.elements)
        else:
            parts.append(child)
    return parts


def _has_structure(element: Element) -> bool:
    if not element.has_block:
        return False
    return any(
        child.tag in ("dl", "table", "h2", "h3", "h4") or _has_structure(child)
        for child in element.elements
    )
