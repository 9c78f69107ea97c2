"""Stacks of unexpected errors are kept, in a file that is bounded and private."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from netnew.error_log import ErrorLog


def boom(text: str) -> Exception:
    try:
        raise RuntimeError(text)
    except RuntimeError as error:
        return error


def test_a_stack_is_written_once_to_a_private_file(tmp_path: Path) -> None:
    log, error = ErrorLog(), boom("no pot")
    assert log.record(error, "before there is a file") is None
    log.keep_in(tmp_path)
    path = log.record(error, "a kettle failed")
    assert path == tmp_path / "logs" / "errors.log"
    assert log.record(error, "a command failed") == path
    text = path.read_text()
    assert text.count("RuntimeError: no pot") == 1
    assert "a kettle failed" in text
    assert "raise RuntimeError(text)" in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_it_is_bounded(tmp_path: Path) -> None:
    log = ErrorLog()
    log.keep_in(tmp_path)
    for number in range(30):
        log.record(boom(f"{number} " + "x" * 200_000), "a kettle failed")
    files = sorted(os.listdir(tmp_path / "logs"))
    assert files == ["errors.log", "errors.log.1"]
    assert all((tmp_path / "logs" / x).stat().st_size <= 1_000_000 for x in files)
    assert "29 x" in (tmp_path / "logs" / "errors.log").read_text()


def test_where_it_cannot_be_written_nothing_fails(tmp_path: Path) -> None:
    (tmp_path / "logs").touch()
    log = ErrorLog()
    log.keep_in(tmp_path)
    assert log.record(boom("no pot"), "a kettle failed") is None
