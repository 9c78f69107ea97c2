"""How a field's value looks in a text, and where a passage states it.

A value is looked for as pages write it: numbers with and without separators, dates in several
forms, items of a list one by one. Where the data folder has a `schema.json`, its labels, sentences
and forms are known too; a number or a yes/no then counts only beside its label or in its sentence.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from evals.oracle_prompt import Passage
from evals.rows import Row

_MONTHS = tuple(month_name)
_NUMERALS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
)
_DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?:T.*)?")
_SAME_SIGNS = {"'": "['‘’]", '"': '["“”]', "-": "[-‐‑–—−]"}
_NO_WORDS = frozenset({"is", "has", "are", "of", "the", "in", "on", "m", "at", "by"})
_GAP = r".{0,400}?"
_NAME_GAP = r".{1,120}?"


@dataclass(frozen=True, slots=True)
class Found:
    """Where a passage states something: characters `start` to `end` of it; `value` is the part that
    is the value as written."""

    passage: Passage
    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True)
class Look:
    """How a value of a field may be stated: in one of `sentences` as a whole, or as one of `forms`,
    best near one of `labels`. `needs_label`: a form elsewhere may be anything else."""

    sentences: re.Pattern[str] | None
    forms: re.Pattern[str] | None
    labels: re.Pattern[str] | None
    needs_label: bool

    def find(self, passages: Sequence[Passage]) -> Found | None:
        """The best place: a sentence, then a form after its label, then one in the passage after
        that of the label, then one anywhere."""
        for look in (self._sentence, self._labelled, self._after_label, self._anywhere):
            found = look(passages)
            if found is not None:
                return found
        return None

    def _sentence(self, passages: Sequence[Passage]) -> Found | None:
        for passage in passages if self.sentences else ():
            match = self.sentences.search(passage.text) if self.sentences else None
            if match:
                form = self.forms.search(match[0]) if self.forms else None
                return Found(passage, match.start(), match.end(), form[0] if form else match[0])
        return None

    def _labelled(self, passages: Sequence[Passage]) -> Found | None:
        for passage in passages if self.labels and self.forms else ():
            for label in self.labels.finditer(passage.text) if self.labels else ():
                form = self.forms.search(passage.text, label.end()) if self.forms else None
                if form:
                    return Found(passage, label.start(), form.end(), form[0])
        return None

    def _after_label(self, passages: Sequence[Passage]) -> Found | None:
        for before, passage in pairwise(passages):
            if passage.number != before.number + 1 or not (self.labels and self.forms):
                continue
            form = self.forms.match(passage.text)
            if form and self.labels.fullmatch(before.text.strip(" :")):
                return Found(passage, form.start(), form.end(), form[0])
        return None

    def _anywhere(self, passages: Sequence[Passage]) -> Found | None:
        if self.needs_label or self.forms is None:
            return None
        for passage in passages:
            form = self.forms.search(passage.text)
            if form:
                return Found(passage, form.start(), form.end(), form[0])
        return None


class Looks:
    """How the values of fields look; `schemas` are the folders' `schema.json`, where they have
    one. A field that several of them have may look as in any."""

    def __init__(self, schemas: Iterable[Row] = ()) -> None:
        self._specs: dict[str, list[Row]] = {}
        for schema in schemas:
            for spec in schema.get("fields") or ():
                self._specs.setdefault(spec["name"], []).append(spec)
        self._known: dict[tuple[str, str], Look] = {}

    def of(self, field: str, value: object) -> Look:
        """How one value looks: of a list, one item."""
        key = (field, repr(value))
        if key not in self._known:
            specs = self._specs.get(field, ())
            self._known[key] = _schema_look(specs, value) if specs else _plain_look(field, value)
        return self._known[key]


def _schema_look(specs: Sequence[Row], value: object) -> Look:
    sentences: list[str] = []
    forms = [] if isinstance(value, bool) else [_form(value)]
    for spec in specs:
        shown = _shown_forms(spec, value)
        forms += [_words(form) for form in shown]
        own = [_words(form) for form in shown] or forms
        sentences += [_sentence_of(phrase, own, spec) for phrase in _phrases(spec, value)]
    labels = [_words(label) for spec in specs for label in spec.get("labels") or ()]
    return Look(
        _any_of(sentences),
        _any_of(forms),
        _any_of(labels),
        needs_label=isinstance(value, bool | int | float),
    )


def _plain_look(field: str, value: object) -> Look:
    """Without a schema: the words of the field's name are its label; where they stand, a yes or no
    is stated."""
    words = [w for w in re.split(r"[\W_]+", field.casefold()) if w and w not in _NO_WORDS]
    label = r"\w*\W+(?:\w+\W+){0,3}?".join(re.escape(w.rstrip("s")) for w in words)
    labels = _any_of([rf"\b{label}\w*"] if label else [])
    if isinstance(value, bool):
        return Look(labels, None, None, needs_label=True)
    return Look(None, _any_of([_form(value)]), labels, needs_label=False)


def _shown_forms(spec: Row, value: object) -> list[str]:
    shown = spec.get("show") or {}
    forms = shown.get(_key(value))
    if forms is None and isinstance(value, bool):
        forms = ["Yes"] if value else ["No"]
    return [forms] if isinstance(forms, str) else list(forms or ())


def _phrases(spec: Row, value: object) -> list[str]:
    phrases: Any = spec.get("phrases") or ()
    if isinstance(phrases, Mapping):
        phrases = phrases.get(_key(value), phrases.get("*")) or ()
    ones = spec.get("one") or () if value == 1 else ()
    return [*([phrases] if isinstance(phrases, str) else phrases), *ones]


def _key(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sentence_of(phrase: str, forms: Sequence[str], spec: Row) -> str:
    """A sentence of the schema as a pattern; of a list it may have more items before."""
    gap = _GAP if spec.get("type") == "list" else ""
    value = f"{gap}(?:{'|'.join(forms)})" if forms else _GAP
    parts = re.split(r"(\{name\}|\{v\})", phrase)
    if gap and "{v}" in parts and any(map(str.isalnum, parts[0])):
        parts = parts[: parts.index("{v}") + 1]
    known = {"{name}": _NAME_GAP, "{v}": value}
    return "".join(known.get(part) or _words(part, whole=False) for part in parts)


def _form(value: object) -> str:
    if isinstance(value, bool):
        return r"(?!)"
    if isinstance(value, int | float):
        return _number(value)
    text = str(value)
    date = _DATE.fullmatch(text)
    return _date(*date.groups()) if date else _words(text)


def _number(value: int | float) -> str:
    text = str(int(value)) if float(value).is_integer() else str(value)
    whole, dot, part = text.partition(".")
    digits = whole.lstrip("-")
    groups = f"{int(digits):,}".split(",")
    forms = [r"[,.’'\s]?".join(groups) + (re.escape(dot + part))]
    if not part and 0 <= int(whole) < len(_NUMERALS):
        forms.append(_NUMERALS[int(whole)])
    sign = "[-−]" if whole.startswith("-") else ""
    return rf"(?<!\w)(?<!\d[.,]){sign}(?:{'|'.join(forms)})(?![\w%]|[.,]\d)"


def _date(year: str, month: str, day: str | None) -> str:
    m, name = int(month), _MONTHS[int(month)]
    word = rf"(?:{name}|{name[:3]}\.?)"
    if day is None:
        return rf"(?<!\d)(?:{year}-{month}|{word},?\s+{year})(?!\d)"
    d = int(day)
    forms = (
        rf"{year}[-/.]{month}[-/.]{day}",
        rf"{word}\s+0?{d}(?:st|nd|rd|th)?,?\s+{year}",
        rf"0?{d}(?:st|nd|rd|th)?\.?\s+(?:of\s+)?{word},?\s+{year}",
        rf"0?{d}[./]0?{m}[./]{year}",
        rf"0?{m}/0?{d}/{year}",
    )
    return rf"(?<!\d)(?:{'|'.join(forms)})(?!\d)"


def _words(text: str, whole: bool = True) -> str:
    """`text` with any spacing and any kind of quotation marks and dashes; as `whole` words."""
    signs = {re.escape(sign): pattern for sign, pattern in _SAME_SIGNS.items()}
    pattern = re.sub(r"(?:\\?\s)+", " ", re.escape(text))
    for sign, many in signs.items():
        pattern = pattern.replace(sign, many)
    pattern = pattern.replace(" ", r"\s+")
    if not whole:
        return pattern
    before = r"(?<!\w)" if text[:1].isalnum() else ""
    return before + pattern + (r"(?!\w)" if text[-1:].isalnum() else "")


def _any_of(patterns: Sequence[str]) -> re.Pattern[str] | None:
    patterns = [p for p in dict.fromkeys(patterns) if p]
    return re.compile("|".join(f"(?:{p})" for p in patterns), re.IGNORECASE) if patterns else None
