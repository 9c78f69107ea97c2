"""Any file or folder given as a corpus, read by the reader of its kind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from netnew.domain.errors import UnreadableDump
from netnew.sources.corpus.readers.address_list import address_rows
from netnew.sources.corpus.readers.base import BrokenRow, DumpRow, decoded, open_dump
from netnew.sources.corpus.readers.document import DOCUMENT_SUFFIXES, document_row
from netnew.sources.corpus.readers.jsonl import jsonl_rows
from netnew.sources.corpus.readers.warc import warc_rows

Reader = Callable[[Path], Iterator[DumpRow | BrokenRow]]
_READERS: dict[str, Reader] = {
    ".jsonl": jsonl_rows,
    ".ndjson": jsonl_rows,
    ".json": jsonl_rows,
    ".warc": warc_rows,
    ".csv": address_rows,
    ".tsv": address_rows,
}
_KINDS = ", ".join((*_READERS, *sorted(DOCUMENT_SUFFIXES)))

# After so many broken rows and none that is whole, a file is not what its name says.
_HOPELESS = 1000


def dump_rows(path: Path, base_url: str | None = None) -> Iterator[DumpRow | BrokenRow]:
    """The rows of the file at `path`, or of every file below the folder at `path`.

    Raises UnreadableDump where no part of it can be read.
    """
    if path.is_dir():
        yield from _folder_rows(path, base_url)
        return
    broken: list[BrokenRow] = []
    rows = _file_rows(path, path.parent, base_url)
    for row in rows:
        if isinstance(row, DumpRow):
            yield from broken
            yield row
            yield from rows
            return
        broken.append(row)
        if len(broken) == _HOPELESS:
            break
    raise UnreadableDump(str(path), broken[0].reason if broken else "there is nothing in it")


def dump_files(path: Path) -> list[Path]:
    """The files at or below `path` that have a reader, sorted; hidden ones are left out."""
    if not path.is_dir():
        return [path]
    files = (file for file in path.rglob("*") if not _hidden(file.relative_to(path)))
    return sorted(file for file in files if _kind(file) is not None and file.is_file())


def _folder_rows(folder: Path, base_url: str | None) -> Iterator[DumpRow | BrokenRow]:
    files = dump_files(folder)
    if not files:
        raise UnreadableDump(str(folder), f"no file in it is of a kind read here ({_KINDS})")
    for file in files:
        try:
            yield from _file_rows(file, folder, base_url)
        except UnreadableDump as error:
            yield BrokenRow(str(file), "", error.problem)


def _file_rows(file: Path, root: Path, base_url: str | None) -> Iterator[DumpRow | BrokenRow]:
    kind = _kind(file) or _sniffed(file)
    if kind in _READERS:
        yield from _READERS[kind](file)
    elif kind is not None:
        yield document_row(file, kind, _address(file, root, base_url))
    else:
        raise UnreadableDump(str(file), f"not of a kind read here ({_KINDS})")


def _kind(file: Path) -> str | None:
    suffix = Path(file.name.lower().removesuffix(".gz")).suffix
    return suffix if suffix in _READERS or suffix in DOCUMENT_SUFFIXES else None


def _sniffed(file: Path) -> str | None:
    """The kind of a file whose name tells none."""
    try:
        with open_dump(file) as opened:
            start = decoded(opened.read(64)).lstrip()
    except (OSError, EOFError) as error:
        raise UnreadableDump(str(file), f"cannot be read: {error}") from error
    if start.startswith("WARC/"):
        return ".warc"
    return ".jsonl" if start.startswith("{") else None


def _address(file: Path, root: Path, base_url: str | None) -> str:
    if base_url is None:
        return file.resolve().as_uri()
    return base_url.rstrip("/") + "/" + quote(os.fsencode(file.relative_to(root).as_posix()))


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
