"""HOME is its owner's alone; one that cannot be written can still be read."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from netnew.bootstrap import open_app
from netnew.domain.run import RunSpec
from netnew.settings import Settings

# To root nothing is read-only, but for what it may do beyond others: that is given up first.
WITHOUT_PRIVILEGES = (
    "import ctypes, sys\n"
    "version, nothing = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()\n"
    "assert ctypes.CDLL(None).capset(version, nothing) == 0\n"
    "sys.argv[0] = 'netnew'\n"
    "from netnew.cli.main import app\n"
    "app()\n"
)
BEGIN_AND_DIE = (
    "import asyncio, os, sys\n"
    "from pathlib import Path\n"
    "from netnew.bootstrap import open_app\n"
    "from netnew.domain.run import RunSpec\n"
    "from netnew.settings import Settings\n"
    "async def main():\n"
    "    settings = Settings(home=Path(sys.argv[1]), sources=('pyenv',), judge='rules')\n"
    "    async with open_app(settings) as app:\n"
    "        print((await app.service.create_run(RunSpec('all kettles', 'kettle'))).id)\n"
    "        sys.stdout.flush()\n"
    "        os._exit(0)\n"
    "asyncio.run(main())\n"
)


def begin_run(home: Path) -> str:
    async def work() -> str:
        settings = Settings(home=home, sources=("pyenv",), judge="rules")
        async with open_app(settings) as app:
            return (await app.service.create_run(RunSpec("all kettles", "kettle"))).id

    return asyncio.run(work())


def others_may(home: Path) -> list[str]:
    """What in `home` anybody but the owner may do anything with."""
    paths = [home, *home.rglob("*")]
    return [str(x) for x in paths if stat.S_IMODE(x.stat().st_mode) & 0o077]


def test_home_is_private_from_the_beginning(tmp_path: Path) -> None:
    home = tmp_path / "home"
    begin_run(home)
    assert (home / "netnew.db").is_file()
    assert others_may(home) == []


def test_what_exists_becomes_private(tmp_path: Path) -> None:
    home = tmp_path / "home"
    begin_run(home)
    (home / "corpora" / "mine" / "index").mkdir(parents=True)
    (home / "corpora" / "mine" / "pages.sqlite").touch()
    (home / "logs").mkdir()
    (home / "logs" / "errors.log").touch()
    for path in [home, *home.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    begin_run(home)
    assert others_may(home) == []


def test_other_files_in_home_stay_as_they_are(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.touch()
    notes.chmod(0o644)
    begin_run(tmp_path)
    assert stat.S_IMODE(notes.stat().st_mode) == 0o644


def make_read_only(home: Path) -> None:
    for path in [home, *home.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def netnew(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NETNEW_")}
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_PRIVILEGES, *arguments],
        env={**environment, "NETNEW_HOME": str(home)},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_read_only_home_can_be_read_and_says_that_it_is(tmp_path: Path) -> None:
    home = tmp_path / "home"
    run = begin_run(home)
    make_read_only(home)
    for command in (("list",), ("show", "last"), ("result", "last"), ("events", "last")):
        shown = netnew(home, "runs", *command)
        assert shown.returncode == 0, shown.stderr
        assert "read-only" not in shown.stderr
    assert run in netnew(home, "runs", "show", "last").stdout
    exported = tmp_path / "out"
    exported.mkdir()
    done = netnew(home, "runs", "export", "last", "--all", "-o", str(exported / "found.csv"))
    assert done.returncode == 0, done.stderr
    assert (exported / "found.csv").is_file()
    for command in (
        ("runs", "delete", "last", "--yes"),
        ("find", "Kettles", "--source", "pyenv", "--judge", "rules", "-q"),
        ("serve", "--port", "0"),
        ("worker", "--until-idle"),
    ):
        refused = netnew(home, *command)
        assert refused.returncode == 1
        assert f"{home}/netnew.db: it is read-only" in refused.stderr


def test_corpora_of_a_read_only_home_are_read_and_not_changed(tmp_path: Path) -> None:
    home, pages = tmp_path / "home", tmp_path / "pages"
    begin_run(home)
    pages.mkdir()
    (pages / "a.html").write_text("<title>A kettle</title><p>It whistles.</p>")
    assert netnew(home, "corpus", "add", "mine", str(pages), "-q").returncode == 0
    make_read_only(home)
    for command in (
        ("add", "other", str(pages)),
        ("add", "mine", str(pages)),
        ("remove", "mine"),
    ):
        refused = netnew(home, "corpus", *command)
        assert refused.returncode == 1
        assert f"{home}/corpora/{command[1]}: it is read-only: " in refused.stderr
        assert "Errno" not in refused.stderr
    assert "mine" in netnew(home, "corpus", "list").stdout
    found = netnew(home, "corpus", "search", "mine", "whistles")
    assert found.returncode == 0, found.stderr
    assert "A kettle" in found.stdout


@pytest.mark.parametrize(
    ("command", "variables"),
    [
        # The folder it is called in is gone, so that no settings can be loaded.
        (("runs", "list"), {}),
        # A path that is longer than any may be.
        (("db", "check"), {"NETNEW_DATABASE_URL": f"sqlite:////{'x' * 5_000}"}),
    ],
    ids=["before settings", "db"],
)
def test_unexpected_errors_of_every_command_keep_their_stack(
    tmp_path: Path, command: tuple[str, ...], variables: dict[str, str]
) -> None:
    home, gone = tmp_path / "home", tmp_path / "gone"
    gone.mkdir()
    enter = "/" if variables else str(gone)
    program = [sys.executable, "-m", "netnew", *command]
    done = subprocess.run(
        ["sh", "-c", f'cd {enter} && rmdir {gone} && exec "$@"', "sh", *program],
        env={**os.environ, "NETNEW_HOME": str(home), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    log = home / "logs" / "errors.log"
    assert done.returncode == 1
    assert "netnew: unexpected error: " in done.stderr
    assert f"(details in {log})" in done.stderr
    assert "Traceback" in log.read_text()
    assert others_may(home) == []


def test_an_export_of_a_read_only_home_says_that_it_is_not_audited(tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "found.csv"
    begin_run(home)
    make_read_only(home)
    done = netnew(home, "runs", "export", "last", "--all", "-o", str(out))
    assert done.returncode == 0
    assert done.stderr.strip() == (
        "netnew: HOME is read-only, so this export is not in the audit log"
    )


def test_doctor_tells_what_a_read_only_home_is_good_for(tmp_path: Path) -> None:
    home = tmp_path / "home"
    begin_run(home)
    make_read_only(home)
    done = netnew(home, "doctor", "--json")
    document = json.loads(done.stdout)
    checks = {x["name"]: x for x in document["checks"]}
    assert document["ok"] is True
    assert checks["home"]["health"] == "note"
    assert "can be read but not written: runs list" in checks["home"]["detail"]
    assert checks["database"]["health"] == "ok"


@pytest.mark.parametrize("has_shared_memory", [True, False])
def test_the_commits_of_a_killed_writer_are_read(tmp_path: Path, has_shared_memory: bool) -> None:
    home = tmp_path / "home"
    killed = subprocess.run(
        [sys.executable, "-c", BEGIN_AND_DIE, str(home)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (home / "netnew.db-wal").stat().st_size > 0
    if not has_shared_memory:
        (home / "netnew.db-shm").unlink()
    make_read_only(home)
    shown = netnew(home, "runs", "show", "last")
    assert shown.returncode == 0, shown.stderr
    assert killed.stdout.strip() in shown.stdout
