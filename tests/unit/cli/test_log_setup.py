from __future__ import annotations

import logging

import pytest
import structlog

from netnew.cli.log_setup import log_to_standard_error
from netnew.redaction import without_secrets
from tests.unit.cli.conftest import CommandLine


def fail() -> None:
    try:
        raise ValueError("no pot")
    except ValueError as error:
        logging.getLogger("netnew.pots").warning("%s failed", "run_1", exc_info=error)


def test_what_goes_wrong_inside_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_standard_error("warning")
    log_to_standard_error("warning")
    fail()
    expected = 'level=warning event="run_1 failed" error="ValueError: no pot"\n'
    assert capsys.readouterr().err == expected


def test_an_exception_that_is_logged_tells_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_standard_error("warning")
    log = structlog.get_logger("netnew.pots")
    try:
        raise ValueError("no pot")
    except ValueError as error:
        log.exception("kettles are held up")
        log.error("kettles are held up", exc_info=error)
        log.error("kettles are held up", exc_info=error, error="no pot, no tea")
    reason = 'level=error event="kettles are held up" error="ValueError: no pot"'
    own = 'level=error event="kettles are held up" error="no pot, no tea"'
    assert capsys.readouterr().err.splitlines() == [reason, reason, own]


@pytest.mark.parametrize("level", ["warning", "debug"])
def test_with_debug_the_traceback_comes_too(
    level: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if level == "warning":
        monkeypatch.setenv("NETNEW_DEBUG", "1")
    log_to_standard_error(level)
    fail()
    assert "Traceback" in capsys.readouterr().err
    log_to_standard_error("warning")


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_standard_error("error")
    fail()
    assert capsys.readouterr().err == ""
    log_to_standard_error("warning")


@pytest.mark.parametrize("command", [("runs", "list"), ("db", "check")])
def test_the_secrets_of_the_settings_are_left_out_of_logged_errors(
    netnew: CommandLine, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    word = command[0]
    address = f"postgresql://me:pa%2F{word}-word@127.0.0.1:1/x?connect_timeout=1"
    monkeypatch.setenv("NETNEW_DATABASE_URL", address)
    netnew.run(*command)
    told = f"refused: 'pa/{word}-word' (pa%2F{word}-word)"
    assert without_secrets(told) == "refused: '[hidden]' ([hidden])"
