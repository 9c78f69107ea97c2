"""A page's tree as plain Python objects, bounded in size and depth.

selectolax parses; its nodes are then copied once, because every later question (text lengths, links
below, signatures of siblings) is asked many times and a call into C for each costs more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from netnew.pages.extraction.whitespace import words

BLOCKS = words(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main "
    "menu nav ol p pre section summary table tbody td tfoot th thead tr ul caption"
)
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


@dataclass(slots=True, eq=False)
class Element:
    """One element. `text_len` and `link_len` count characters of text in it and in links in it;
    `links` counts anchors with an address; `has_block` tells of a block element below it.
    `elements` are the `children` that are no text; `text` is filled by `inline.text_of`.
    `is_hidden`: no reader sees it; it is empty then."""

    tag: str
    attributes: dict[str, str | None]
    parent: Element | None
    depth: int
    children: list[Element | str] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    is_hidden: bool = False
    text: str | None = None
    text_len: int = 0
    link_len: int = 0
    links: int = 0
    has_block: bool = False
    has_h1: bool = False

    def get(self, name: str) -> str:
        return self.attributes.get(name) or ""

    @property
    def is_block(self) -> bool:
        return self.tag in BLOCKS

    def class_words(self) -> frozenset[str]:
        """The words of its class and id, lower-cased: 'siteFooter nav-bar' → 4 words."""
        named = f"{self.get('class')} {self.get('id')}"
        if named == " ":
            return frozenset()
        return frozenset(word.lower() for word in _WORDS.findall(named[:500]))
