"""Log lines that any client can cause come a few at a time."""

from __future__ import annotations

import logging

import pytest

from netnew.api.log_damping import RepeatedLogFilter, damped_logs


def test_of_many_lines_a_few_pass_and_the_next_period_says_how_many_did_not() -> None:
    now = 0.0
    damper = RepeatedLogFilter(most=2, period_s=10, monotonic=lambda: now)
    assert [damper.count("a")[0] for _ in range(5)] == [True, True, False, False, False]
    assert damper.count("b") == (True, 0)
    now = 10.0
    assert damper.count("a") == (True, 3)
    assert damper.count("a") == (True, 0)


def test_kinds_differ_by_what_is_said_not_by_whom(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("netnew.tests.damped")
    with damped_logs(logger.name), caplog.at_level(logging.INFO, logger.name):
        for number in range(20):
            logger.info("refused: %s", number)
        logger.info("something else")
    assert [x.getMessage() for x in caplog.records] == [
        *(f"refused: {x}" for x in range(5)),
        "something else",
    ]
    with caplog.at_level(logging.INFO, logger.name):
        logger.info("refused: %s", "after")
    assert caplog.messages[-1] == "refused: after"
