"""Whether a host is this machine."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether `host` (a name, or an address without brackets) can only mean this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_loopback_url(url: str) -> bool:
    """Whether the host of `url` is this machine; False where it has none."""
    return is_loopback(urlsplit(url).hostname or "")
