"""A page's tree → its outgoing links, with the list each belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from netnew.domain.page import Link
from netnew.pages.extraction.dom import HEADINGS
from netnew.pages.extraction.element import Element
from netnew.pages.extraction.inline import text_of
from netnew.pages.extraction.link_groups import item_groups
from netnew.pages.extraction.whitespace import normalised

MAX_LINKS = 5_000
MAX_CONTEXT_CHARS = 300
MAX_LINK_TEXT_CHARS = 500
_MAX_URL_CHARS = 2_000
_MAX_ITEM_CHARS = 20_000


@dataclass(slots=True)
class _Item:
    """A list item being read: its text, and the anchor that it is about."""

    group: int
    element: Element
    text: str
    lead: Element | None


def absolute(href: str, base: str) -> str | None:
    """`href` as an absolute http(s) address without fragment; None where it is none.

    A link to a place in the page itself ('#top') is none either.
    """
    href = href.strip()
    if not href or href[0] == "#" or len(href) > _MAX_URL_CHARS:
        return None
    if href.startswith(("https://", "http://")) and " " not in href and "\n" not in href:
        url = href
    else:
        try:
            url = urljoin(base, "".join(href.split("\n")).replace(" ", "%20"))
        except ValueError:
            return None
    url = url.partition("#")[0]
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return f"{url}/" if not parts.path and not parts.query else url


def host_of(url: str) -> str:
    """The host of `url`, '' where it has none or is no address."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def links_in(root: Element, base: str, own_url: str, boilerplate: set[int]) -> list[Link]:
    """All links in page order, at most MAX_LINKS."""
    return _LinkReader(base, own_url, boilerplate, item_groups(root)).read(root)


class _LinkReader:
    def __init__(
        self, base: str, own_url: str, boilerplate: set[int], groups: dict[int, int]
    ) -> None:
        self._base = base
        self._own = own_url.partition("#")[0]
        self._boilerplate = boilerplate
        self._groups = groups
        self._places: dict[int, dict[int, int]] = {}

    def read(self, root: Element) -> list[Link]:
        links: list[Link] = []
        stack: list[tuple[Element, _Item | None]] = [(root, None)]
        while stack and len(links) < MAX_LINKS:
            element, item = stack.pop()
            if not element.links or element.is_hidden:
                continue
            group = self._groups.get(id(element))
            if group is not None:
                item = self._item(element, group, item)
            if element.tag == "a" and (link := self._link(element, item)) is not None:
                links.append(link)
            stack.extend([(child, item) for child in reversed(element.elements) if child.links])
        return links

    def _item(self, element: Element, group: int, outer: _Item | None) -> _Item:
        lead = _lead(element)
        if outer is not None and lead is outer.lead:
            return outer
        return _Item(group, element, _item_text(element, self._following(element)), lead)

    def _following(self, element: Element) -> list[Element]:
        """The next siblings, few enough for a context."""
        parent = element.parent
        if parent is None or (element.tag not in HEADINGS and element.tag != "dt"):
            return []
        places = self._places.get(id(parent))
        if places is None:
            places = {id(child): at for at, child in enumerate(parent.elements)}
            self._places[id(parent)] = places
        at = places[id(element)]
        return parent.elements[at + 1 : at + 6]

    def _link(self, anchor: Element, item: _Item | None) -> Link | None:
        href = anchor.get("href")
        url = absolute(href, self._base)
        if url is None or ("#" in href and url == self._own):
            return None
        text = _anchor_text(anchor)
        return Link(
            url=url,
            text=text,
            context=_without(item.text, text) if item is not None else "",
            group=item.group if item is not None else None,
            boilerplate=id(anchor) in self._boilerplate,
            lead=item is not None and item.lead is anchor,
        )


def _lead(item: Element) -> Element | None:
    """The anchor the item is about: in a heading, or around one, else the first that has text."""
    first: Element | None = None
    with_text: Element | None = None
    stack: list[tuple[Element, bool]] = [(item, item.tag in HEADINGS)]
    while stack:
        element, headed = stack.pop()
        if not element.links:
            continue
        if element.tag == "a" and not element.get("href").startswith("#"):
            if headed or _heading_in(element) is not None:
                return element
            first = first or element
            if with_text is None and element.text_len:
                with_text = element
        stack.extend((c, headed or c.tag in HEADINGS) for c in reversed(element.elements))
    return with_text or first


def _heading_in(element: Element) -> Element | None:
    stack = list(reversed(element.elements)) if element.has_block else []
    while stack:
        child = stack.pop()
        if child.tag in HEADINGS:
            return child
        stack.extend(reversed(child.elements))
    return None


def _anchor_text(anchor: Element) -> str:
    heading = _heading_in(anchor)
    text = text_of(heading if heading is not None else anchor)
    if not text:
        text = normalised(anchor.get("aria-label") or anchor.get("title") or _image_text(anchor))
    return text[:MAX_LINK_TEXT_CHARS].rstrip()


def _image_text(anchor: Element) -> str:
    stack = list(anchor.elements)
    while stack:
        element = stack.pop()
        if element.tag == "img" and element.get("alt"):
            return element.get("alt")
        stack.extend(element.elements)
    return ""


def _item_text(item: Element, following: list[Element]) -> str:
    """The item's text; where the item is a bare heading or term, what follows it up to the next."""
    if item.text_len > _MAX_ITEM_CHARS:
        return ""
    if item.tag not in HEADINGS and item.tag != "dt":
        return text_of(item)[: MAX_CONTEXT_CHARS * 3]
    parts = [text_of(item)]
    for sibling in following:
        if sibling.tag == item.tag or sibling.tag in HEADINGS or sibling.text_len > _MAX_ITEM_CHARS:
            break
        parts.append(text_of(sibling))
    return normalised(" ".join(parts))


def _without(text: str, anchor: str) -> str:
    if anchor and anchor in text:
        text = normalised(text.replace(anchor, " ", 1))
    return text.lstrip(" ,:;|·–—-")[:MAX_CONTEXT_CHARS].rstrip()
