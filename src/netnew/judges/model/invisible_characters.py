"""Signs that no reader sees: they are never shown to a model, and a quote may lack them."""

from __future__ import annotations

import unicodedata

# Letters and marks by their category that draw nothing all the same: joiners, fillers, selectors.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def is_seen(sign: str) -> bool:
    """Whether a reader sees `sign`; blanks count as seen. Control signs, formats, tags, private
    use and what has no meaning yet do not."""
    if sign.isascii():
        return " " <= sign <= "~" or sign.isspace()
    if sign in _UNSEEN or any(ord(sign) in each for each in _SELECTORS):
        return False
    return sign.isspace() or unicodedata.category(sign)[0] != "C"
