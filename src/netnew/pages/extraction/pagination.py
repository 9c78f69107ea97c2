"""Where a list goes on: the next page of a paginated list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from netnew.domain.page import Link
from netnew.pages.extraction.dom import Tree
from netnew.pages.extraction.links import absolute, host_of
from netnew.pages.extraction.whitespace import phrases

_NEXT_WORDS = phrases(
    "next|next page|older|older posts|older entries|next results|more results|load more|"
    "show more|weiter|nächste|nächste seite|suivant|suivante|page suivante|siguiente|"
    "página siguiente|próxima|próximo|próxima página|avanti|successivo|volgende|nästa|næste|"
    "następna|далее|次へ|次のページ|下一页|下一頁|다음"
)
_ARROWS = " ›»→>≫⟩❯▶-–—«‹←<"
_NEXT_SIGNS = frozenset(("›", "»", "→", ">", "≫", "⟩", "❯", "▶", ">>"))
_PAGE_IN_QUERY = re.compile(
    r"(?:^|[&;])(?:page|p|pg|paged|seite|pagina|pageno|page_number)=(\d{1,5})"
)
_PAGE_IN_PATH = re.compile(r"/(?:page|p|seite|pagina)[/-]?(\d{1,5})(?:/|\.\w+|$)")


def next_url(tree: Tree, links: Iterable[Link], final_url: str, base: str) -> str | None:
    """The next page on the same host: by rel=next, by an anchor's words, or by page numbers."""
    host = host_of(final_url)

    def fits(url: str | None) -> bool:
        return url is not None and url != final_url and host_of(url) == host

    for attributes in (*tree.head_links, *_anchors_with_rel(tree)):
        if "next" in (attributes.get("rel") or "").lower().split():
            url = absolute(attributes.get("href") or "", base)
            if fits(url):
                return url
    found = [link for link in links if fits(link.url)]
    for link in found:
        if _says_next(link.text):
            return link.url
    return _successor(found, final_url)


def _anchors_with_rel(tree: Tree) -> list[dict[str, str | None]]:
    found = []
    stack = [tree.root]
    while stack:
        element = stack.pop()
        if element.tag == "a" and "rel" in element.attributes:
            found.append(element.attributes)
        stack.extend(child for child in reversed(element.elements) if child.links)
    return found


def _says_next(text: str) -> bool:
    text = text.strip()
    return text in _NEXT_SIGNS or (
        len(text) < 30 and text.lower().strip(_ARROWS) in _NEXT_WORDS and "«" not in text
    )


def page_number(url: str) -> int | None:
    """The page number that `url` carries, None without one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    match = _PAGE_IN_QUERY.search(parts.query) or _PAGE_IN_PATH.search(parts.path)
    return int(match[1]) if match else None


def _successor(links: list[Link], final_url: str) -> str | None:
    wanted = (page_number(final_url) or 1) + 1
    for link in links:
        if link.text == str(wanted) and page_number(link.url) == wanted:
            return link.url
    return None
