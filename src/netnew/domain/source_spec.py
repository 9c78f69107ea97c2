"""Source specs as shown to others, without passwords."""

from __future__ import annotations

import re

_LOGIN = re.compile(r"(?<=//)[^/?#@\s]*@")


def redacted(spec: str) -> str:
    """`spec` without the login in its address ('web:searxng=http://user:secret@host' → '…//host').
    Also of any text that may have a spec in it."""
    return _LOGIN.sub("", spec)
