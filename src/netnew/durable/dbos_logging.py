"""The engine's log messages in our own log, without repetitions.

By default it writes to standard error itself: at each start, a traceback of thirty lines for
each cancelled run, and again for each failure that we have logged already."""

from __future__ import annotations

import logging

import structlog

_LOGGER = "dbos"
_NO_NEWS = (
    "was cancelled during execution",
    "is no longer owned by this execution",
    "Asyncio task cancelled for workflow or step",
    "Workflow already exists in queue",
    "Exception encountered in asynchronous workflow",
    "for development and testing",
    "Could not connect to postgres database to verify existence",
)
_log = structlog.get_logger(__name__)


class _ToOurLog(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if any(phrase in said for phrase in _NO_NEWS):
            return
        level = "error" if record.levelno >= logging.ERROR else "warning"
        getattr(_log, level)("the workflow engine says", said=said)


def quiet_dbos_logging() -> None:
    """Call this before the engine is first used: it adds its own handler if there is none."""
    logger = logging.getLogger(_LOGGER)
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    if not any(isinstance(handler, _ToOurLog) for handler in logger.handlers):
        logger.handlers[:] = [_ToOurLog(logging.WARNING)]
