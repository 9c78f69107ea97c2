"""Leaving secrets out of text that is kept: passwords, tokens and keys.

What looks like one is left out by its form. What is one is left out by its value: the values of
environment variables that are named like secrets, and what `hide` was told.
"""

from __future__ import annotations

import os
import re

_LEFT_OUT = "[hidden]"
_SHORTEST = 6  # shorter values stand in too many ordinary words
_NAMES = r"(?:key|token|secret|passw(?:or)?d|pwd|credential|signature|(?<![^\W_])sig)s?"
_HEADERS = r"(?:authorization|cookie)s?"  # their values go on to the end of the line
_SECRET_NAME = re.compile(rf"[\w-]*{_NAMES}", re.IGNORECASE)

# What follows a name: `=`, `: `, `": `, or `', ` where pairs are told as tuples. Each repetition
# below is bounded or cannot be entered again where it failed: the time grows with the text alone.
_IS = r"(?:\\{0,4}['\"])?\s{0,9}[=:]\s{0,9}|\\{0,4}['\"]\s{0,9},\s{0,9}(?=[bru]{0,2}\\{0,4}['\"])"
_OPENING = r"[bru]{0,2}\\{0,4}['\"]"
# Up to the quote that ends it, or the end of the line.
_QUOTED = (
    r"(?<=[^\\]\")(?:\\.|[^\"\\\n])+"
    r"|(?<=[^\\]')(?:\\.|[^'\\\n])+"
    r"|(?<=\\['\"])(?:(?!\\{1,4}['\"])[^\n])+"
)
# Punctuation belongs to a value where it goes on behind it.
_UNQUOTED = r"(?!\[hidden\])(?:[^\s'\"&,;)}\]]|['\",;)}\]](?=[^\s'\"&,;)}\]]))+"
# `http://host:8080/…` has a port and no password.
_PORT = r"[^\s'\":@/]{0,256}:[0-9]{1,5}(?=[^\w:@!%.~$*+-]|$)"
_FORMS = (
    # The user and password of an address; a password may have `/` and `@`.
    (
        re.compile(
            rf"(?i)(?<=://)(?!(?:(?<=http://)|(?<=https://)){_PORT})"
            r"[^\s'\":/?#]{0,256}:\S{0,1024}@"
        ),
        f"{_LEFT_OUT}@",
    ),
    # `authorization: …`, `(b'cookie', b'…')`.
    (re.compile(rf"(?i)({_HEADERS}(?:{_IS})(?:{_OPENING}))(?:{_QUOTED})"), rf"\g<1>{_LEFT_OUT}"),
    (re.compile(rf"(?i)({_HEADERS}(?:{_IS}))(?!{_OPENING})[^\n]+"), rf"\g<1>{_LEFT_OUT}"),
    # `api_key=…`, `"token": "…"`, `x-api-key: …`, `(b'x-api-key', b'…')`.
    (re.compile(rf"(?i)({_NAMES}(?:{_IS})(?:{_OPENING}))(?:{_QUOTED})"), rf"\g<1>{_LEFT_OUT}"),
    (re.compile(rf"(?i)({_NAMES}(?:{_IS}))(?!{_OPENING}){_UNQUOTED}"), rf"\g<1>{_LEFT_OUT}"),
    (re.compile(r"(?i)\b(bearer|basic)\s{1,9}[\w.~+/=-]{6,}"), rf"\g<1> {_LEFT_OUT}"),
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
