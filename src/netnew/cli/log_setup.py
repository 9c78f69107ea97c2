"""Writes the log of a command to standard error, from the level of the settings up.

Each event is one line; NETNEW_DEBUG and the level `debug` add tracebacks. On a terminal,
warnings and errors are plain sentences, each shown once.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from netnew.cli.warning_sentences import WarningSentences


class _StandardError:
    """Writes to the current standard error, so that a live table stays whole."""

    def msg(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


class _OneLine(logging.Handler):
    """Writes records of the standard library's loggers like ours."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        told = {"error": f"{type(error).__name__}: {error}"} if error else {}
        log = structlog.get_logger(record.name)
        log.log(record.levelno, record.getMessage(), exc_info=record.exc_info or None, **told)


_ONE_LINE = _OneLine()
_sentences: WarningSentences | None = None
"""Turns this command's warnings into sentences, on a terminal."""


def log_to_standard_error(level: str, format: str = "text") -> None:
    global _sentences
    least = logging.getLevelNamesMapping()[level.upper()]
    with_tracebacks = bool(os.environ.get("NETNEW_DEBUG")) or least <= logging.DEBUG
    is_for_people = least >= logging.WARNING and format == "text" and not with_tracebacks
    _sentences = WarningSentences() if is_for_people and sys.stderr.isatty() else None
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info if with_tracebacks else _without_traceback,
            _sentences or _renderer(format),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=lambda *_: _StandardError(),
        cache_logger_on_first_use=False,
    )
    logging.getLogger().addHandler(_ONE_LINE)  # once, however often it is added
    logging.getLogger("netnew").setLevel(least)


def report_suppressed_warnings() -> None:
    """Print how many warnings were not shown. Called at the end of a command."""
    if _sentences is not None:
        for line in _sentences.left_out():
            print(line, file=sys.stderr, flush=True)


def _renderer(format: str) -> structlog.typing.Processor:
    if format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.processors.LogfmtRenderer(key_order=["level", "event"], bool_as_flag=False)


def _without_traceback(
    logger: Any, name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace the exception by one line, the error, unless the event has one."""
    error = _error_of(event.pop("exc_info", None))
    if error is not None:
        event.setdefault("error", f"{type(error).__name__}: {error}")
    return event


def _error_of(exc_info: object) -> BaseException | None:
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exc_info()[1]
        case _:
            return None
