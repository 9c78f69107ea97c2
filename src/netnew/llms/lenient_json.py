"""Reads JSON as models write it: between prose and fences, with single quotes, trailing commas,
comments, Python's constants, line breaks in strings, and missing final brackets.

Lost text is never made up: text that ends within a value is not JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator

Json = dict[str, "Json"] | list["Json"] | str | float | int | bool | None

MAX_CHARACTERS = 400_000
_DEEPEST = 60
_MAX_FAILURES = 200  # each may have read to the end of the text
_FENCE = re.compile(r"```[\w-]*[ \t]*\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL)
_THINKING = re.compile(r"\A\s*<(think|thinking)>.*?</\1>", re.DOTALL)
_SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER = re.compile(r"[-+]?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORD = re.compile(r"[A-Za-z_$][\w$-]*")
_FOUR_DIGITS = re.compile(r"[0-9a-fA-F]{4}")
_MAX_NUMBER = 400
_CONSTANTS: dict[str, Json] = {
    "true": True,
    "false": False,
    "null": None,
    "none": None,
    "undefined": None,
    "nan": None,
}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_CLOSERS = {'"': '"', "'": "'", "\u201c": "\u201d", "\u2018": "\u2019"}


class NotJson(ValueError):
    """The text here is not a JSON value; the message says why."""


class TruncatedJson(NotJson):
    """The text ended within the value, so its content is incomplete."""


def values_in(text: str) -> Iterator[Json]:
    """Each JSON object or list in `text`, most likely answer first: fenced ones, then those in
    prose; later ones first."""
    text = _THINKING.sub("", text[:MAX_CHARACTERS], count=1)
    for part in (*reversed(_FENCE.findall(text)), text):
        yield from reversed(list(_spans(part)))


def _spans(text: str) -> Iterator[Json]:
    at, failed = 0, 0
    while failed < _MAX_FAILURES and (start := _next_opening(text, at)) is not None:
        try:
            value, at = _Reader(text).value(start, 0)
        except TruncatedJson:
            return
        except NotJson:
            at, failed = start + 1, failed + 1
            continue
        yield value


def _next_opening(text: str, at: int) -> int | None:
    found = [i for i in (text.find("{", at), text.find("[", at)) if i >= 0]
    return min(found, default=None)


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text

    def value(self, at: int, depth: int) -> tuple[Json, int]:
        """The value at `at`, and its end."""
        if at >= len(self._text):
            raise TruncatedJson("the text ends where a value is to begin")
        if depth > _DEEPEST:
            raise NotJson("nested too deep")
        match self._peek(at):
            case "{":
                return self._object(at + 1, depth)
            case "[":
                return self._list(at + 1, depth)
            case quote if quote in _CLOSERS:
                return self._string(at)
            case _:
                return self._bare(at)

    def _object(self, at: int, depth: int) -> tuple[Json, int]:
        members: dict[str, Json] = {}
        at, ended = self._begin(at, "}")
        while not ended:
            key, at = self._key(at)
            at = self._skip(at)
            if at >= len(self._text):
                raise TruncatedJson(f"the text ends after {key!r}")
            if self._peek(at) != ":":
                raise NotJson(f"no colon after {key!r}")
            members[key], at = self.value(self._skip(at + 1), depth + 1)
            at, ended = self._go_on(at, "}")
        return members, at

    def _list(self, at: int, depth: int) -> tuple[Json, int]:
        items: list[Json] = []
        at, ended = self._begin(at, "]")
        while not ended:
            item, at = self.value(at, depth + 1)
            items.append(item)
            at, ended = self._go_on(at, "]")
        return items, at

    def _begin(self, at: int, closer: str) -> tuple[int, bool]:
        """The position of the first member, or the end of an empty object or list."""
        at = self._skip(at)
        return (at + 1, True) if self._peek(at) == closer else (at, False)

    def _go_on(self, at: int, closer: str) -> tuple[int, bool]:
        """The position of the next member, or the end. After a complete member the text's end is
        accepted, too: missing final brackets lose nothing."""
        at = self._skip(at)
        if at >= len(self._text):
            return at, True
        if self._text[at] == ",":
            at = self._skip(at + 1)
            return (at + 1, True) if self._peek(at) == closer else (at, False)
        if self._text[at] == closer:
            return at + 1, True
        raise NotJson(f"no comma or {closer} at {at}")

    def _key(self, at: int) -> tuple[str, int]:
        if at >= len(self._text):
            raise TruncatedJson("the text ends where a name is to begin")
        if self._peek(at) in _CLOSERS:
            return self._string(at)
        if (word := _WORD.match(self._text, at)) is None:
            raise NotJson(f"no key at {at}")
        return word.group(), word.end()

    def _string(self, at: int) -> tuple[str, int]:
        closer, at = _CLOSERS[self._text[at]], at + 1
        parts: list[str] = []
        while at < len(self._text):
            char = self._text[at]
            if char == closer and self._is_end(at + 1):
                return "".join(parts), at + 1
            if char == "\\" and at + 1 < len(self._text):
                part, at = self._escape(at + 1)
            else:
                part, at = char, at + 1
            parts.append(part)
        raise TruncatedJson("a string does not end")

    def _is_end(self, at: int) -> bool:
        """Whether a quote before `at` ends its string: a quote inside is followed by words."""
        return self._peek(self._skip(at)) in ("", ",", "}", "]", ":")

    def _escape(self, at: int) -> tuple[str, int]:
        char = self._text[at]
        if char != "u":
            return _ESCAPES.get(char, char), at + 1
        code = self._code(at + 1)
        if 0xD800 <= code < 0xDC00 and self._text[at + 5 : at + 7] == "\\u":
            low = self._code(at + 7)
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)), at + 11
        return chr(code), at + 5

    def _code(self, at: int) -> int:
        if (digits := _FOUR_DIGITS.match(self._text, at)) is None:
            raise NotJson("a broken escape")
        return int(digits.group(), 16)

    def _bare(self, at: int) -> tuple[Json, int]:
        if (number := _NUMBER.match(self._text, at)) is not None:
            digits = number.group().replace("_", "")
            if number.end() == len(self._text):
                raise TruncatedJson("a number may go on")
            if len(digits) > _MAX_NUMBER:
                raise NotJson("a number too long to be one")
            whole = digits.lstrip("+-").isdigit()
            return (int(digits) if whole else float(digits)), number.end()
        word = _WORD.match(self._text, at)
        if word is None or word.group().lower() not in _CONSTANTS:
            raise NotJson(f"no value at {at}")
        return _CONSTANTS[word.group().lower()], word.end()

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def _peek(self, at: int) -> str:
        return self._text[at : at + 1]
