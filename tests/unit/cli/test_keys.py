"""`netnew keys`, over a database of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from netnew.cli.main import app


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NETNEW_HOME", str(tmp_path))
    return tmp_path


def keys(*words: str) -> Result:
    return CliRunner().invoke(app, ["keys", *words])


def test_a_key_is_shown_once_alone_on_standard_output() -> None:
    made = keys("create", "crm import")
    secret = made.stdout.strip()
    assert secret.startswith("nn_")
    assert "opens workspace local" in made.stderr
    listed = keys("list")
    assert "crm import" in listed.stdout
    assert "never used" in listed.stdout
    assert secret not in listed.stdout + listed.stderr + keys("list", "--json").stdout


def test_a_key_of_another_workspace_is_made_by_name() -> None:
    made = json.loads(keys("create", "a", "--workspace", "sales", "--json").stdout)
    assert made["workspace_id"] == "sales"
    assert made["key"].startswith("nn_")
    assert made["revoked_at"] is None


def test_a_key_is_revoked_by_its_id() -> None:
    made = json.loads(keys("create", "a", "--json").stdout)
    assert "is revoked" in keys("revoke", made["id"]).stderr
    assert "revoked" in keys("list").stdout
    again = json.loads(keys("revoke", made["id"], "--json").stdout)
    assert again["revoked_at"] is not None


def test_a_wrong_workspace_is_refused_with_what_is_allowed() -> None:
    done = keys("create", "a", "--workspace", "Not One")
    assert done.exit_code == 2
    assert "workspace: 'Not One' is no name of one (allowed:" in done.stderr


def test_an_unknown_key_is_not_found() -> None:
    done = keys("revoke", "key_none")
    assert (done.exit_code, done.stderr) == (2, "netnew: no key 'key_none'\n")
