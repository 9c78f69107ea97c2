"""Keys as they are kept, over both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa

from netnew.db.database import Database, open_database
from netnew.db.tables import keys as rows
from netnew.domain.api_key import KeyScope
from netnew.domain.errors import Conflict, InvalidInput, NotFound, StoreBusy
from netnew.domain.ids import LOCAL_WORKSPACE, WorkspaceId
from netnew.store.api_keys import SqlKeys
from tests.support.databases import KINDS, new_database

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass
class MovingClock:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - NOW).total_seconds()


@dataclass
class Desk:
    keys: SqlKeys
    database: Database
    clock: MovingClock


Work = Callable[[Desk], Awaitable[None]]
Check = Callable[[Work], None]


@pytest.fixture(params=KINDS)
def check(request: pytest.FixtureRequest, tmp_path: Path) -> Check:
    """Runs a test over a new database."""
    url = new_database(request.param, request, tmp_path)

    def run(work: Work) -> None:
        async def with_desk() -> None:
            clock = MovingClock()
            async with open_database(url) as database:
                await work(Desk(SqlKeys(database, clock), database, clock))

        asyncio.run(with_desk())

    return run


def test_a_key_opens_its_workspace_and_no_other_secret_does(check: Check) -> None:
    async def work(desk: Desk) -> None:
        key, secret = await desk.keys.create(" crm ", WorkspaceId("sales"))
        assert (key.name, key.workspace_id, key.created_at) == ("crm", "sales", NOW)
        opened = await desk.keys.opened_by(secret)
        assert opened is not None
        assert (opened.id, opened.workspace_id) == (key.id, "sales")
        for wrong in ("", secret[:-1], secret.upper(), key.id, "nn_" + "0" * 40, "\x00", "\ud800"):
            assert await desk.keys.opened_by(wrong) is None

    check(work)


def test_a_secret_is_long_and_kept_nowhere(check: Check) -> None:
    async def work(desk: Desk) -> None:
        made = [await desk.keys.create("a", LOCAL_WORKSPACE) for _ in range(20)]
        secrets = {secret for _, secret in made}
        assert len(secrets) == 20
        assert all(x.startswith("nn_") and len(x) == 43 for x in secrets)
        kept = await desk.database.read(
            lambda connection: connection.execute(sa.select(rows)).all()
        )
        assert not [x for x in secrets if x in str(kept) or x[3:] in str(kept)]

    check(work)


def test_a_revoked_key_opens_nothing_from_then_on(check: Check) -> None:
    async def work(desk: Desk) -> None:
        key, secret = await desk.keys.create("a", LOCAL_WORKSPACE)
        assert await desk.keys.any_in_force()
        assert await desk.keys.is_in_force(key.id)
        revoked = await desk.keys.revoke(key.id)
        assert revoked.revoked_at == NOW
        assert not revoked.is_in_force(NOW)
        assert await desk.keys.opened_by(secret) is None
        assert not await desk.keys.any_in_force()
        assert not await desk.keys.is_in_force(key.id)
        desk.clock.at += timedelta(days=1)
        assert (await desk.keys.revoke(key.id)).revoked_at == NOW
        with pytest.raises(NotFound):
            await desk.keys.revoke("key_none")

    check(work)


def test_a_key_opens_until_it_expires_and_is_known_as_made_afterwards(check: Check) -> None:
    async def work(desk: Desk) -> None:
        until = NOW + timedelta(days=30)
        key, secret = await desk.keys.create(
            "a", LOCAL_WORKSPACE, scope=KeyScope.READ_ONLY, expires_at=until
        )
        assert (key.scope, key.expires_at) == (KeyScope.READ_ONLY, until)
        desk.clock.at = until - timedelta(microseconds=1)
        opened = await desk.keys.opened_by(secret)
        assert opened is not None
        assert (opened.scope, opened.expires_at) == (KeyScope.READ_ONLY, until)
        assert await desk.keys.is_in_force(key.id)
        desk.clock.at = until
        assert await desk.keys.opened_by(secret) is None
        assert not await desk.keys.is_in_force(key.id)
        assert not await desk.keys.any_in_force()
        assert await desk.keys.any_made()
        with pytest.raises(InvalidInput, match="expires: 2026-01-31 12:00 UTC has passed"):
            await desk.keys.create("b", LOCAL_WORKSPACE, expires_at=until)

    check(work)


def test_a_rotated_key_and_its_successor_both_open_during_the_overlap(check: Check) -> None:
    async def work(desk: Desk) -> None:
        old, old_secret = await desk.keys.create(
            "crm", WorkspaceId("sales"), scope=KeyScope.READ_ONLY
        )
        new, new_secret = await desk.keys.rotate(old.id, timedelta(hours=24))
        assert new.id != old.id
        assert new_secret != old_secret
        same = (new.name, new.workspace_id, new.scope, new.expires_at)
        assert same == ("crm", "sales", KeyScope.READ_ONLY, None)
        desk.clock.at += timedelta(hours=23, minutes=59)
        for secret, key in ((old_secret, old), (new_secret, new)):
            opened = await desk.keys.opened_by(secret)
            assert opened is not None
            assert opened.id == key.id
        desk.clock.at += timedelta(minutes=1)
        assert await desk.keys.opened_by(old_secret) is None
        assert await desk.keys.opened_by(new_secret) is not None
        with pytest.raises(Conflict, match="is expired"):
            await desk.keys.rotate(old.id, timedelta())
        await desk.keys.revoke(new.id)
        with pytest.raises(Conflict, match="is revoked"):
            await desk.keys.rotate(new.id, timedelta())
        with pytest.raises(NotFound):
            await desk.keys.rotate("key_none", timedelta())
        assert len(await desk.keys.list()) == 2

    check(work)


def test_rotating_never_lets_a_key_live_longer(check: Check) -> None:
    async def work(desk: Desk) -> None:
        in_two_days = NOW + timedelta(days=2)
        old, _ = await desk.keys.create("a", LOCAL_WORKSPACE, expires_at=in_two_days)
        desk.clock.at += timedelta(days=1)
        new, _ = await desk.keys.rotate(old.id, timedelta(days=7))
        assert new.expires_at == NOW + timedelta(days=3)  # two days again
        expiries = {x.id: x.expires_at for x in await desk.keys.list()}
        assert expiries[old.id] == in_two_days
        later = NOW + timedelta(days=90)
        newer, _ = await desk.keys.rotate(new.id, timedelta(), expires_at=later)
        assert newer.expires_at == later
        assert not await desk.keys.is_in_force(new.id)

    check(work)


def test_a_key_is_rotated_once_and_its_successor_lives_as_long_as_it_was_made_for(
    check: Check,
) -> None:
    async def work(desk: Desk) -> None:
        month = timedelta(days=30)
        old, _ = await desk.keys.create("a", LOCAL_WORKSPACE, expires_at=NOW + month)
        new, secret = await desk.keys.rotate(old.id, timedelta(hours=24))
        again = f"{old.id} was rotated before, its successor is {new.id}; rotate that one"
        with pytest.raises(Conflict, match=again):
            await desk.keys.rotate(old.id, timedelta(hours=24))
        desk.clock.at += timedelta(hours=1)
        newest, _ = await desk.keys.rotate(new.id, timedelta(hours=24))
        assert newest.expires_at == desk.clock.at + month
        assert await desk.keys.opened_by(secret) is not None
        successors = {x.id: x.successor_id for x in await desk.keys.list()}
        assert successors == {old.id: new.id, new.id: newest.id, newest.id: None}

    check(work)


def test_of_rotations_at_the_same_time_one_succeeds(check: Check) -> None:
    async def work(desk: Desk) -> None:
        old, _ = await desk.keys.create("a", LOCAL_WORKSPACE)
        rotations = (desk.keys.rotate(old.id, timedelta(hours=1)) for _ in range(5))
        done = await asyncio.gather(*rotations, return_exceptions=True)
        made = [x for x in done if not isinstance(x, BaseException)]
        assert len(made) == 1
        assert sum(isinstance(x, Conflict) for x in done) == 4
        assert len(await desk.keys.list()) == 2

    check(work)


@pytest.mark.parametrize("overlap", [timedelta(microseconds=-1), timedelta.max])
def test_an_overlap_has_bounds(check: Check, overlap: timedelta) -> None:
    async def work(desk: Desk) -> None:
        old, _ = await desk.keys.create("a", LOCAL_WORKSPACE)
        with pytest.raises(InvalidInput, match=r"overlap: .* \(allowed: 0 to 36,500 days\)"):
            await desk.keys.rotate(old.id, overlap)
        new, _ = await desk.keys.rotate(old.id, timedelta(days=36_500))
        assert new.created_at == NOW

    check(work)


def test_a_successor_expires_at_the_end_of_time_at_the_latest(check: Check) -> None:
    async def work(desk: Desk) -> None:
        end = datetime.max.replace(tzinfo=UTC)
        old, _ = await desk.keys.create("a", LOCAL_WORKSPACE, expires_at=end)
        desk.clock.at += timedelta(days=1)
        new, _ = await desk.keys.rotate(old.id, timedelta())
        assert new.expires_at == end

    check(work)


def test_a_new_secret_is_told_where_the_database_cannot_be_read_afterwards(check: Check) -> None:
    class Unreadable:
        def __init__(self, database: Database) -> None:
            self.write = database.write

        async def read(self, read: object) -> None:
            raise StoreBusy("the database is locked")

    async def work(desk: Desk) -> None:
        old, _ = await desk.keys.create("a", WorkspaceId("sales"))
        keys = SqlKeys(cast(Database, Unreadable(desk.database)), desk.clock)
        new, secret = await keys.rotate(old.id, timedelta())
        revoked = await keys.revoke(old.id)
        assert revoked.revoked_at == NOW
        assert revoked.successor_id == new.id
        assert await desk.keys.opened_by(secret) is not None
        (listed,) = [x for x in await desk.keys.list() if x.id == new.id]
        assert replace(listed, last_used_at=None) == new

    check(work)


def test_keys_are_listed_the_newest_first_and_with_their_last_use(check: Check) -> None:
    async def work(desk: Desk) -> None:
        old, secret = await desk.keys.create("old", LOCAL_WORKSPACE)
        desk.clock.at += timedelta(hours=1)
        new, _ = await desk.keys.create("new", LOCAL_WORKSPACE)
        await desk.keys.opened_by(secret)
        used = desk.clock.at
        desk.clock.at += timedelta(seconds=30)  # not written with each use
        await desk.keys.opened_by(secret)
        listed = [(x.id, x.last_used_at) for x in await desk.keys.list()]
        assert listed == [(new.id, None), (old.id, used)]
        desk.clock.at += timedelta(seconds=30)
        await desk.keys.opened_by(secret)
        assert (await desk.keys.list())[1].last_used_at == desk.clock.at

    check(work)


@pytest.mark.parametrize(
    ("name", "workspace"),
    [("", "local"), (" ", "local"), ("a" * 101, "local"), ("a", ""), ("a", "A"), ("a", "a b"),
     ("a", "-a"), ("a", "a" * 64), ("a", "../a")],
)  # fmt: skip
def test_names_that_are_none_are_refused(tmp_path: Path, name: str, workspace: str) -> None:
    async def work() -> None:
        async with open_database(f"sqlite:///{tmp_path / 'netnew.db'}") as database:
            keys = SqlKeys(database, MovingClock())
            with pytest.raises(InvalidInput):
                await keys.create(name, WorkspaceId(workspace))
            assert await keys.list() == []

    asyncio.run(work())
