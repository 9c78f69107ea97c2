"""`--exclude FILE|RUN`: entities to leave out, from a file or found by a run."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from netnew.cli.run_lookup import find_run
from netnew.domain.errors import CallerError, InvalidInput
from netnew.domain.ids import RunId
from netnew.domain.run import ExcludeList
from netnew.domain.spreadsheet_cells import without_guard

if TYPE_CHECKING:
    from netnew.app.service import Service

_DOMAIN = re.compile(r"^(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,}$")
_URL_KEYS = ("url", "website", "site", "address", "link")
_DOMAIN_KEYS = ("domain",)
_NAME_KEYS = ("name", "entity", "company", "title")
_ALLOWED_FILES = "a txt, csv, json or jsonl file"
# Formats that an export can have and that are not plain lists.
_UNSUPPORTED_ENDINGS = (".xlsx", ".md")


# An entry, and the number of its line (of JSON: its item) from 1.
_Entry = tuple[int, str]


async def exclude_list(arguments: Sequence[str], service: Service) -> ExcludeList:
    """The exclude list of all arguments. Raises InvalidInput for one that is neither a list nor a
    run."""
    files, others = _files_and_others(arguments)
    entries = [x for path in files for x in _entries(path)]
    return sorted_out(entries, [await _run(x, service) for x in others])


def _files_and_others(arguments: Sequence[str]) -> tuple[list[Path], list[str]]:
    files = [x for x in arguments if Path(x).expanduser().is_file()]
    return [Path(x).expanduser() for x in files], [x for x in arguments if x not in files]


def sorted_out(entries: Iterable[str], runs: Iterable[RunId] = ()) -> ExcludeList:
    """Sorts each entry by what it looks like: an address, a domain, or else a name."""
    urls: dict[str, None] = {}
    domains: dict[str, None] = {}
    names: dict[str, None] = {}
    for entry in entries:
        bare = entry.strip()
        if re.match(r"^(https?://|file:/|urn:)", bare, re.IGNORECASE):
            urls[bare] = None
        elif _DOMAIN.match(bare):
            domains[bare.lower()] = None
        elif _DOMAIN.match(bare.split("/")[0]) and " " not in bare:
            urls[f"https://{bare}"] = None
        elif bare:
            names[bare] = None
    return ExcludeList(tuple(urls), tuple(names), tuple(domains), tuple(dict.fromkeys(runs)))


async def _run(argument: str, service: Service) -> RunId:
    try:
        return (await find_run(service, argument)).id
    except CallerError as error:
        problem = f"{argument!r} is neither a file nor a run"
        raise InvalidInput("--exclude", problem, f"{_ALLOWED_FILES}, a run's id, 'last'") from error


def _entries(path: Path) -> list[str]:
    """Raises InvalidInput if the file cannot be read in the format of its extension or has no
    entries, and for a malformed address, with its line."""
    ending = path.suffix.lower()
    if ending in _UNSUPPORTED_ENDINGS:
        problem = f"{str(path)!r}: {ending} files cannot be read as an exclude list"
        raise InvalidInput("--exclude", problem, _ALLOWED_FILES)
    unit, read = _READERS.get(ending, ("line", _lines))
    try:
        entries = list(read(path.read_text(encoding="utf-8-sig")))
    except UnicodeDecodeError as error:
        problem = f"{str(path)!r} is not a text file"
        raise InvalidInput("--exclude", problem, f"{_ALLOWED_FILES} in UTF-8") from error
    except (OSError, ValueError, csv.Error) as error:
        raise InvalidInput("--exclude", f"{str(path)!r} cannot be read: {error}") from error
    for number, entry in entries:
        if _is_broken_address(entry):
            problem = f"{str(path)!r}, {unit} {number}: {entry.strip()!r} is not an address"
            raise InvalidInput("--exclude", problem, "an address, a domain or a name")
    if not any(entry.strip() for _, entry in entries):
        raise InvalidInput("--exclude", f"{str(path)!r} has no entry", "a file with entries")
    return [entry for _, entry in entries]


def _is_broken_address(entry: str) -> bool:
    """Whether it starts like a web address but has no valid host and port."""
    if not re.match(r"^\s*https?://", entry, re.IGNORECASE):
        return False
    try:
        parts = urlsplit(entry.strip())
        host, _ = parts.hostname, parts.port  # a wrong port raises as well
    except ValueError:
        return True
    return not host


def _lines(text: str) -> Iterator[_Entry]:
    """One entry per line, without empty lines and lines that start with #."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line


def _csv(text: str) -> Iterator[_Entry]:
    """One entry per row: the first filled column with a known header, or else the first column."""
    reader = csv.reader(text.splitlines())
    table = [(reader.line_num, row) for row in reader]
    if not table:
        return
    header = [x.strip().lower() for x in table[0][1]]
    columns = [header.index(x) for x in _URL_KEYS + _DOMAIN_KEYS + _NAME_KEYS if x in header]
    for number, row in table[1:] if columns else table:
        cells = [row[i] for i in columns or [0] if i < len(row) and row[i].strip()]
        if cells:
            yield number, without_guard(cells[0])


def _json(text: str) -> Iterator[_Entry]:
    document = json.loads(text)
    if isinstance(document, dict):
        document = document.get("candidates", document)
    if not isinstance(document, list):
        raise ValueError("it is not a list and has no 'candidates'")
    return _of_items(enumerate(document, 1))


def _jsonl(text: str) -> Iterator[_Entry]:
    lines = enumerate(text.splitlines(), 1)
    return _of_items((number, json.loads(x)) for number, x in lines if x.strip())


def _of_items(items: Iterable[tuple[int, object]]) -> Iterator[_Entry]:
    for number, item in items:
        if isinstance(item, str):
            yield number, item
        elif isinstance(item, dict):
            for key in _URL_KEYS + _DOMAIN_KEYS + _NAME_KEYS:
                if isinstance(item.get(key), str) and item[key].strip():
                    yield number, item[key]
                    break


_READERS: dict[str, tuple[str, Callable[[str], Iterator[_Entry]]]] = {
    ".csv": ("line", _csv),
    ".json": ("item", _json),
    ".jsonl": ("line", _jsonl),
}
