"""When two spellings of an address are the same request."""

from __future__ import annotations

from urllib.parse import quote, urldefrag, urljoin, urlsplit, urlunsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_KEPT = "%!#$&'()*+,/:;=?@[]~"


def same_request(url: str) -> str:
    """`url` as it goes over the wire: scheme and host in lower case, no default port, no fragment,
    at least the path '/', other than ASCII percent-encoded. Nothing else is folded: 'www.', a last
    slash and query parameters make another page."""
    parts = urlsplit(urldefrag(url).url)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    if parts.port is not None and parts.port != _DEFAULT_PORTS.get(scheme):
        host = f"{host}:{parts.port}"
    path = quote(parts.path, safe=_KEPT) or "/"
    return urlunsplit((scheme, host, path, quote(parts.query, safe=_KEPT), ""))


def link_target(base: str, href: str) -> str | None:
    """The address that `href` on the page `base` leads to; None for mail, scripts and anchors."""
    if not href or href.startswith("#"):
        return None
    try:
        target = urljoin(base, href)
        return same_request(target) if target.startswith(("http://", "https://")) else None
    except (ValueError, UnicodeError):
        return None
