"""Unexpected errors with their stacks, in a file, whatever the log level.

One file a HOME, `logs/errors.log`, readable by its owner alone. It is bounded: beyond 1 MB it
becomes `errors.log.1`, and the one before that goes. Passwords, tokens and keys are left out.
"""

from __future__ import annotations

import os
import threading
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from netnew.redaction import without_secrets

_NAME = "errors.log"
_MAX_BYTES = 1_000_000
_MAX_OF_ONE = 100_000  # characters of one error; a recursion has tens of thousands of lines
_MAX_LOOKED_THROUGH = 1_000_000  # characters of one error that are looked through for secrets
_MARK = "_netnew_recorded"


class ErrorLog:
    """Writes to `folder` once that is known; nothing before."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._lock = threading.Lock()

    def keep_in(self, home: Path) -> None:
        """Write to `home`/logs from now on."""
        self._path = home / "logs" / _NAME

    def record(self, error: BaseException, what: str) -> Path | None:
        """Write the stack of `error`, once however often it is recorded; the file it is in.

        `what` says what failed. None where there is no file, or it cannot be written.
        """
        path = self._path
        if path is None or getattr(error, _MARK, None) == path:
            return path
        entry = _entry(error, what)
        try:
            with self._lock:
                _append(path, entry)
        except OSError:
            return None
        with suppress(AttributeError, TypeError):
            setattr(error, _MARK, path)
        return path


ERRORS = ErrorLog()
"""The one of this process; the face that is used says where it lies."""


def _entry(error: BaseException, what: str) -> bytes:
    stack = _ends("".join(traceback.format_exception(error)), _MAX_LOOKED_THROUGH)
    head = f"{datetime.now(UTC).isoformat(timespec='seconds')} [{os.getpid()}] {what}"
    # Shortened after secrets are left out: what is left of one that is cut is not recognised.
    kept = _ends(without_secrets(f"{head}\n{stack}\n"), _MAX_OF_ONE)
    return kept.encode("utf-8", "backslashreplace")


def _ends(text: str, most: int) -> str:
    """The text, without its middle where it has more than `most` characters."""
    return text if len(text) <= most else f"{text[: most // 2]}\n…\n{text[-most // 2 :]}"


def _append(path: Path, entry: bytes) -> None:
    for folder in (path.parent.parent, path.parent):  # `mode` is for the last one alone
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        if path.stat().st_size + len(entry) > _MAX_BYTES:
            path.replace(path.with_name(f"{_NAME}.1"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, entry)
    finally:
        os.close(descriptor)
