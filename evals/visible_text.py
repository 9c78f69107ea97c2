"""What a reader sees of an HTML page."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

_UNSEEN = ["script", "style", "noscript", "template", "head"]


def visible_text(html: str) -> str:
    """The text of the body, pieces separated by single spaces; scripts and styles are left out."""
    if not html:
        return ""
    tree = LexborHTMLParser(html)
    tree.strip_tags(_UNSEEN)
    node = tree.body or tree.root
    return " ".join(node.text(separator=" ").split()) if node is not None else ""
