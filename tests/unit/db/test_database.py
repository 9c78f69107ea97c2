"""Opening a database, and what is said when that cannot be."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from netnew.db.database import Database, open_database
from netnew.db.migrate import VERSION_TABLE, newest_revision
from netnew.db.tables import PREFIX, metadata, questions
from netnew.domain.errors import Conflict, InvalidInput, NetnewError, StoreBusy, StoreDamaged


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "netnew.db"


def opened(path: Path, query: str = "") -> None:
    async def open_it() -> None:
        async with open_database(f"sqlite:///{path}{query}"):
            pass

    asyncio.run(open_it())


def row(id_: str, type_: str | None = "t") -> dict[str, str | None]:
    return {
        "id": id_,
        "workspace_id": "w",
        "entity_type": type_,
        "condition_key": "c",
        "judge_profile": "p",
    }


def insert(
    connection: sa.Connection, rows: Sequence[dict[str, str | None]]
) -> list[str | NetnewError]:
    connection.execute(sa.insert(questions), rows)
    return [str(row["id"]) for row in rows]


async def ids(database: Database) -> set[str]:
    return await database.read(lambda c: set(c.scalars(sa.select(questions.c.id))))


def test_a_new_database_is_made_with_its_folder_and_has_the_tables(path: Path) -> None:
    opened(path)
    with sqlite3.connect(path) as connection:
        names = {name for (name,) in connection.execute("select name from sqlite_master")}
        mode = connection.execute("pragma journal_mode").fetchone()
        revision = connection.execute(f"select version_num from {VERSION_TABLE}").fetchone()
    connection.close()
    assert set(metadata.tables) <= names
    assert all(name.startswith((PREFIX, "sqlite_")) for name in names)
    assert mode == ("wal",)
    assert revision == (newest_revision(),)


def test_other_peoples_tables_in_the_file_are_left_alone(path: Path) -> None:
    opened(path)
    with sqlite3.connect(path) as connection:
        connection.execute("create table queues (name text)")
        connection.execute("insert into queues values ('a')")
    opened(path)
    assert connection.execute("select name from queues").fetchall() == [("a",)]
    connection.close()


def test_a_database_of_a_newer_version_is_refused_by_name(path: Path) -> None:
    opened(path)
    with sqlite3.connect(path) as connection:
        connection.execute(f"update {VERSION_TABLE} set version_num = '9999'")
    connection.close()
    with pytest.raises(StoreDamaged, match=r"netnew\.db: made by a newer version .* 9999"):
        opened(path)


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("these are notes, no database\n" * 100)
    with pytest.raises(StoreDamaged, match=r"notes\.txt: the file is not a database"):
        opened(path)
    assert path.read_text().startswith("these are notes")


def test_a_read_only_file_can_be_read_and_refuses_writes_by_name(path: Path) -> None:
    async def work() -> None:
        async with open_database(f"sqlite:///file:{path}?mode=ro&uri=true") as database:
            assert await ids(database) == set()
            with pytest.raises(StoreDamaged, match=r"netnew\.db: it is read-only"):
                await database.write(insert, row("a"))

    opened(path)
    asyncio.run(work())


def test_a_folder_that_cannot_be_written_is_refused_by_name() -> None:
    program = (
        "import asyncio, os, sys\n"
        "from netnew.db.database import open_database\n"
        "from netnew.domain.errors import StoreDamaged\n"
        "if os.geteuid() == 0: os.setuid(65534)  # nothing is read-only to root\n"
        "async def main():\n"
        "    async with open_database(sys.argv[1]): pass\n"
        "try: asyncio.run(main())\n"
        "except StoreDamaged as error: print(error)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o555)
        command = [sys.executable, "-c", program, f"sqlite:///{folder}/netnew.db"]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.stderr, ended.returncode) == ("", 0)
    assert ended.stdout.startswith(f"{folder}/netnew.db: it cannot be opened")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreDamaged, match=r"cannot make the folder .*/file"):
        opened(tmp_path / "file" / "netnew.db")


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreDamaged, match="it cannot be opened"):
        opened(tmp_path)


@pytest.mark.parametrize("url", ["", "netnew.db", "mysql://host/x"])
def test_an_address_of_no_known_kind_is_refused(url: str) -> None:
    async def open_it() -> None:
        async with open_database(url):
            pass

    with pytest.raises(InvalidInput) as caught:
        asyncio.run(open_it())
    assert caught.value.field == "database_url"


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(StoreDamaged, match="must be a file"):
        opened(Path(":memory:"))


def test_a_full_disk_is_said_and_what_was_written_stays(path: Path) -> None:
    async def work() -> None:
        async with open_database(f"sqlite:///{path}") as database:
            await database.write(insert, row("before"))
            await database.write(_leave_no_room, None)
            with pytest.raises(StoreDamaged, match=r"netnew\.db: the disk is full"):
                await database.write(insert, row("x" * 1_000_000))
            assert await ids(database) == {"before"}

    asyncio.run(work())


def _leave_no_room(connection: sa.Connection, asked: Sequence[None]) -> list[NetnewError | None]:
    connection.exec_driver_sql("pragma max_page_count = 1")  # the least is what it has now
    return [None] * len(asked)


def test_a_disk_that_takes_nothing_more_fails_the_check(tmp_path: Path) -> None:
    program = (
        "import asyncio, os, resource, sys\n"
        "from netnew.db.database import open_database\n"
        "from netnew.domain.errors import StoreDamaged\n"
        "async def main():\n"
        "    async with open_database(f'sqlite:///{sys.argv[1]}') as database:\n"
        "        await database.check()\n"
        "        size = os.path.getsize(f'{sys.argv[1]}-wal')\n"
        "        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))\n"
        "        try: await database.check()\n"
        "        except StoreDamaged as error: print(error)\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "netnew.db")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.stderr, ended.returncode) == ("", 0)
    assert "netnew.db: the disk" in ended.stdout


def test_a_read_only_database_fails_the_check(path: Path) -> None:
    async def work() -> None:
        async with open_database(f"sqlite:///file:{path}?mode=ro&uri=true") as database:
            with pytest.raises(StoreDamaged, match="it is read-only"):
                await database.check()

    opened(path)
    asyncio.run(work())


def test_a_lock_held_elsewhere_is_waited_for(path: Path) -> None:
    async def work() -> None:
        async with open_database(f"sqlite:///{path}") as database:
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("begin immediate")
            write = asyncio.create_task(database.write(insert, row("a")))
            assert await ids(database) == set()
            other.execute("commit")
            other.close()
            assert await write == "a"

    asyncio.run(work())


def test_a_lock_that_is_never_given_up_is_busy(path: Path) -> None:
    async def work() -> None:
        async with open_database(f"sqlite:///{path}") as database:
            await database.write(_wait_for_nobody, None)
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("begin immediate")
            with pytest.raises(StoreBusy, match=r"netnew\.db: another process holds"):
                await database.write(insert, row("a"))
            other.close()
            assert await database.write(insert, row("b")) == "b"

    asyncio.run(work())


def _wait_for_nobody(connection: sa.Connection, asked: Sequence[None]) -> list[NetnewError | None]:
    connection.exec_driver_sql("pragma busy_timeout = 0")
    return [None] * len(asked)


def test_a_write_that_fails_fails_alone(path: Path) -> None:
    async def work() -> None:
        async with open_database(f"sqlite:///{path}") as database:
            rows = [row(str(n), None if n == 7 else "t") for n in range(20)]
            written = await asyncio.gather(
                *(database.write(insert, one) for one in rows), return_exceptions=True
            )
            assert isinstance(written.pop(7), sa.exc.IntegrityError)
            assert written == [str(n) for n in range(20) if n != 7]
            assert await ids(database) == {str(n) for n in range(20) if n != 7}

    asyncio.run(work())


def test_writes_that_wait_share_a_commit_in_their_order(path: Path) -> None:
    sizes: list[int] = []

    def counted(
        connection: sa.Connection, rows: Sequence[dict[str, str | None]]
    ) -> list[str | NetnewError]:
        sizes.append(len(rows))
        return insert(connection, rows)

    async def work() -> None:
        async with open_database(f"sqlite:///{path}") as database:
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("begin immediate")  # holds up the first commit
            tasks = [asyncio.create_task(database.write(counted, row(str(n)))) for n in range(50)]
            await asyncio.sleep(0)
            other.execute("commit")
            other.close()
            assert await asyncio.gather(*tasks) == [str(n) for n in range(50)]

    asyncio.run(work())
    assert sum(sizes) == 50
    assert len(sizes) <= 2


def test_a_closed_database_takes_nothing_more(path: Path) -> None:
    async def work() -> None:
        async with open_database(f"sqlite:///{path}") as database:
            pass
        with pytest.raises(Conflict, match="is closed"):
            await database.write(insert, row("a"))
        with pytest.raises(Conflict, match="is closed"):
            await ids(database)

    asyncio.run(work())


def test_one_database_serves_several_event_loops(path: Path) -> None:
    async def work() -> None:
        async with open_database(f"sqlite:///{path}") as database:

            def elsewhere(name: str) -> str:
                return asyncio.run(database.write(insert, row(name)))  # type: ignore[arg-type]

            names = await asyncio.gather(*(asyncio.to_thread(elsewhere, n) for n in "abc"))
            assert names == ["a", "b", "c"]
            assert await ids(database) == {"a", "b", "c"}

    asyncio.run(work())
