"""Writes exports: the file extension chooses the format, and a file is complete or absent."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from netnew.domain.candidate import Candidate
from netnew.domain.condition_stats import ConditionStats
from netnew.domain.errors import InvalidInput, NotWritten
from netnew.domain.run import Run
from netnew.exports.markdown import write_markdown
from netnew.exports.writers import write_csv, write_json, write_jsonl
from netnew.exports.xlsx import write_xlsx

Rows = Callable[[BinaryIO, Run, Sequence[Candidate]], None]
Writer = Callable[[BinaryIO, Run, Sequence[Candidate], Sequence[ConditionStats]], None]


def _of_rows(write: Rows) -> Writer:
    """A format that has no place for what became of each condition."""
    return lambda to, run, candidates, _: write(to, run, candidates)


WRITERS: dict[str, Writer] = {
    "csv": _of_rows(write_csv),
    "xlsx": _of_rows(write_xlsx),
    "jsonl": _of_rows(write_jsonl),
    "json": write_json,
    "md": _of_rows(write_markdown),
}


def check_output(path: Path) -> None:
    """Check that `path` can be written later; leaves nothing behind.

    Raises InvalidInput naming `output` where the ending is unknown, the folder is missing or no
    file can be made in it.
    """
    if _format_of(path) not in WRITERS:
        endings = ", ".join(f".{x}" for x in WRITERS)
        raise InvalidInput("output", f"{str(path)!r} has no ending that names a format", endings)
    if path.is_dir():
        raise InvalidInput("output", f"{str(path)!r} is a folder", "a file name")
    try:
        if _is_special(path):
            with path.open("ab"):
                return
        probe = _beside(path)
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as error:
        raise InvalidInput("output", f"{str(path)!r} cannot be written: {_why(error)}") from error


def write_export(
    path: Path,
    run: Run,
    candidates: Sequence[Candidate],
    yields: Sequence[ConditionStats] = (),
) -> None:
    """Write `candidates` to `path` in the format of its ending, replacing what is there; `yields`,
    of all candidates of the run, where the format has a place for them.

    Raises NotWritten on failure; the old file, if any, stays.
    """
    write = WRITERS[_format_of(path)]
    try:
        with _replacing(path) as to:
            write(to, run, candidates, yields)
    except OSError as error:
        raise NotWritten(str(path), f"not written: {_why(error)}; nothing was changed") from error


@contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    if _is_special(path):
        with path.open("wb") as to:
            yield to
        return
    fresh = _beside(path)
    try:
        with fresh.open("xb") as to:
            yield to
            to.flush()
            os.fsync(to.fileno())
        os.replace(fresh, path.resolve())
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise


def _beside(path: Path) -> Path:
    """A name in the same folder, hence on the same disk, so that renaming is atomic. A link is
    followed: its target is replaced, not the link."""
    path = path.resolve()
    return path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.tmp")


def _is_special(path: Path) -> bool:
    """A pipe or device: written in place, never replaced."""
    return path.exists() and not path.is_file()


def _format_of(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
