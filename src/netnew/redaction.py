"""Leaving secrets out of text that is kept: passwords, tokens and keys.

What looks like one is left out by its form. What is one is left out by its value: the values of
environment variables that are named like secrets, and what `hide` was told.
"""

from __future__ import annotations

import os
import re

_LEFT_OUT = "[hidden]"
_SHORTEST = 6  # shorter values stand in too many ordinary words
_NAMES = r"[\w-]*(?:key|token|secret|passw(?:or)?d|pwd|credentials?|signature)"
_SECRET_NAME = re.compile(rf"{_NAMES}s?", re.IGNORECASE)
_FORMS = (
    # The user and password of an address.
    (re.compile(r"(?<=://)[^/\s@'\"]*:[^/\s@'\"]*@"), f"{_LEFT_OUT}@"),
    # `api_key=…`, `"token": "…"`, `x-api-key: …`.
    (
        re.compile(rf"(?i)(\b{_NAMES}['\"]?\s*[=:]\s*[br]?['\"]?)(?!\[hidden\])[^\s'\"&,;)}}\]]+"),
        rf"\g<1>{_LEFT_OUT}",
    ),
    (re.compile(r"(?i)\b(authorization['\"]?\s*[=:]\s*['\"]?)[^'\"\n]+"), rf"\g<1>{_LEFT_OUT}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), rf"\g<1> {_LEFT_OUT}"),
    (re.compile(r"\b(?:nn_|sk-|whsec_|AIza|ghp_|tvly-|xox[a-z]-)[\w+/=-]{6,}"), _LEFT_OUT),
)

_told: set[str] = set()


def hide(*secrets: str) -> None:
    """Leave these values out from now on, in this process."""
    _told.update(secret for secret in secrets if len(secret) >= _SHORTEST)


def without_secrets(text: str) -> str:
    """`text` with `[hidden]` in the place of each secret."""
    for value in sorted({*_told, *_in_environment()}, key=len, reverse=True):
        text = text.replace(value, _LEFT_OUT)
    for form, instead in _FORMS:
        text = form.sub(instead, text)
    return text


def _in_environment() -> set[str]:
    return {
        value
        for name, value in os.environ.items()
        if len(value) >= _SHORTEST and _SECRET_NAME.fullmatch(name)
    }
