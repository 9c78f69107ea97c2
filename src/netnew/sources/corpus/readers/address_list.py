"""A CSV as part of a corpus: addresses to be found there, whose pages are the web's to give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from netnew.sources.corpus.readers.base import BrokenRow, DumpRow
from netnew.sources.corpus.readers.table import list_entries


def address_rows(path: Path) -> Iterator[DumpRow | BrokenRow]:
    """Listed rows; a row without an address is broken. Raises UnreadableDump."""
    for entry in list_entries(path):
        if isinstance(entry, BrokenRow):
            yield entry
        elif not entry.url:
            yield BrokenRow(str(path), f"line {entry.line}", f"{entry.name!r} has no address")
        else:
            text = " ".join([entry.name, *(f"{label}: {value}." for label, value in entry.facts)])
            yield DumpRow(
                url=entry.url,
                body=text.encode(),
                title=entry.name,
                media_type="text/plain",
                charset="utf-8",
                listed=True,
            )
