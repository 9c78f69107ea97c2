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
        "postgres://app:pa/s3cret-word@db/x",
        "postgres://app:p@ss/s3cret-word!@db/x",
        "postgres://app:it's\"s3cret-word@db/x",
        "http://app:1234:s3cret-word@db/x",
        "password='two words, s3cret-word'",
        '{"password": "a \\" quote, s3cret-word"}',
        r'{"body": "{\"password\": \"two words, s3cret-word\"}"}',
        "password=o'brien,s3cret-word",
        "[(b'accept', b'*/*'), (b'x-api-key', b'two words, s3cret-word')]",
        "[(b'authorization', b'Token s3cret-word')]",
        "[('cookie', 'a=b; c=s3cret-word')]",
        'cookie: a="b c"; d=s3cret-word',
        "{'set-cookie': 'session=s3cret-word; Path=/'}",
        'Authorization: Digest username="me", response="s3cret-word"',
        "GET https://store.example/x?sv=1&sig=s3cret-word&sp=r failed",
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
        "https://kettles.example:8080/pots?by=me@kettles.example",
        "https://kettles.example/pots:2@large",
        "[('accept', '*/*'), ('design', 'plain')]",
        "password=''",
    ],
)
def test_the_rest_stays(text: str) -> None:
    assert without_secrets(text) == text


@pytest.mark.parametrize(
    "part", ["key-", "key ", "key='", "key='\\", "key=,", "cookie", "://", "://a:", "bearer ", "a'"]
)
def test_the_time_grows_with_the_text_alone(part: str) -> None:
    # With an expression of quadratic time this takes more than the time limit of a test.
    assert len(without_secrets(part * 150_000)) > 0


def test_a_secret_where_a_long_error_is_cut_is_left_out(tmp_path: Path) -> None:
    log = ErrorLog()
    log.keep_in(tmp_path)
    for behind in range(49_900, 50_000, 5):
        log.record(RuntimeError(f"{'x' * 99_999} password=s3cret-word{'y' * behind}"), "failed")
    assert "cret-word" not in (tmp_path / "logs" / "errors.log.1").read_text()
    assert "cret-word" not in (tmp_path / "logs" / "errors.log").read_text()


def test_secrets_are_looked_for_while_other_errors_are_written(tmp_path: Path) -> None:
    log = ErrorLog()
    log.keep_in(tmp_path)

    class Asking(Exception):
        def __str__(self) -> str:  # asked for while the entry is made
            return str(log.record(RuntimeError("the inner one"), "failed"))

    assert log.record(Asking(), "failed") is not None
    assert "the inner one" in (tmp_path / "logs" / "errors.log").read_text()


def test_the_error_log_has_no_secret(tmp_path: Path) -> None:
    log = ErrorLog()
    log.keep_in(tmp_path)
    path = log.record(RuntimeError("postgresql://me:s3cret-word@db/x is away"), "a kettle failed")
    assert path is not None
    assert "s3cret-word" not in path.read_text()
    assert "a kettle failed" in path.read_text()
