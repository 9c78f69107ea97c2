"""A page's tree as plain Python objects, bounded in size and depth.

selectolax parses; its nodes are then copied once, because every later question (text lengths, links
below, signatures of siblings) is asked many times and a call into C for each costs more.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from netnew.pages.extraction.element import Element
from netnew.pages.extraction.hidden_text import take_out_hidden
from netnew.pages.extraction.whitespace import words
from netnew.text.html_parser import parsed_html

MAX_CHARS = 3_000_000
MAX_ELEMENTS = 60_000
MAX_DEPTH = 150
# Parsing time grows with the square of the depth: 20,000 open <div> take half a second.
MAX_PARSED_DEPTH = 1_500

NEVER_TEXT = words(
    "script style noscript noframes noembed template svg math iframe object embed canvas audio "
    "video map head "
    "select datalist textarea input"
)
HEADINGS = words("h1 h2 h3 h4 h5 h6")
_VOID_OR_IMPLIED = words(
    "area base br col hr img input link meta source track wbr p li td th tr dt dd option "
    "optgroup tbody thead tfoot colgroup"
)
# So does it with the number of attributes of one tag: 60,000 take nine seconds.
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{4000,}>?")
_MAX_ATTRIBUTES = 500
_BETWEEN_ATTRIBUTES = re.compile(r"[\s/]+")
# A formatting tag left open is opened again in every block after it: 600 of them in 600 paragraphs
# are 180,000 elements. No page means to be in more than these many formats at once.
MAX_OPEN_FORMATS = 16
_FORMATS = "b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u"
_FORMAT_NAME = re.compile(rf"<(/?(?:{_FORMATS}))[\s>]", re.I)
_FORMAT = re.compile(rf"<(/?)({_FORMATS})(?=[\s/>])[^<>]*>", re.I)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")


@dataclass(slots=True)
class Tree:
    """A parsed page: its body, and what the head said."""

    root: Element
    title: str
    language: str
    metas: list[dict[str, str | None]]
    head_links: list[dict[str, str | None]]
    json_ld: list[str]
    has_microdata: bool
    has_password_field: bool
    noscript: str
    base: str
    all_elements: list[Element]

    def take_apart(self) -> None:
        """Undo the cycles of parents and children: the memory is free at once."""
        for element in self.all_elements:
            element.parent = None
            element.children.clear()
            element.elements.clear()


def parse(html: str) -> Tree:
    """The tree of `html`, cut at MAX_CHARS, MAX_ELEMENTS; what is deeper than MAX_DEPTH is moved
    up to the deepest element allowed."""
    parser = parsed_html(_shallow(_plain(_LONG_TAG.sub(_slim, html[:MAX_CHARS]))))
    return _Copier().copy(parser)


def _slim(tag: re.Match[str]) -> str:
    return "" if len(_BETWEEN_ATTRIBUTES.findall(tag[0])) > _MAX_ATTRIBUTES else tag[0]


def _plain(html: str) -> str:
    """`html` without the formatting tags that would be open beside MAX_OPEN_FORMATS others."""
    seen = Counter(_FORMAT_NAME.findall(html))
    left_open = (n - seen["/" + name] for name, n in seen.items() if name[0] != "/")
    if sum(max(0, n) for n in left_open) < MAX_OPEN_FORMATS:
        return html
    opened: dict[str, int] = {}

    def kept(tag: re.Match[str]) -> str:
        name = tag[2].lower()
        if tag[1]:
            opened[name] = max(0, opened.get(name, 0) - 1)
        elif sum(opened.values()) >= MAX_OPEN_FORMATS:
            return ""
        else:
            opened[name] = opened.get(name, 0) + 1
        return tag[0]

    return _FORMAT.sub(kept, html)


def _shallow(html: str) -> str:
    if html.count("<") < MAX_PARSED_DEPTH:
        return html
    depth = 0
    for match in _TAG.finditer(html):
        if match[2].lower() in _VOID_OR_IMPLIED:
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        if depth > MAX_PARSED_DEPTH:
            return html[: match.start()]
    return html


class _Copier:
    def __init__(self) -> None:
        root = Element("html", {}, None, 0)
        self.order: list[Element] = []
        self._styles: list[str] = []
        self.tree = Tree(root, "", "", [], [], [], False, False, "", "", self.order)

    def copy(self, parser: LexborHTMLParser) -> Tree:
        root = parser.root
        if root is None:
            return self.tree
        self.tree.language = (root.attributes.get("lang") or "").strip()
        self._elements(root)
        sheets = any("stylesheet" in (link.get("rel") or "") for link in self.tree.head_links)
        take_out_hidden(self.order, self._styles, sheets)
        self._measure()
        return self.tree

    def _elements(self, root: LexborNode) -> None:
        stack: list[tuple[LexborNode, Element]] = [(root, self.tree.root)]
        self.order.append(self.tree.root)
        while stack:
            node, element = stack.pop()
            child = node.child
            below = []
            while child is not None:
                if child.is_text_node:
                    text = child.text_content
                    if text:
                        element.children.append(text)
                elif child.is_element_node:
                    copied = self._element(child, element)
                    if copied is not None:
                        below.append((child, copied))
                child = child.next
            if len(self.order) > MAX_ELEMENTS:
                return
            stack.extend(reversed(below))

    def _element(self, node: LexborNode, parent: Element) -> Element | None:
        tag = node.tag or ""
        if tag == "head":
            self._head(node)
            return None
        attributes: dict[str, str | None] = node.attributes
        if tag in NEVER_TEXT or tag in ("meta", "link", "title"):
            self._silent(tag, node, attributes)
            return None
        holder = parent
        while holder.depth >= MAX_DEPTH and holder.parent is not None:
            holder = holder.parent
        element = Element(tag, attributes, holder, holder.depth + 1)
        if attributes:
            self.tree.has_microdata = self.tree.has_microdata or "itemscope" in attributes
        holder.children.append(element)
        holder.elements.append(element)
        self.order.append(element)
        return element

    def _head(self, head: LexborNode) -> None:
        child = head.child
        while child is not None:
            if child.is_element_node:
                self._silent(child.tag or "", child, child.attributes)
            child = child.next

    def _silent(self, tag: str, node: LexborNode, attributes: dict[str, str | None]) -> None:
        tree = self.tree
        match tag:
            case "title" if not tree.title:
                tree.title = node.text()
            case "meta":
                tree.metas.append(attributes)
            case "link":
                tree.head_links.append(attributes)
            case "base" if not tree.base:
                tree.base = attributes.get("href") or ""
            case "script":
                if "ld+json" in (attributes.get("type") or "").lower():
                    tree.json_ld.append(node.text())
            case "style":
                if (attributes.get("media") or "all").strip().lower() in ("all", "screen"):
                    self._styles.append(node.text())
            case "noscript":
                tree.noscript += node.text()[:500]
            case "input" if (attributes.get("type") or "").lower() == "password":
                tree.has_password_field = True

    def _measure(self) -> None:
        for element in reversed(self.order):
            text_len = 0
            for text in element.children:
                if isinstance(text, str) and not text.isspace():
                    text_len += len(text)
            element.text_len = text_len
            for child in element.elements:
                element.text_len += child.text_len
                element.link_len += child.link_len
                element.links += child.links
                element.has_block = element.has_block or child.is_block or child.has_block
                element.has_h1 = element.has_h1 or child.has_h1 or child.tag == "h1"
            if element.tag == "a" and element.get("href"):
                element.links += 1
                element.link_len = element.text_len
