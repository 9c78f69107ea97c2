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
    assert "gives access to workspace local" in made.stderr
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


def test_a_key_may_be_read_only_and_expire_and_the_list_says_so() -> None:
    made = keys("create", "report", "--read-only", "--expires", "30d")
    assert ", read-only, until " in made.stderr
    keys("create", "short", "--expires", "2999-12-31")
    listed = keys("list").stdout
    header, *rows = listed.splitlines()
    assert header.split() == [
        *("KEY", "NAME", "WORKSPACE", "SCOPE", "CREATED", "EXPIRES", "LAST", "USE", "STATE")
    ]
    assert [row.split()[3] for row in rows] == ["full", "read-only"]
    assert "2999-12-31 00:00" in rows[0]
    assert all("never used" in row and row.endswith("in force") for row in rows)
    (newest, _) = json.loads(keys("list", "--json").stdout)
    assert newest["expires_at"] == "2999-12-31T00:00:00+00:00"
    assert newest["scope"] == "full"


def test_rotating_shows_the_new_key_alone_and_lets_the_old_one_expire() -> None:
    old = json.loads(keys("create", "a", "--json").stdout)
    rotated = keys("rotate", old["id"], "--overlap", "0m")
    assert rotated.stdout.strip().startswith("nn_")
    assert rotated.stdout.strip() != old["key"]
    assert f"{old['id']} expires in 0m" in rotated.stderr
    listed = json.loads(keys("list", "--json").stdout)
    assert [x["id"] == old["id"] for x in listed] == [False, True]
    assert "expired" in keys("list").stdout
    again = keys("rotate", old["id"])
    assert (again.exit_code, again.stdout) == (2, "")
    assert again.stderr == f"netnew: {old['id']} is expired; create a new key\n"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("create", "a", "--expires", "soon"), "--expires: 'soon' is not a duration or date"),
        (("create", "a", "--expires", "2020-01-01"), "--expires: '2020-01-01' has passed"),
        (("create", "a", "--expires", "0d"), "--expires: "),
        (("rotate", "key_x", "--overlap", "-1h"), "--overlap: '-1h' is not a duration"),
        (("rotate", "key_x", "--overlap", "99999d"), "--overlap: '99999d' is not a duration"),
        (("rotate", "key_x"), "no key 'key_x'"),
    ],
)
def test_wrong_times_and_keys_are_refused(words: tuple[str, ...], problem: str) -> None:
    done = keys(*words)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"netnew: {problem}")
    assert json.loads(keys("list", "--json").stdout) == []
