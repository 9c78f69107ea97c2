"""Whether a value that a model gives stands in what it quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from netnew.domain.enrichment import Format
from netnew.text.tokens import fold

# Of the words of a text, this part must stand in the quotes; the others may join them.
_WORDS_SHARE = 0.5
_NUMBER = re.compile(r"\d[\d.,  ]*")
_YEAR = re.compile(r"\b\d{4}\b")


def is_grounded(format: Format, value: str, quoted: str) -> bool:
    """Whether `quoted`, the page's own words, may be what `value` was read from: the address, the
    digits, the year, at least half of the words. A choice among options is the model's to make."""
    match format:
        case Format.BOOLEAN | Format.OPTIONS:
            return True
        case Format.EMAIL | Format.URL:
            return _address(value) in _address(quoted)
        case Format.NUMBER:
            return not _digits(quoted) or _digits(value) in _digits(quoted)
        case Format.DATE:
            years = _YEAR.findall(quoted)
            return not years or any(year in years for year in _YEAR.findall(value))
        case _:
            return _has_words(fold(value), fold(quoted))


def stands_in_one(value: str, quotes: Iterable[str]) -> bool:
    """Whether one of `quotes` may be what the value of a verdict was read from: all of its numbers
    and at least half of its words stand there."""
    numbers = {_number(n) for n in _NUMBER.findall(value)}
    return any(
        numbers <= {_number(n) for n in _NUMBER.findall(quoted)}
        and _has_words(fold(value), fold(quoted))
        for quoted in quotes
    )


def _number(written: str) -> str:
    return re.sub(r"\D", "", written).strip("0")


def _has_words(value: str, quoted: str) -> bool:
    words = re.findall(r"\w+", value)
    stand = set(re.findall(r"\w+", quoted))
    met = sum(word in stand for word in words)
    return value in quoted or (bool(words) and met >= _WORDS_SHARE * len(words))


def _address(text: str) -> str:
    return re.sub(r"https?://|www\.|mailto:", "", text.strip().casefold()).rstrip("/")


def _digits(text: str) -> str:
    """The digits that count: '1.2 million' and '1200000' have the same."""
    return "".join(re.findall(r"\d", text)).strip("0")
