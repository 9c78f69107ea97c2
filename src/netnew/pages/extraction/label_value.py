"""Label–value pairs that only a page's repeated markup gives away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from netnew.pages.extraction.element import Element
from netnew.pages.extraction.inline import text_of
from netnew.pages.extraction.whitespace import bare_label, has_many_sentences, is_label, words

_LABEL_WORDS = 6
_MAX_LABEL_CHARS = 80
_MAX_VALUE_CHARS = 400
_MAX_HEADED_VALUE_CHARS = 60
_ROW_TAGS = words("div li p span section dd")
_LABEL_TAGS = words("div span p b strong em label small dt h4 h5 h6 i time abbr")
_VALUE_TAGS = words("div span p b strong em a ul time small dd code i abbr data h4 h5")

Signature = tuple[str, str]
Pair = tuple[str, str]


def signature(element: Element) -> Signature:
    """What makes two elements alike: tag and classes."""
    return element.tag, element.get("class")


def pairs_in(element: Element) -> dict[int, list[Pair]]:
    """Facts held by children of `element`: id of the child they begin at → pairs.

    A child that a pair ends at is there too, with an empty list. Two forms: each child is a row of
    a label and a value; or children alternate, label, value, label, value. Both must repeat with
    the same markup at least twice.
    """
    children = [c for c in element.elements if c.text_len and not c.is_hidden]
    if len(children) < 2 or element.tag in ("table", "tr", "tbody", "dl", "pre"):
        return {}
    found = _rows(children)
    if not found and len(children) >= 4 and not _has_own_text(element):
        found = _alternating(children)
    return found


def _has_own_text(element: Element) -> bool:
    return any(isinstance(c, str) and not c.isspace() for c in element.children)


def _rows(children: list[Element]) -> dict[int, list[Pair]]:
    likely: defaultdict[tuple[Signature, ...], list[tuple[Element, Pair | None]]] = defaultdict(
        list
    )
    for child in children:
        parts = _two_parts(child)
        if parts is not None:
            label, value = parts
            after = signature(value) if isinstance(value, Element) else ("#text", "")
            likely[signature(child), signature(label), after].append((child, _pair(label, value)))
    found: dict[int, list[Pair]] = {}
    for rows in likely.values():
        pairs = [pair for _, pair in rows if pair is not None]
        if _is_convincing(pairs, len(rows)):
            found.update({id(child): [pair] for child, pair in rows if pair is not None})
    return found


def _two_parts(row: Element) -> tuple[Element, Element | str] | None:
    if row.tag not in _ROW_TAGS or row.text_len > _MAX_VALUE_CHARS + _MAX_LABEL_CHARS * 2:
        return None
    parts = [
        c
        for c in row.children
        if (isinstance(c, str) and not c.isspace()) or (isinstance(c, Element) and c.text_len)
    ]
    if len(parts) != 2:
        return None
    label, value = parts
    if not isinstance(label, Element):
        return None
    if label.tag not in _LABEL_TAGS or (
        isinstance(value, Element) and value.tag not in _VALUE_TAGS
    ):
        return None
    if isinstance(value, str) and (label.tag not in ("span", "div") or not label.get("class")):
        return None
    return label, value


def _alternating(children: list[Element]) -> dict[int, list[Pair]]:
    found: dict[int, list[Pair]] = {}
    kinds = [signature(child) for child in children]
    at = 0
    while at + 3 < len(children):
        if kinds[at] == kinds[at + 1]:
            at += 1
            continue
        end = at
        while end + 1 < len(kinds) and kinds[end : end + 2] == kinds[at : at + 2]:
            end += 2
        run = children[at:end]
        value_follows = end < len(kinds) and kinds[end] == kinds[at + 1]
        rows = _run_rows(run) if len(run) >= 4 and not value_follows else []
        for label, value, pair in rows:
            found[id(label)], found[id(value)] = [pair], []
        # What was looked at is not looked at again, but for a last child that may begin a run.
        at = end if rows else max(at + 1, end - 1)
    return found


def _run_rows(run: list[Element]) -> list[tuple[Element, Element, Pair]]:
    if not _may_alternate(run):
        return []
    rows = [(run[i], run[i + 1], _pair(run[i], run[i + 1])) for i in range(0, len(run), 2)]
    kept = [(label, value, pair) for label, value, pair in rows if pair is not None]
    return kept if _is_convincing([pair for _, _, pair in kept], len(rows)) else []


def _may_alternate(run: list[Element]) -> bool:
    return run[0].tag in _LABEL_TAGS and run[1].tag in _VALUE_TAGS and run[0].tag not in ("p", "em")


def _pair(label: Element, value: Element | str) -> Pair | None:
    if label.links or label.has_block or label.text_len > _MAX_LABEL_CHARS:
        return None
    name = text_of(label)
    text = " ".join(value.split()) if isinstance(value, str) else text_of(value)
    if not text or len(text) > _MAX_VALUE_CHARS:
        return None
    if isinstance(value, Element) and _is_number(name) and is_label(text, _LABEL_WORDS):
        return bare_label(text), name
    if isinstance(value, Element) and signature(label) == signature(value) and name[-1:] != ":":
        return None
    if not is_label(bare_label(name), _LABEL_WORDS) or _is_prose(text):
        return None
    if label.tag in ("h4", "h5", "h6") and len(text) > _MAX_HEADED_VALUE_CHARS:
        return None
    return bare_label(name), text


def _is_number(text: str) -> bool:
    return len(text) <= 16 and sum(c.isdigit() for c in text) * 3 >= len(text)


def _is_prose(text: str) -> bool:
    return has_many_sentences(text) or (text.endswith((".", "!", "?")) and text.count(" ") >= 5)


def _is_convincing(pairs: Iterable[Pair], rows: int) -> bool:
    """Most rows read as pairs, and no label comes twice: a list of people repeats its labels."""
    labels = [label for label, _ in pairs]
    return len(labels) >= 2 and len(labels) * 3 >= rows * 2 and len(set(labels)) == len(labels)
