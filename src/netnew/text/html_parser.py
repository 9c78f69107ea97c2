"""HTML parsed at a bounded cost, whatever it holds.

The parser's time grows with the square of the depth, of the attributes of one tag, and of some
other things that no honest page has: 400 kB may take half a minute. So a page is first parsed in
small parts, each alone, which costs an honest page as much again; what comes after the parts that
were too dear is left unread.
"""

from __future__ import annotations

import math
import re
import time

from selectolax.lexbor import LexborHTMLParser

# The worst of thirty hostile pages takes 0.4 s for a part of this size.
_PART_CHARS = 50_000
# A part of an honest page takes 2 ms. It is the processor's time that counts, so a busy machine
# changes nothing.
_DEAR_S = 0.02
_WHOLE_S = 0.5
# Within a <select> each costs as much as there are before it; nobody reads them as text.
_MAX_OPTIONS = 5_000
_OPTION = re.compile(r"</?option\b[^<>]{0,300}>", re.I)
_MAX_OPEN = 4_000


def parsed_html(html: str) -> LexborHTMLParser:
    """The tree of `html`, or of its beginning where the whole would cost more than a second."""
    if len(_OPTION.findall(html)) > _MAX_OPTIONS:
        html = _OPTION.sub(" ", html)
    if len(html) <= _PART_CHARS // 4:
        return LexborHTMLParser(html)
    roots, still_open = 0.0, 0
    for start in range(0, len(html), _PART_CHARS):
        begun = time.thread_time()
        # It may begin and end within a tag, whose attributes are to be counted here too.
        part = LexborHTMLParser(f"<a {html[start : start + _PART_CHARS]}'\">")
        took_s = time.thread_time() - begun
        still_open += _open_at_end(part)
        # What costs the square of its length: the roots of the parts add up to that of the whole.
        roots += math.sqrt(took_s) if took_s > _DEAR_S else 0.0
        if roots * roots > _WHOLE_S or still_open > _MAX_OPEN:
            return LexborHTMLParser(html[:start] or html[: _PART_CHARS // 4])
    return LexborHTMLParser(html)


def _open_at_end(parser: LexborHTMLParser) -> int:
    """How many elements are not closed, about; counting ends beyond the most that may be."""
    node, depth = parser.root, 0
    while node is not None and depth <= _MAX_OPEN:
        node = node.last_child
        depth += 1
    return depth
