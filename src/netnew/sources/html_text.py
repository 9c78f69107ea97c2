"""The text of a page for searching: fast and rough, with no structure kept."""

from __future__ import annotations

import re
from dataclasses import dataclass

from netnew.text.html_parser import parsed_html

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{1,40})", re.I)
_MAX_MARKUP_CHARS = 3_000_000
_SPACE = re.compile(r"\s+")
_UNREAD = ["script", "style", "noscript", "template", "svg"]


def whole(text: str) -> str:
    """`text` with lone surrogates (JSON and file names may carry them) replaced, so that it can be
    written as UTF-8."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@dataclass(frozen=True, slots=True)
class PlainPage:
    """A title and the visible text on one line, cut to the asked length."""

    title: str
    text: str


def plain_page(
    body: bytes, media_type: str, charset: str | None, max_chars: int = 100_000
) -> PlainPage:
    """What a page says. Any bytes are accepted; what cannot be decoded is replaced."""
    text = decode_page(body, charset)
    if "html" not in media_type and "xml" not in media_type:
        return PlainPage("", _SPACE.sub(" ", text[:max_chars]).strip())
    tree = parsed_html(text[:_MAX_MARKUP_CHARS])
    node = tree.css_first("title")
    title = _SPACE.sub(" ", node.text()).strip() if node is not None else ""
    tree.strip_tags(_UNREAD)
    visible = tree.body.text(separator=" ") if tree.body is not None else ""
    return PlainPage(title, _SPACE.sub(" ", visible)[:max_chars].strip())


def decode_page(body: bytes, charset: str | None) -> str:
    """Decoded by the charset told, else by the page's own, else UTF-8, else Windows-1252."""
    named = _CHARSET.search(body[:4096])
    for name in (charset, named.group(1).decode("ascii") if named else None, "utf-8"):
        if name is None:
            continue
        try:
            return body.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("cp1252", "replace")
