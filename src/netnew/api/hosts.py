"""The host that a request is addressed to, strictly read.

While no key was made, the host decides who may come in: a page in a browser whose name server leads
it here is known by nothing else. Lenient readers take a malformed `Host` for none, and fall back
to the address of the server.
"""

from __future__ import annotations

import re

from starlette.types import Scope

TARGET = "target"
"""Where the state of a scope has the target of a request that was not a plain path."""

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?", re.ASCII)
_ABSOLUTE = re.compile(rb"[a-z][a-z0-9+.-]*://([^/?#]*)(?:[/?#].*)?", re.IGNORECASE | re.DOTALL)


def host_of(scope: Scope) -> str:
    """The host in lower case, an IPv6 address without brackets; '' unless there is one `Host` that
    is a plain host with or without a port, and an absolute target that says the same."""
    named = [value for name, value in scope["headers"] if name == b"host"]
    if len(named) != 1 or not _is_target_of(named[0], scope):
        return ""
    host = _HOST.fullmatch(named[0].decode("latin-1").lower())
    return "" if host is None else host["name"].strip("[]")


def _is_target_of(host: bytes, scope: Scope) -> bool:
    target = scope.get("state", {}).get(TARGET)
    if target is None:
        return True
    absolute = _ABSOLUTE.fullmatch(target)
    return absolute is not None and absolute[1].lower() == host.lower()
