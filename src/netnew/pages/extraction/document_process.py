"""Reading documents in a process of their own: bounded in time, and out of the way of the rest.

    python -m netnew.pages.extraction.document_process SECONDS

reads requests from standard input (media type and body, each behind its length) and writes answers
(a letter, its length and its text) to standard output, until the input ends.
"""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import threading
from typing import IO

from netnew.pages.extraction.documents import DocumentUnread, document_as_markdown

_LENGTH = struct.Struct(">I")
_MARKDOWN, _UNREAD = b"m", b"u"
_MAX_MEMORY_BYTES = 2_000_000_000
# The first document also waits for the start of the process and the import of the readers.
_START_S = 20.0


class DocumentProcess:
    """Reads documents in one process, started with the first and kept; one at a time.

    A document that takes longer than `timeout_s`, or takes the process down, is 'document_timeout'
    or 'unreadable', and the next one gets a new process. The process ends with this one, too.
    """

    def __init__(self, timeout_s: float = 20.0) -> None:
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._warm = False
        self._closed = False

    @property
    def process_id(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def as_markdown(self, body: bytes, media_type: str) -> str:
        """The document's text as Markdown. Blocks. Raises DocumentUnread."""
        with self._lock:
            if self._closed:
                raise DocumentUnread("unreadable")
            process = self._process or self._started()
            late = threading.Event()
            timer = threading.Timer(
                self._timeout_s + (0.0 if self._warm else _START_S), _end, (process, late)
            )
            timer.start()
            try:
                kind, text = _asked(process, body, media_type)
            except (OSError, EOFError):
                self._stop()
                raise DocumentUnread(
                    "document_timeout" if late.is_set() else "unreadable"
                ) from None
            finally:
                timer.cancel()
            self._warm = True
        if kind == _UNREAD:
            raise DocumentUnread(text)
        return text

    def close(self) -> None:
        """Ends the process, also in the midst of a document."""
        self._closed = True
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._stop()

    def _started(self) -> subprocess.Popen[bytes]:
        self._warm = False
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "netnew.pages.extraction.document_process",
                str(self._timeout_s),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Ctrl-C is for the one that waits.
            start_new_session=True,
        )
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue
        process.wait()


def _end(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _asked(process: subprocess.Popen[bytes], body: bytes, media_type: str) -> tuple[bytes, str]:
    assert process.stdin is not None
    assert process.stdout is not None
    for part in (media_type.encode(), body):
        process.stdin.write(_LENGTH.pack(len(part)))
        process.stdin.write(part)
    process.stdin.flush()
    kind = _exactly(process.stdout, 1)
    return kind, _part(process.stdout).decode("utf-8", "replace")


def _part(stream: IO[bytes]) -> bytes:
    return _exactly(stream, _LENGTH.unpack(_exactly(stream, _LENGTH.size))[0])


def _exactly(stream: IO[bytes], size: int) -> bytes:
    read = stream.read(size)
    if len(read) < size:
        raise EOFError
    return read


def _answer(body: bytes, media_type: str) -> tuple[bytes, str]:
    try:
        return _MARKDOWN, document_as_markdown(body, media_type)
    except DocumentUnread as unread:
        return _UNREAD, unread.reason
    except MemoryError:
        return _UNREAD, "too_large"


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))


def main(timeout_s: float) -> None:
    # Readers print; only answers may go where answers are expected.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _limit_memory()
    alarm = getattr(signal, "alarm", None)
    while True:
        try:
            media_type, body = _part(sys.stdin.buffer).decode(), _part(sys.stdin.buffer)
        except EOFError:
            return
        if alarm is not None:
            # Should the one that waits be killed, nobody else would end this.
            alarm(int(timeout_s + _START_S) + 5)
        kind, text = _answer(body, media_type)
        if alarm is not None:
            alarm(0)
        written = text.encode("utf-8", "replace")
        answers.write(kind + _LENGTH.pack(len(written)) + written)
        answers.flush()


if __name__ == "__main__":
    main(float(sys.argv[1]))
