"""Markdown rendered as HTML, one text at a time, from whichever thread.

The parser and the library below it fill tables on first use and hand them out while they are still
incomplete: another thread that renders then gets an IndexError, or a page without its links.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_LOCK = threading.Lock()


def render_markdown(text: str) -> str:
    """`text` as HTML: CommonMark with tables and strikethrough; raw HTML is passed through."""
    with _LOCK:
        return str(_parser().render(text))


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    # READMEs hold raw HTML: it is read as any page's.
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
