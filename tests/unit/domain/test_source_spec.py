from __future__ import annotations

import pytest

from netnew.domain.errors import SourceUnavailable
from netnew.domain.source_spec import redacted


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("web:searxng=http://user:s3cret@host:8888/x", "web:searxng=http://host:8888/x"),
        ("web:searxng=https://token@host", "web:searxng=https://host"),
        ("sitemap:https://a.example/@b", "sitemap:https://a.example/@b"),
        ("pyenv", "pyenv"),
    ],
)
def test_a_login_in_an_address_is_not_shown(spec: str, expected: str) -> None:
    assert redacted(spec) == expected


def test_what_went_wrong_is_told_without_a_login() -> None:
    error = SourceUnavailable("web:searxng=http://u:p@host", "http://u:p@host/search says 500")
    assert str(error) == "source web:searxng=http://host: http://host/search says 500"
    assert error.problem == "http://host/search says 500"
