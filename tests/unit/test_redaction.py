"""What is kept of errors has no secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from netnew.error_log import ErrorLog
from netnew.redaction import hide, without_secrets


@pytest.mark.parametrize(
    "text",
    [
        "cannot connect to postgresql://me:s3cret-word@db.example/x",
        "GET https://api.example/v1?api_key=s3cret-word&q=pots failed",
        "{'x-api-key': 's3cret-word', 'accept': '*/*'}",
        '{"access_token": "s3cret-word"}',
        "Authorization: Basic s3cret-word",
        "headers: Bearer s3cret-word",
        "password=s3cret-word",
        "OPENAI_API_KEY=s3cret-word",
        "refused: sk-s3cret-word",
        "key nn_s3cret-word is unknown",
    ],
)
def test_what_looks_like_a_secret_is_left_out(text: str) -> None:
    kept = without_secrets(text)
    assert "s3cret-word" not in kept
    assert "[hidden]" in kept


def test_what_is_a_secret_is_left_out_however_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "plain-looking")
    hide("from-the-settings")
    kept = without_secrets("('plain-looking', 'from-the-settings', 'kettle')")
    assert kept == "('[hidden]', '[hidden]', 'kettle')"


@pytest.mark.parametrize(
    "text",
    [
        'File "/home/me/netnew/store/keys.py", line 12, in create',
        "KeyError: 'colour'",
        "https://kettles.example/pots?page=2",
        "no key 'key_0a1b2c3d4e5f'",
    ],
)
def test_the_rest_stays(text: str) -> None:
    assert without_secrets(text) == text


def test_the_error_log_has_no_secret(tmp_path: Path) -> None:
    log = ErrorLog()
    log.keep_in(tmp_path)
    path = log.record(RuntimeError("postgresql://me:s3cret-word@db/x is away"), "a kettle failed")
    assert path is not None
    assert "s3cret-word" not in path.read_text()
    assert "a kettle failed" in path.read_text()
