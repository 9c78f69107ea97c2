"""`netnew db`: does the database fit this version?"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from netnew.cli.main import app
from netnew.db.database import backend_of
from netnew.db.migrate import VERSION_TABLE, newest_revision, upgrade_to

NEWEST = newest_revision()


@pytest.fixture(params=["sqlite", "postgres"])
def url(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    bare_environment: None,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """The address of a database that is not made yet; it is what the settings name."""
    address = f"sqlite:///{tmp_path / 'home' / 'netnew.db'}"
    if request.param == "postgres":
        address = str(request.getfixturevalue("empty_postgres_url"))
    monkeypatch.setenv("NETNEW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NETNEW_DATABASE_URL", address)
    return address


def netnew(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), prog_name="netnew")


def set_revision(url: str, revision: str) -> None:
    engine = backend_of(url).writer()
    with engine.begin() as connection:
        connection.execute(sa.text(f"update {VERSION_TABLE} set version_num = '{revision}'"))
    engine.dispose()


def make_of_revision(url: str, revision: str) -> None:
    backend = backend_of(url)
    backend.make_room()
    engine = backend.writer()
    with engine.begin() as connection:
        upgrade_to(connection, backend, revision)
    engine.dispose()


def test_a_database_that_is_not_made_yet_is_said_to_be_and_is_not_made(
    url: str, tmp_path: Path
) -> None:
    checked = netnew("db", "check")
    assert checked.exit_code == 1
    assert f"no tables yet; schema {NEWEST} is created on first use" in checked.stdout
    assert not (tmp_path / "home").exists()
    assert netnew("db", "check").stdout == checked.stdout


def test_it_is_made_and_then_up_to_date(url: str) -> None:
    made = netnew("db", "upgrade")
    assert (made.exit_code, made.stderr) == (0, "")
    assert made.stdout.endswith(f": created with schema {NEWEST}\n")
    checked = netnew("db", "check")
    assert checked.exit_code == 0
    kind = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    assert checked.stdout.startswith(f"{kind} ")
    assert checked.stdout.endswith(f": up to date (schema {NEWEST})\n")
    assert netnew("db", "upgrade").stdout == checked.stdout


def test_an_older_one_is_brought_up_to_date(url: str) -> None:
    make_of_revision(url, "0001")
    checked = netnew("db", "check")
    assert checked.exit_code == 1
    assert f"schema 0001, but this version needs {NEWEST}; run: netnew db upgrade" in checked.stdout
    upgraded = netnew("db", "upgrade")
    assert (upgraded.exit_code, upgraded.stderr) == (0, "")
    assert upgraded.stdout.endswith(f": from schema 0001 to {NEWEST}\n")
    assert netnew("db", "check").exit_code == 0


@pytest.mark.parametrize("number", ["0001", "0004"])
def test_one_whose_number_was_set_back_is_half_migrated_and_left_alone(
    url: str, number: str
) -> None:
    netnew("db", "upgrade")
    set_revision(url, number)
    checked = netnew("db", "check")
    assert checked.exit_code == 1
    assert f"half-migrated: its number says schema {number}, but it has fa_" in checked.stdout
    for command in (("db", "upgrade"), ("runs", "list")):
        refused = netnew(*command)
        assert refused.exit_code == 1
        assert f"half-migrated (its number says schema {number}" in refused.stderr
        assert refused.stderr.count("\n") == 1
    assert json.loads(netnew("db", "check", "--json").stdout)["found"] == number


def test_one_that_was_stopped_between_two_migrations_goes_on(url: str) -> None:
    make_of_revision(url, "0004")
    assert netnew("db", "upgrade").exit_code == 0
    assert netnew("db", "check").exit_code == 0


def test_a_newer_one_is_left_alone(url: str) -> None:
    make_of_revision(url, NEWEST)
    set_revision(url, "9999")
    checked = netnew("db", "check")
    assert checked.exit_code == 1
    assert "schema 9999 is from a newer version" in checked.stdout
    upgraded = netnew("db", "upgrade")
    assert upgraded.exit_code == 1
    assert "made by a newer version of netnew (schema 9999" in upgraded.stderr


def test_all_of_it_comes_as_json(url: str) -> None:
    make_of_revision(url, "0001")
    checked = json.loads(netnew("db", "check", "--json").stdout)
    # The server's folder stands for the host; the file's address is a path.
    assert checked["place"] == url.removeprefix("sqlite:///").replace("postgres:@", "postgres@")
    assert (checked["found"], checked["wanted"], checked["age"]) == ("0001", NEWEST, "behind")
    upgraded = json.loads(netnew("db", "upgrade", "--json").stdout)
    assert (upgraded["before"], upgraded["found"]) == ("0001", NEWEST)
    assert upgraded["age"] == "current"


@pytest.mark.parametrize("command", ["check", "upgrade"])
def test_a_server_that_is_not_there_is_said(
    command: str, bare_environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETNEW_DATABASE_URL", "postgresql://me:s3cret@127.0.0.1:1/x")
    ended = netnew("db", command)
    assert ended.exit_code == 1
    assert "postgresql://me@127.0.0.1:1/x: it cannot be reached" in ended.output
    assert "s3cret" not in ended.output


def test_a_file_that_is_no_database_is_said_and_left_as_it_is(
    tmp_path: Path, bare_environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are notes, no database\n" * 100)
    monkeypatch.setenv("NETNEW_DATABASE_URL", f"sqlite:///{path}")
    checked = netnew("db", "check", "--json")
    assert checked.exit_code == 1
    assert json.loads(checked.stdout)["age"] == "unreachable"
    assert "the file is not a database" in json.loads(checked.stdout)["problem"]
    assert path.read_text().startswith("these are notes")


@pytest.mark.parametrize("what", ["drop table fa_events", "alter table fa_events drop column kind"])
def test_one_that_lacks_a_part_is_incomplete(url: str, what: str) -> None:
    make_of_revision(url, NEWEST)
    engine = backend_of(url).writer()
    with engine.begin() as connection:
        connection.execute(sa.text(what))
    engine.dispose()
    checked = netnew("db", "check")
    assert checked.exit_code == 1
    assert "incomplete: it lacks fa_events" in checked.stdout
    assert json.loads(netnew("db", "check", "--json").stdout)["age"] == "incomplete"


def test_one_without_the_number_of_its_schema_is_incomplete_and_left_alone(url: str) -> None:
    make_of_revision(url, NEWEST)
    engine = backend_of(url).writer()
    with engine.begin() as connection:
        connection.execute(sa.text(f"drop table {VERSION_TABLE}"))
    engine.dispose()
    assert "it lacks the number of its schema" in netnew("db", "check").stdout
    upgraded = netnew("db", "upgrade")
    assert upgraded.exit_code == 1
    assert "the database is incomplete" in upgraded.stderr


def test_an_empty_file_is_as_none_and_is_made(tmp_path: Path, url: str) -> None:
    if url.startswith("sqlite"):
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "netnew.db").touch()
    assert "no tables yet" in netnew("db", "check").stdout
    assert netnew("db", "upgrade").exit_code == 0
    assert netnew("db", "check").exit_code == 0


def test_an_address_of_no_known_kind_is_wrong_usage(
    bare_environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETNEW_DATABASE_URL", "mysql://me:s3cret@host/x")
    ended = netnew("db", "check")
    assert ended.exit_code == 2
    assert "(allowed: sqlite:///path, postgresql://user:password@host/name)" in ended.stderr


@pytest.mark.parametrize("what", ["drop table fa_events", "alter table fa_events drop column kind"])
def test_one_that_lacks_a_part_is_not_used(url: str, what: str) -> None:
    make_of_revision(url, NEWEST)
    engine = backend_of(url).writer()
    with engine.begin() as connection:
        connection.execute(sa.text(what))
    engine.dispose()
    listed = netnew("runs", "list")
    assert listed.exit_code == 1
    assert "the database is incomplete (it lacks fa_events" in listed.stderr


def test_an_emptied_file_of_a_home_in_use_is_told_and_left_as_it_is(
    tmp_path: Path, bare_environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETNEW_HOME", str(tmp_path))
    assert netnew("keys", "create", "a").exit_code == 0
    for end in ("-wal", "-shm"):
        (tmp_path / f"netnew.db{end}").unlink(missing_ok=True)
    path = tmp_path / "netnew.db"
    path.write_bytes(b"")
    for words in (("db", "check"), ("runs", "list"), ("keys", "audit"), ("db", "upgrade")):
        told = netnew(*words)
        assert told.exit_code == 1
        assert "the file is empty (0 bytes), and this HOME has been in use" in told.output
    assert path.stat().st_size == 0
    path.unlink()
    assert netnew("runs", "list").exit_code == 0


def test_an_empty_file_of_a_new_home_is_a_new_database(
    tmp_path: Path, bare_environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETNEW_HOME", str(tmp_path))
    (tmp_path / "netnew.db").touch()
    assert netnew("runs", "list").exit_code == 0


def test_the_file_of_another_program_is_refused_and_not_touched(
    tmp_path: Path, bare_environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "notes.db"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE notes (text TEXT)")
        db.execute("INSERT INTO notes VALUES ('mine')")
    db.close()
    before = path.read_bytes()
    monkeypatch.setenv("NETNEW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NETNEW_DATABASE_URL", f"sqlite:///{path}")
    for command in (("runs", "list"), ("db", "check"), ("db", "upgrade"), ("keys", "list")):
        refused = netnew(*command)
        assert refused.exit_code == 1
        assert "it is the database of another program (it has notes);" in refused.output
    assert path.read_bytes() == before
    assert [x.name for x in tmp_path.glob("notes*")] == ["notes.db"]


def test_a_file_without_tables_becomes_a_database(
    tmp_path: Path, bare_environment: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETNEW_HOME", str(tmp_path / "home"))
    empty, without_tables = tmp_path / "empty.db", tmp_path / "bare.db"
    empty.touch()
    with sqlite3.connect(without_tables) as db:
        db.execute("PRAGMA user_version = 7")
    db.close()
    for path in (empty, without_tables):
        monkeypatch.setenv("NETNEW_DATABASE_URL", f"sqlite:///{path}")
        assert netnew("runs", "list").exit_code == 0
        assert netnew("db", "check").exit_code == 0
