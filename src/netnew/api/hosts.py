"""The host of a request, read strictly.

Until a key is created, the host decides who is admitted: only it reveals a browser page whose
name server leads here. Lenient parsers treat a malformed `Host` as missing and use the server's
address."""

from __future__ import annotations

import re

from starlette.types import Scope

TARGET = "target"
"""The key in a scope's state of a request target that is not a plain path."""

_HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?", re.ASCII)
_ABSOLUTE = re.compile(rb"[a-z][a-z0-9+.-]*://([^/?#]*)(?:[/?#].*)?", re.IGNORECASE | re.DOTALL)


def host_of(scope: Scope) -> str:
    """The host in lower case, an IPv6 address without brackets; '' unless there is exactly one
    `Host`, a plain host with optional port, and an absolute target, if any, agrees."""
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
