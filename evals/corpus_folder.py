"""A corpus of real pages with questions whose answers are known.

A folder has `source/` (added as a corpus) or `pages.jsonl.gz` (a crawl dump), `questions.jsonl`
(`id, objective, where, truth, ambiguous, fields`) and `records.jsonl.gz` (`id, names, urls,
paths`): the entities that candidates are compared with. `fields` are enrichments with their right
values by record.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from evals.data_folder import BadDataFolder


@dataclass(frozen=True, slots=True)
class CorpusField:
    """An enrichment: the right `values` by record, where they are known."""

    name: str
    description: str
    format: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class CorpusQuestion:
    """`truth`: the records that match. `ambiguous`: those that count neither way."""

    id: str
    objective: str
    where: tuple[str, ...]
    truth: frozenset[str]
    ambiguous: frozenset[str]
    fields: tuple[CorpusField, ...]


@dataclass(frozen=True, slots=True)
class CorpusFolder:
    name: str
    source: Path
    questions: tuple[CorpusQuestion, ...]
    records: Records


class Records:
    """Finds the record that a candidate is about."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self.names = {str(row["id"]): str(row["names"][0]) for row in rows}
        self._by_url = {bare_address(u): str(row["id"]) for row in rows for u in row["urls"]}
        self._by_path = {p.casefold(): str(row["id"]) for row in rows for p in row.get("paths", ())}
        shared = Counter(plain(n) for row in rows for n in row["names"])
        self._by_name = {
            plain(n): str(row["id"]) for row in rows for n in row["names"] if shared[plain(n)] == 1
        }

    def record_of(self, candidate: Mapping[str, Any]) -> str | None:
        """Its record: by path in the corpus, else by address, else by a name that one record has
        alone. None where it is none of them."""
        for url in _addresses(candidate):
            path = unquote(url.split("#")[0]).casefold()
            for tail in _tails(path):
                if tail in self._by_path:
                    return self._by_path[tail]
            if bare_address(url) in self._by_url:
                return self._by_url[bare_address(url)]
        return self._by_name.get(plain(str(candidate["name"])))


def load_corpus(folder: Path) -> CorpusFolder:
    """Raises BadDataFolder where a file is missing or not of the format."""
    sources = [folder / "source", folder / "pages.jsonl.gz"]
    source = next((x for x in sources if x.exists()), None)
    if source is None:
        raise BadDataFolder(f"{folder}: there is neither source/ nor pages.jsonl.gz")
    try:
        lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        questions = tuple(_question(json.loads(x)) for x in lines if x.strip())
        with gzip.open(folder / "records.jsonl.gz", "rt", encoding="utf-8") as rows:
            records = Records([json.loads(x) for x in rows])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadDataFolder(f"{folder}: {error!r}") from error
    return CorpusFolder(folder.name, source, questions, records)


def corpus_folders(data: Path) -> list[Path]:
    """The folders of `data` that have questions, or `data` itself."""
    if (data / "questions.jsonl").is_file():
        return [data]
    found = sorted(x.parent for x in data.glob("*/questions.jsonl"))
    if not found:
        raise BadDataFolder(f"{data}: no folder in it has questions.jsonl and records.jsonl.gz")
    return found


def plain(text: str) -> str:
    return re.sub(r"[^\w]+", " ", text.casefold()).strip()


def bare_address(url: str) -> str:
    """An address without scheme, `www.`, fragment and trailing slash."""
    return unquote(re.sub(r"^https?://(www\.)?", "", url).split("#")[0].rstrip("/")).casefold()


def _question(row: Mapping[str, Any]) -> CorpusQuestion:
    return CorpusQuestion(
        str(row["id"]),
        str(row["objective"]),
        tuple(row.get("where", ())),
        frozenset(row["truth"]),
        frozenset(row.get("ambiguous", ())),
        tuple(
            CorpusField(x["name"], x["description"], x["format"], x["values"])
            for x in row.get("fields", ())
        ),
    )


def _addresses(candidate: Mapping[str, Any]) -> list[str]:
    return [u for u in (candidate.get("url"), *(candidate.get("alternate_urls") or ())) if u]


def _tails(path: str) -> Iterator[str]:
    """'c.md', 'b/c.md', 'a/b/c.md' of 'file:///a/b/c.md'."""
    parts = path.split("/")
    for count in range(1, len(parts)):
        yield "/".join(parts[-count:])
