"""Files and folders that only their owner may read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

HOME_MARK = "home-id"
"""The file that is written into a HOME once its database has been made."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# Deeper than that nothing of ours lies.
_DEEPEST = 4


def make_private_folder(path: Path) -> None:
    """Make `path` where it is missing, for its owner alone. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)


def make_private_file(path: Path) -> None:
    """Make an empty file for its owner alone where there is none. Raises OSError."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def take_from_others(*paths: Path) -> None:
    """Let nobody but the owner read `paths`.

    What belongs to another user, is a link or lies on a read-only disk stays as it is, and so does
    a folder that anybody may write to (`/tmp`): it is not ours.
    """
    for path in paths:
        with suppress(OSError):
            _take(path)


def below(path: Path, depth: int = _DEEPEST) -> Iterator[Path]:
    """`path`, and where it is a folder all that is in it."""
    yield path
    if depth and path.is_dir() and not path.is_symlink():
        with suppress(OSError):
            for inner in path.iterdir():
                yield from below(inner, depth - 1)


def _take(path: Path) -> None:
    found = path.lstat()
    is_kind = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
    is_ours = hasattr(os, "getuid") and found.st_uid == os.getuid()
    if is_kind and is_ours and found.st_mode & _OTHERS and not found.st_mode & stat.S_ISVTX:
        path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)
