"""The registered domain that somebody names, in an address or alone."""

from __future__ import annotations

import re

from netnew.engine.addresses import host_of, is_public_suffix, registered_domain

_ADDRESS = re.compile(
    r"(?:https?://(?:[^\s/?#@]*@)?|//)?(?P<host>[^\s/?#@:]+)(?::\d{0,5})?(?:[/?#]\S*)?",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?!-)(?:[^\W_]|-){1,63}(?<!-)")
_MOST_CHARS = 253


def registered_domain_of(text: str) -> str | None:
    """The registered domain of a web address or of a host, as the engine compares domains.

    'https://blog.Example.co.uk/x' and 'example.co.uk' → 'example.co.uk'; 'user.github.io' as it
    is. None for what names none: an IP address, a public suffix ('com', 'co.uk'), a word, a text.
    """
    found = _ADDRESS.fullmatch(text.strip())
    if found is None:
        return None
    host = host_of(found["host"])
    labels = host.split(".")
    if len(labels) < 2 or len(host) > _MOST_CHARS or labels[-1].isdecimal():
        return None
    if not all(_LABEL.fullmatch(label) for label in labels) or is_public_suffix(host):
        return None
    return registered_domain(host)
