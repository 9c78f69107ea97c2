from __future__ import annotations

import pytest

from netnew.llms.call_report import shortened


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  I would\n say\tyes ", "I would say yes"),
        ("\x1b[31mred\x07", "[31mred"),
        ("key is topsecret!", "key is ***!"),
        ("api_key=abcdef rest", "*** rest"),
        ("Authorization: Bearer abc.def rest", "Authorization: *** rest"),
        ("got sk-0123456789abc", "got ***"),
        ("the key points of it", "the key points of it"),
        ("", ""),
    ],
)
def test_what_a_model_said_is_told_on_one_line_without_secrets(text: str, shown: str) -> None:
    assert shortened(text, "topsecret") == shown


def test_what_is_long_is_cut() -> None:
    assert shortened("x" * 10_000) == "x" * 99 + "…"
