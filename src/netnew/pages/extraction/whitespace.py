"""Small rules about words on pages: whitespace, labels, and 'Label: value' lines."""

from __future__ import annotations

import re

MAX_LABEL_WORDS = 5
MAX_LABEL_CHARS = 60
MAX_LINE_VALUE_CHARS = 300
MAX_MARKED_VALUE_CHARS = 1000

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0e-\x1f]")
_LABEL = re.compile(r"^[^\W_][^:.!?;|<>{}\[\]=\"“”]*[\w)’'%#]$")
_SENTENCE_END = re.compile(r"[.!?…]['\")”’]?\s+[A-ZÀ-ÞА-Я\"“(]")
_ABBREVIATED = re.compile(
    r"\b(?:[A-Z]|Inc|Ltd|Co|Corp|St|Dr|Mr|Mrs|Ms|No|vs|Jr|Sr|approx|est|ca)\.\s+$"
)


def words(text: str) -> frozenset[str]:
    """The words of a list written in one string."""
    return frozenset(text.split())


def phrases(text: str) -> frozenset[str]:
    """The phrases of a list written in one string, parted by '|'."""
    return frozenset(text.split("|"))


def normalised(text: str) -> str:
    """`text` with invisible characters dropped and every run of whitespace made one space."""
    if not text.isascii() or not text.isprintable():
        text = _INVISIBLE.sub("", text)
    return " ".join(text.split())


def is_label(text: str, max_words: int = MAX_LABEL_WORDS) -> bool:
    """Whether `text` (normalised, without its colon) can name a field: short, capitalised or a
    number's caption, no sentence."""
    return (
        1 < len(text) <= MAX_LABEL_CHARS
        and text.count(" ") < max_words
        and _LABEL.match(text) is not None
        and not text.isdigit()
    )


def bare_label(text: str) -> str:
    """`text` without the colon or dash that ends it."""
    return text.rstrip(" :：").removesuffix(" -").removesuffix(" –").rstrip()


def labelled_line(line: str) -> tuple[str, str] | None:
    """(label, value) where `line` is just 'Label: value', in one sentence, else None.

    A line of several sentences is prose whose first clause has a colon: its field would not end
    where the line does.
    """
    label, colon, value = line.partition(": ")
    if not colon or not label or not (label[0].isupper() or not label[0].isascii()):
        return None
    value = value.strip()
    if not value or len(value) > MAX_LINE_VALUE_CHARS or not is_label(label):
        return None
    goes_on = value[0].islower() and value.endswith(".") and value.count(" ") >= 2
    return None if goes_on or has_many_sentences(value) else (label, value)


def has_many_sentences(text: str) -> bool:
    """Whether a sentence ends inside `text`; common abbreviations and initials do not end one."""
    return any(
        not _ABBREVIATED.search(text[max(0, m.start() - 7) : m.end() - 1])
        for m in _SENTENCE_END.finditer(text)
    )


def pieces(text: str, max_chars: int) -> list[str]:
    """`text` cut at spaces into pieces of at most `max_chars`."""
    out = []
    while len(text) > max_chars:
        cut = text.rfind(" ", max_chars // 2, max_chars)
        cut = max_chars if cut < 0 else cut
        out.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    if text:
        out.append(text)
    return out
