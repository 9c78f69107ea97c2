"""Which text may stand as the address of a hit or a page."""

from __future__ import annotations

from urllib.parse import urlsplit

_WEB = ("http", "https")
# The longest that servers take in practice; what is longer is an attack or a mistake.
_MAX_CHARS = 8_000


def is_web_address(text: str) -> bool:
    """Whether `text` is http(s) with a host, and can be taken apart as an address."""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  # read to see that it is a number
    except ValueError:
        return False
    return parts.scheme in _WEB and bool(parts.hostname) and len(text) <= _MAX_CHARS


def is_page_address(text: str) -> bool:
    """The same, or a urn, or a file's."""
    if text.lower().startswith(("urn:", "file://")):
        return len(text) <= _MAX_CHARS
    return is_web_address(text)
