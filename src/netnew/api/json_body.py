"""Parses the JSON of a body: bounded beforehand, and without values that no database can hold."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from netnew.domain.errors import InvalidInput

_DEEPEST = 64
_LARGEST = 2**63 - 1  # what every database can hold


def parsed(body: bytes, max_elements: int) -> Any:
    """The JSON value. Of duplicate names in an object the last counts, as usual. Raises
    InvalidInput (field `body`), also if it may have more than `max_elements` names and values,
    since each is an object in memory, twenty times as large as written."""
    _check_elements(body, max_elements)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput("body", f"byte {error.start} is not UTF-8", "JSON in UTF-8") from None
    try:
        parsed = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise InvalidInput("body", f"no JSON at {error.pos}: {error.msg}", "JSON") from None
    except (RecursionError, ValueError):
        raise InvalidInput("body", "nested too deeply, or numbers too long", "plain JSON") from None
    if _depth(parsed) > _DEEPEST:
        raise InvalidInput("body", "nested too deeply", f"at most {_DEEPEST} levels")
    if "\\ud" in text or "\\uD" in text:
        _check_surrogates(parsed)
    if "\\u0000" in text and any("\0" in x for x in _strings(parsed)):
        raise InvalidInput("body", "has the character U+0000", "text without it")
    return parsed


def _check_elements(body: bytes, most: int) -> None:
    """Counts separators, including those in texts, because that is fast and texts have few."""
    count = sum(body.count(mark) for mark in (b",", b":", b"[", b"{"))
    if count > most:
        problem = f"has {count:,} commas, colons and opening brackets"
        raise InvalidInput("body", problem, f"at most {most:,}")


def _strings(parsed: Any) -> Iterator[str]:
    """All strings in it, including names."""
    left = [parsed]
    while left:
        match left.pop():
            case str(text):
                yield text
            case dict(fields):
                yield from fields
                left += fields.values()
            case list(items):
                left += items


def _refuse(constant: str) -> None:
    raise json.JSONDecodeError(f"{constant} is not JSON", constant, 0)


def _whole(digits: str) -> int:
    number = int(digits)
    if not -_LARGEST <= number <= _LARGEST:
        raise InvalidInput("body", "has a number that is too large", "integers of 64 bits")
    return number


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise InvalidInput("body", "has a number that is too large", "what 64 bits hold")
    return number


_DECODER = json.JSONDecoder(parse_constant=_refuse, parse_int=_whole, parse_float=_finite)


def _check_surrogates(parsed: Any) -> None:
    """Lone surrogates, which no response could contain."""
    try:
        json.dumps(parsed, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InvalidInput("body", "has half a surrogate pair", "whole characters") from None


def _depth(parsed: Any) -> int:
    """The nesting depth of lists and objects."""
    depth, level = 0, [parsed]
    while level:
        level = [x for x in level if isinstance(x, dict | list)]
        depth += bool(level)
        if depth > _DEEPEST:
            break
        level = [x for each in level for x in (each.values() if isinstance(each, dict) else each)]
    return depth
