"""The corpora of a home folder: add, list, search, remove."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path

import structlog

from netnew.domain.errors import Conflict, InvalidInput, NetnewError, NotFound, SourceUnavailable
from netnew.domain.search import SearchAnswer
from netnew.sources.corpus.readers.base import BrokenRow, DumpRow
from netnew.sources.corpus.readers.dump import dump_files, dump_rows
from netnew.sources.corpus.store import CorpusStore
from netnew.sources.corpus.writer import STATE, CorpusWriter, WriterCounts

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FROM_PATH = "path-"
_OF_PATH = re.compile(_FROM_PATH + r"(?:.*-)?[0-9a-f]{20}")
_SHOWN_BROKEN = 20
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class AddReport:
    """What was added, in rows. `broken` counts all skipped rows, `broken_rows` lists the first
    thousand."""

    name: str
    added: int
    replaced: int
    unchanged: int
    broken: int
    broken_rows: tuple[BrokenRow, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus: number of rows (pages, redirects, errors, listed addresses), bytes on disk."""

    name: str
    rows: int
    size_bytes: int


class CorpusManager:
    """The corpora in `home`/corpora, one folder each."""

    def __init__(self, home: Path) -> None:
        self._root = home / "corpora"

    async def add(
        self,
        name: str,
        paths: Sequence[Path],
        base_url: str | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> AddReport:
        """Add dumps, folders and lists to corpus `name`, which is created if missing.

        Unchanged rows cost nothing; changed ones are replaced. Files of a folder get `base_url`
        + their path as address, otherwise file://. `progress` is called with the number of rows
        read so far, from another thread. If cancelled, it keeps what it has. Raises InvalidInput
        for an invalid name or path, UnreadableDump for a file of which no part can be read,
        Conflict if another process writes to the corpus."""
        folder = self.folder(name)
        for path in paths:
            if not await asyncio.to_thread(path.exists):
                raise InvalidInput("path", f"there is no file {str(path)!r}")
        tally = await _in_thread(lambda stop: _add(folder, paths, base_url, progress, stop))
        return _report(name, tally)

    async def corpora(self) -> tuple[Corpus, ...]:
        """All corpora by name."""
        return tuple([await asyncio.to_thread(_described, self.folder(n)) for n in self.names()])

    async def search(self, name: str, query: str, page: int = 1) -> SearchAnswer:
        """Page `page` of the hits in corpus `name`. Raises NotFound."""
        store = await self.open(name)
        try:
            return await asyncio.to_thread(store.search, query, page)
        finally:
            await asyncio.to_thread(store.close)

    async def remove(self, name: str) -> None:
        """Delete the corpus. Raises NotFound, and Conflict while it is being added to."""
        folder = self._existing(name)
        await asyncio.to_thread(_remove, folder)

    async def open(self, name: str) -> CorpusStore:
        """The corpus `name`, for reading; the caller closes it. Raises NotFound."""
        return await asyncio.to_thread(CorpusStore, self._existing(name))

    async def open_path(self, path: Path) -> CorpusStore:
        """The corpus of a dump or folder given by its path. It is always the same one: changed
        files are indexed again, and rows that are gone are dropped.

        Raises SourceUnavailable while another process indexes it, UnreadableDump."""
        folder = self.folder_of_path(path)
        state = await asyncio.to_thread(state_of_path, path)
        try:
            if await asyncio.to_thread(_taken_in, folder) != state:
                work = partial(_replace, folder, path, state)
                await _in_thread(work)
        except Conflict as error:
            problem = "another process is taking it in"
            raise SourceUnavailable(f"corpus:{path}", problem, retry_after_s=5.0) from error
        return await asyncio.to_thread(CorpusStore, folder)

    def folder(self, name: str) -> Path:
        """The folder of corpus `name`. Raises InvalidInput for an invalid name."""
        if not is_corpus_name(name):
            raise InvalidInput(
                "name", f"{name!r} is no name of a corpus", "letters, digits, '.', '_', '-'"
            )
        return self._root / name

    def folder_of_path(self, path: Path) -> Path:
        """The folder of the corpus of the dump or folder at `path`; depends on the path only."""
        digest = blake2b(os.fsencode(path.resolve()), digest_size=10).hexdigest()
        stem = re.sub(r"[^A-Za-z0-9]+", "-", path.name.partition(".")[0])[:30].strip("-")
        return self._root / f"{_FROM_PATH}{stem}-{digest}"

    def names(self) -> list[str]:
        """All corpora, including those of paths (`is_of_path`)."""
        if not self._root.is_dir():
            return []
        return sorted(path.name for path in self._root.iterdir() if path.is_dir())

    def _existing(self, name: str) -> Path:
        folder = self.folder(name)
        if not (folder / "pages.sqlite").is_file():
            raise NotFound("corpus", name)
        return folder


def is_corpus_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def is_of_path(name: str) -> bool:
    """Whether the corpus was created for a path, not by `add`."""
    return _OF_PATH.fullmatch(name) is not None


def state_of_path(path: Path) -> str:
    """A value that changes when any file at `path` changes in size or time, appears or
    disappears. Blocks."""
    digest = blake2b(digest_size=10)
    for file in dump_files(path):
        stat = file.stat()
        digest.update(os.fsencode(file) + f"\0{stat.st_size}\0{stat.st_mtime_ns}\0".encode())
    return digest.hexdigest()


async def _in_thread(work: Callable[[threading.Event], WriterCounts]) -> WriterCounts:
    """Run `work` in a thread; a cancelled caller sets its stop event and waits for it."""
    stop = threading.Event()
    task = asyncio.create_task(asyncio.to_thread(work, stop))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([task])
        raise


def _add(
    folder: Path,
    paths: Sequence[Path],
    base_url: str | None,
    progress: Callable[[int], None] | None,
    stop: threading.Event,
) -> WriterCounts:
    tally = WriterCounts()
    with _unless_empty(folder), CorpusWriter(folder) as writer:
        for path in paths:
            rows = dump_rows(path, base_url)
            writer.add(_told(rows, tally, progress) if progress else rows, tally, stop)
    return tally


def _replace(folder: Path, path: Path, state: str, stop: threading.Event) -> WriterCounts:
    tally = WriterCounts()
    with _unless_empty(folder), CorpusWriter(folder) as writer:
        writer.replace(dump_rows(path), tally, stop, state)
    for row in tally.broken_rows[:_SHOWN_BROKEN]:
        _log.warning("row_left_out", path=row.path, place=row.place, problem=row.problem)
    return tally


@contextmanager
def _unless_empty(folder: Path) -> Iterator[None]:
    """An indexing that fails before its first row leaves no corpus behind."""
    try:
        yield
    except Conflict:
        raise
    except BaseException:
        with suppress(NetnewError, OSError):
            if _described(folder).rows == 0:
                _remove(folder)
        raise


def _taken_in(folder: Path) -> str | None:
    """The state of the path from which the corpus in `folder` was made; None if none was."""
    if not (folder / "pages.sqlite").is_file():
        return None
    store = CorpusStore(folder)
    try:
        return store.marked(STATE)
    finally:
        store.close()


def _told(
    rows: Iterator[DumpRow | BrokenRow], tally: WriterCounts, progress: Callable[[int], None]
) -> Iterator[DumpRow | BrokenRow]:
    for number, row in enumerate(rows):
        yield row
        if number % 500 == 0:
            progress(tally.read)
    progress(tally.read)


def _report(name: str, tally: WriterCounts) -> AddReport:
    rows = tuple(tally.broken_rows)
    return AddReport(name, tally.added, tally.replaced, tally.unchanged, tally.broken, rows)


def _described(folder: Path) -> Corpus:
    store = CorpusStore(folder)
    try:
        return Corpus(folder.name, store.count(), store.size_bytes())
    finally:
        store.close()


def _remove(folder: Path) -> None:
    with CorpusWriter(folder):  # nobody may be writing
        (folder / "pages.sqlite").unlink()
    shutil.rmtree(folder)
