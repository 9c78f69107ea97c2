"""Repeated siblings that hold links: the items of a list, whatever it is built of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from netnew.pages.extraction.element import Element
from netnew.pages.extraction.whitespace import words

MIN_ITEMS = 3
_PLAIN_TAGS = words("li tr dt article option")
_ITEM_TAGS = words("li tr dt article div section p a h2 h3 h4 h5 h6 span td figure tbody details")
_STATES = words("odd even first last active selected current alt featured promoted new")
_MAX_ITEM_CHARS = 4_000
_MAX_ITEM_LINKS = 60
_INNER_SHARE = 0.5
_LINK_SHARE = 0.6

ItemKey = tuple[str, tuple[str, ...]]


def item_groups(root: Element) -> dict[int, int]:
    """id of each list item → number of its group, groups numbered in page order from 0.

    An item is one of at least MIN_ITEMS like siblings (same parent, tag and classes), or like
    cousins where their parents repeat too (a register by letter), each with a link in it.
    """
    groups: list[list[Element]] = []
    single: defaultdict[tuple[object, ...], list[Element]] = defaultdict(list)
    stack = [root]
    while stack:
        element = stack.pop()
        if not element.links:
            continue
        for key, items in _like_children(element):
            if len(items) >= MIN_ITEMS and _is_list(element, items):
                groups.append(items)
            elif len(items) < MIN_ITEMS:
                single[_cousin_key(element, key)].extend(items)
        stack.extend(reversed(element.elements))
    groups.extend(
        items
        for items in single.values()
        if len(items) >= MIN_ITEMS and _is_list(items[0].parent, items)
    )
    return _numbered(_without_inner(groups))


def _like_children(element: Element) -> Iterator[tuple[ItemKey, list[Element]]]:
    alike: defaultdict[ItemKey, list[Element]] = defaultdict(list)
    for child in element.elements:
        if child.tag in _ITEM_TAGS and child.links:
            alike[_key(child)].append(child)
    yield from alike.items()


def _key(element: Element) -> ItemKey:
    if element.tag in _PLAIN_TAGS:
        return element.tag, ()
    classes = element.get("class").split()
    kept = [c for c in classes if c.lower() not in _STATES and not any(x.isdigit() for x in c)]
    return element.tag, tuple(sorted(kept)[:6])


def _cousin_key(parent: Element, key: ItemKey) -> tuple[object, ...]:
    grand = parent.parent
    if parent.tag in ("ul", "ol", "dl", "tbody", "table") or grand is None:
        # A list after each heading: below one element, or each in a section of its own.
        above = (
            grand.parent if grand is not None and grand.tag in ("section", "div", "li") else None
        )
        if above is not None and grand is not None and _repeats(grand):
            return id(above), _key(grand), _key(parent), key
        return id(grand), _key(parent), key
    return id(parent), key


def _repeats(element: Element) -> bool:
    """Whether it has a sibling like it."""
    siblings = element.parent.elements if element.parent is not None else []
    return any(s.tag == element.tag and s is not element for s in siblings)


def _is_list(parent: Element | None, items: list[Element]) -> bool:
    first = items[0]
    if first.tag in ("a", "span") and parent is not None:
        inside = sum(item.link_len for item in items)
        return inside >= _LINK_SHARE * parent.text_len or parent.tag not in ("p", "span", "dd")
    if first.tag == "p":
        return all(item.links == 1 for item in items)
    middle = sorted(items, key=lambda item: item.text_len)[len(items) // 2]
    return middle.text_len <= _MAX_ITEM_CHARS and middle.links <= _MAX_ITEM_LINKS


def _without_inner(groups: list[list[Element]]) -> list[list[Element]]:
    """Groups whose items do not stand within items of another, unless they are what those hold.

    Tags within a card are no list of their own; entries within a section are one.
    """
    group_of = {id(item): n for n, items in enumerate(groups) for item in items}
    kept = []
    for n, items in enumerate(groups):
        outer = _outer_item(items[0], group_of, n)
        inside = sum(i.text_len for i in items if _outer_item(i, group_of, n) is outer)
        if outer is None or inside >= _INNER_SHARE * outer.text_len:
            kept.append(items)
    return kept


def _outer_item(item: Element, group_of: dict[int, int], own: int) -> Element | None:
    parent = item.parent
    while parent is not None:
        if group_of.get(id(parent), own) != own:
            return parent
        parent = parent.parent
    return None


def _numbered(groups: list[list[Element]]) -> dict[int, int]:
    return {id(item): n for n, items in enumerate(groups) for item in items}
