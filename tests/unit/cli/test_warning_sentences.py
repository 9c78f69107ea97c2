from __future__ import annotations

from typing import Any

import pytest
import structlog

from netnew.cli.warning_sentences import MAX_OF_A_KIND, WarningSentences, sentence_of


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (
            {"event": "plan_by_rules", "problem": "m is away"},
            "the model could not read the question, so rules did: m is away",
        ),
        ({"event": "plan_by_rules"}, "plan by rules"),
        ({"event": "something_new", "url": "u", "error": "E: x"}, "something new (url u): E: x"),
        ({"event": "run_1 failed", "level": "warning", "run": "run_1"}, "run_1 failed"),
        ({"event": "two\nlines \x1b[31m"}, "two lines [31m"),
    ],
)
def test_an_event_is_a_sentence(event: dict[str, Any], sentence: str) -> None:
    assert sentence_of(event) == sentence


def test_the_same_is_said_once_and_more_of_a_kind_are_counted() -> None:
    told = WarningSentences()
    said = []
    for number in (1, 1, *range(2, 8)):
        try:
            said.append(told(None, "warning", {"event": "row_left_out", "row": number}))
        except structlog.DropEvent:
            continue
    assert said == [f"Warning: row left out (row {n})" for n in range(1, MAX_OF_A_KIND + 1)]
    (more,) = told.left_out()
    assert more.startswith("Warning: 4 more warnings like 'row left out'")
    assert told.left_out() == []
