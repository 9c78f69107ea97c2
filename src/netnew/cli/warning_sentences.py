"""Log events as sentences, for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, MutableMapping
from string import Formatter
from typing import Any

import structlog

from netnew.cli.consoles import clean, plural

# So many warnings of one kind are shown; the others are counted.
MAX_OF_A_KIND = 3
# Fields that are not shown. Other fields follow the sentence in brackets.
_UNTOLD = (
    "level",
    "event",
    "exc_info",
    "exception",
    "run",
    "tick",
    "worker",
    "delivery",
    "webhook",
)
_SENTENCES: Mapping[str, str] = {
    "plan_by_rules": "the model could not read the question, so rules did: {problem}",
    "row_left_out": "a row was skipped ({path}, {place}): {problem}",
    "table_not_read": "the names in a table were not read ({url}): {problem}",
    "sitemap_left_out": "a sitemap was skipped ({source}): {problem}",
    "sitemap_entries_left_out": "{without_address} entries of {file} have no address and were"
    " skipped",
}


class WarningSentences:
    """A structlog processor that turns an event into a sentence and drops repeated sentences.

    The first few of each kind are shown; `left_out` says how many more there were.
    """

    def __init__(self) -> None:
        self._said: set[str] = set()
        self._of_kind: Counter[str] = Counter()

    def __call__(self, logger: Any, name: str, event: MutableMapping[str, Any]) -> str:
        """Raises DropEvent for an event that is not to be shown."""
        sentence = sentence_of(event)
        if sentence in self._said:
            raise structlog.DropEvent
        self._said.add(sentence)
        kind = str(event.get("event", ""))
        self._of_kind[kind] += 1
        if self._of_kind[kind] > MAX_OF_A_KIND:
            raise structlog.DropEvent
        return f"Warning: {sentence}"

    def left_out(self) -> list[str]:
        """One sentence for each kind with warnings that were not shown; resets the counts."""
        more = {k: n - MAX_OF_A_KIND for k, n in self._of_kind.items() if n > MAX_OF_A_KIND}
        self._of_kind.clear()
        return [
            f"Warning: {plural(count, 'more warning')} like '{_kind_in_words(kind)}'"
            " (NETNEW_LOG_FORMAT=json shows all)"
            for kind, count in more.items()
        ]


def sentence_of(event: Mapping[str, Any]) -> str:
    """The event on one line: its sentence in the table, or else its own words and fields."""
    kind = str(event.get("event", ""))
    template = _SENTENCES.get(kind)
    if template is not None and _names_in(template) <= event.keys():
        return clean(template.format_map(event))
    facts = {k: v for k, v in event.items() if k not in _UNTOLD and v not in (None, "")}
    error = facts.pop("error", facts.pop("problem", ""))
    sentence = _kind_in_words(kind)
    if facts:
        sentence += f" ({', '.join(f'{k} {v}' for k, v in facts.items())})"
    return clean(f"{sentence}: {error}" if error else sentence)


def _kind_in_words(kind: str) -> str:
    """'row_left_out' becomes 'row left out'; a sentence stays as it is."""
    return kind if " " in kind else kind.replace("_", " ")


def _names_in(template: str) -> set[str]:
    parse: Callable[[str], Any] = Formatter().parse
    return {name for _, name, _, _ in parse(template) if name}
