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
# We create nothing deeper.
_DEEPEST = 4


def make_private_folder(path: Path) -> None:
    """Create `path` if it is missing, readable only by its owner. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)


def make_private_file(path: Path) -> None:
    """Create an empty file if it is missing, readable only by its owner. Raises OSError."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def take_from_others(*paths: Path) -> None:
    """Let only the owner read `paths`.

    Files of other users, links and files on a read-only disk stay as they are, and so does a
    folder that anyone may write to (`/tmp`), because it is not ours."""
    for path in paths:
        with suppress(OSError):
            _take(path)


def below(path: Path, depth: int = _DEEPEST) -> Iterator[Path]:
    """`path`, and everything in it if it is a folder."""
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
