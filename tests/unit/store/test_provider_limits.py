"""What a provider allows is never gone over, however many processes call it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from netnew.db.database import Database, open_database
from netnew.db.tables import provider_slots
from netnew.store.provider_leases import LeaseRequest, Leases, reconcile
from netnew.store.provider_limits import LEASE, ProviderLimits
from tests.support.databases import KINDS, new_database

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WEB = "web:example"


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_database(request.param, request, tmp_path)


def check(url: str, work: Callable[[Database], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asyncio.timeout(60), open_database(url) as database:
            await work(database)

    asyncio.run(whole())


async def until(condition: Callable[[], bool]) -> None:
    while True:
        if condition():
            return
        await asyncio.sleep(0.001)


# ------------------------------------------------------------------------------------- one process


@dataclass
class Calls:
    """Calls under way, by name, and how many there were at most."""

    begun: list[str] = field(default_factory=list)
    now: int = 0
    most: int = 0

    @contextmanager
    def one(self, name: str) -> Iterator[None]:
        self.begun.append(name)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            yield
        finally:
            self.now -= 1


async def call(limits: ProviderLimits, calls: Calls, name: str, at_once: int) -> None:
    async with limits.call(WEB, None, at_once):
        with calls.one(name):
            await asyncio.sleep(0.001)


def test_without_limits_the_database_is_not_asked(tmp_path: Path) -> None:
    async def work() -> None:
        async with open_database(f"sqlite:///{tmp_path / 'netnew.db'}") as database:
            limits = ProviderLimits(database, "a", SystemClock())
        async with limits.call(WEB):  # the database is closed
            pass
        await limits.aclose()

    asyncio.run(work())


@pytest.mark.parametrize(("rate", "at_once"), [(0, None), (-1, None), (None, 0), (1, -1)])
def test_limits_that_allow_nothing_are_refused(
    tmp_path: Path, rate: float | None, at_once: int | None
) -> None:
    async def work(database: Database) -> None:
        async with ProviderLimits(database, "a", SystemClock()) as limits:
            with pytest.raises(ValueError, match=WEB):
                async with limits.call(WEB, rate, at_once):
                    pass

    check(f"sqlite:///{tmp_path / 'netnew.db'}", work)


def test_calls_wait_in_the_order_they_came(url: str) -> None:
    async def work(database: Database) -> None:
        calls = Calls()
        names = [f"{number}" for number in range(40)]
        async with ProviderLimits(database, "a", SystemClock()) as limits:
            await asyncio.gather(*(call(limits, calls, name, 3) for name in names))
        assert calls.begun == names
        assert calls.most == 3

    check(url, work)


def test_a_call_given_up_while_it_waits_takes_nothing(url: str) -> None:
    async def work(database: Database) -> None:
        calls = Calls()
        async with ProviderLimits(database, "a", SystemClock()) as limits:
            async with limits.call(WEB, None, 1):
                waiting = [asyncio.create_task(call(limits, calls, f"{n}", 1)) for n in range(4)]
                await asyncio.sleep(0)
                for task in waiting[:3]:
                    task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            # Cancelled in the very moment in which its turn has come:
            async with limits.call(WEB, None, 1):
                unlucky = asyncio.create_task(call(limits, calls, "unlucky", 1))
                await asyncio.sleep(0)
            unlucky.cancel()
            await asyncio.gather(unlucky, return_exceptions=True)
            await call(limits, calls, "last", 1)
        assert calls.begun == ["3", "last"]
        assert calls.now == 0

    check(url, work)


@pytest.mark.parametrize("at_once", [1, 3])
def test_two_holders_share_and_neither_goes_without(url: str, at_once: int) -> None:
    async def work(database: Database) -> None:
        calls = Calls()
        clock = SystemClock()
        async with (
            ProviderLimits(database, "a", clock) as a,
            ProviderLimits(database, "b", clock) as b,
        ):
            hammering = [
                asyncio.create_task(_call_on(limits, calls, name, at_once))
                for limits, name in ((a, "a"), (b, "b"))
                for _ in range(4)
            ]
            await until(lambda: min(calls.begun.count(name) for name in "ab") >= 30)
            for task in hammering:
                task.cancel()
            await asyncio.gather(*hammering, return_exceptions=True)
        assert calls.most == at_once

    check(url, work)


async def _call_on(limits: ProviderLimits, calls: Calls, name: str, at_once: int) -> None:
    while True:
        await call(limits, calls, name, at_once)


def test_slots_are_given_back_on_leaving_and_after_use(url: str) -> None:
    async def work(database: Database) -> None:
        async with ProviderLimits(database, "a", SystemClock()) as limits:
            await asyncio.gather(*(call(limits, Calls(), "", 3) for _ in range(9)))
            assert await _rows(database)
        assert await _rows(database) == []
        limits = ProviderLimits(database, "a", SystemClock())
        await call(limits, Calls(), "", 3)
        await until(lambda: asyncio.all_tasks() == {asyncio.current_task()})
        assert await _rows(database) == []

    check(url, work)


async def _rows(database: Database) -> list[tuple[int, str]]:
    query = sa.select(provider_slots.c.slot, provider_slots.c.holder)
    return await database.read(
        lambda connection: [(row.slot, row.holder) for row in connection.execute(query)]
    )


# ------------------------------------------------------------------------------------------ sharing


async def wish(
    database: Database,
    holder: str,
    wanted: int,
    at: float,
    at_once: int = 4,
    in_use: int = 0,
    had_turn: bool = False,
) -> Leases:
    now = NOON + timedelta(seconds=at)
    asked = LeaseRequest(WEB, holder, at_once, wanted, in_use, had_turn, now, LEASE)
    holding = await database.write(reconcile, asked)
    assert holding is not None
    return holding


def test_nobody_keeps_more_than_his_part_while_another_is_short(url: str) -> None:
    async def work(database: Database) -> None:
        assert (await wish(database, "a", 9, at=0)).usable == 4
        assert (await wish(database, "b", 9, at=1)).usable == 0
        busy = await wish(database, "a", 9, at=2, in_use=4)
        assert (busy.held, busy.usable) == (4, 2)
        assert (await wish(database, "a", 9, at=3, in_use=2)).held == 2
        assert (await wish(database, "b", 9, at=3)).usable == 2
        assert (await wish(database, "a", 9, at=4, in_use=2)).usable == 2

    check(url, work)


def test_what_nobody_else_wants_anyone_may_have(url: str) -> None:
    async def work(database: Database) -> None:
        assert (await wish(database, "b", 1, at=0)).usable == 1
        assert (await wish(database, "a", 9, at=1)).usable == 3
        assert (await wish(database, "b", 0, at=2)).held == 0
        assert (await wish(database, "a", 9, at=3)).usable == 4

    check(url, work)


def test_the_slots_of_one_that_is_gone_come_free(url: str) -> None:
    async def work(database: Database) -> None:
        await wish(database, "gone", 4, at=0)
        assert (await wish(database, "a", 4, at=9.9)).usable == 0
        assert (await wish(database, "a", 4, at=10)).usable == 4
        assert {holder for _, holder in await _rows(database)} == {"a"}

    check(url, work)


def test_more_holders_than_slots_take_turns(url: str) -> None:
    async def work(database: Database) -> None:
        turns = []
        for at in range(12):
            for holder in "abc":
                usable = (await wish(database, holder, 5, at, 1, had_turn=True)).usable
                turns.extend(holder * usable)
        assert set(Counter(turns)) == set("abc")
        assert max(Counter(turns).values()) - min(Counter(turns).values()) <= 2

    check(url, work)


@dataclass(frozen=True)
class Step:
    """A holder settles; before that time goes by and some of its calls end."""

    holder: str
    seconds: float
    wanted: int
    ended: int
    had_turn: bool


STEPS = st.lists(
    st.builds(
        Step,
        holder=st.sampled_from("abcd"),
        seconds=st.sampled_from([0.0, 0.2, 1.0, 4.0, 11.0]),
        wanted=st.integers(0, 6),
        ended=st.integers(0, 5),
        had_turn=st.booleans(),
    ),
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(at_once=st.integers(1, 5), steps=STEPS)
def test_whoever_settles_whenever_no_slot_is_held_twice(at_once: int, steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check(f"sqlite:///{folder}/netnew.db", lambda db: _settle_all(db, at_once, steps))


async def _settle_all(database: Database, at_once: int, steps: Sequence[Step]) -> None:
    """Each holder begins calls with all it may use; those whose lease ran out are gone."""
    under_way: Counter[str] = Counter()
    until: dict[str, float] = {}
    at = 0.0
    for step in steps:
        at += step.seconds
        for holder in [x for x, end in until.items() if end <= at]:
            under_way[holder] = 0
        left = max(0, under_way[step.holder] - step.ended)
        wanted = max(step.wanted, left)
        holding = await wish(database, step.holder, wanted, at, at_once, left, step.had_turn)
        assert holding.usable <= holding.held
        assert holding.held >= left
        under_way[step.holder] = max(left, min(holding.usable, wanted))
        until[step.holder] = (holding.until - NOON).total_seconds()
        assert under_way.total() <= at_once
    for holder in "abcd":
        await wish(database, holder, 0, at + 11, at_once)
    assert (await wish(database, "e", at_once, at + 11, at_once)).usable == at_once


# ---------------------------------------------------------------------------------- many processes

CHILD = """
import asyncio, sys, time
from datetime import UTC, datetime, timedelta
from netnew.db.database import open_database
from netnew.store.provider_limits import ProviderLimits

url, port, name, rate, at_once = sys.argv[1:]
rate = float(rate) or None
at_once = int(at_once) or None

class SystemClock:
    def now(self):
        return datetime.now(UTC)
    def monotonic(self):
        return time.monotonic()

async def hammer(limits):
    while True:
        async with limits.call("web:example", rate, at_once):
            begun = time.monotonic()
            reader, writer = await asyncio.open_connection("127.0.0.1", int(port))
            writer.write(f"{name} {begun}\\n".encode())
            await reader.readline()
            writer.close()

async def main():
    async with open_database(url) as database:
        limits = ProviderLimits(database, name, SystemClock(), timedelta(seconds=3))
        await asyncio.gather(*(hammer(limits) for _ in range(12)))

asyncio.run(main())
"""


@dataclass
class Provider:
    """A server on loopback that counts its calls: those under way by caller, when each began."""

    port: int = 0
    under_way: Counter[str] = field(default_factory=Counter)
    most: int = 0
    begun: list[float] = field(default_factory=list)
    callers: Counter[str] = field(default_factory=Counter)
    takes_s: float = 0.01

    open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.add(writer)
        try:
            await self._answer(reader, writer)
        except ConnectionError:
            pass  # the caller was killed
        finally:
            writer.close()
            self.open.discard(writer)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        if line.endswith(b"\n"):
            name, begun = line.decode().split()
            self.begun.append(float(begun))
            self.callers[name] += 1
            self.under_way[name] += 1
            self.most = max(self.most, self.under_way.total())
            await asyncio.sleep(self.takes_s)
            self.under_way[name] -= 1
            writer.write(b"done\n")


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    made = Provider()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made
        await until(lambda: not made.open)
    await asyncio.sleep(0)  # the last ones are closed


@contextmanager
def calling(url: str, port: int, name: str, rate: int, at_once: int) -> Iterator[subprocess.Popen]:
    """A process that calls as often as it may."""
    command = [sys.executable, "-c", CHILD, url, str(port), name, str(rate), str(at_once)]
    with subprocess.Popen(command) as child:
        try:
            yield child
        finally:
            child.kill()


def test_processes_share_the_calls_at_once_and_one_that_is_killed_leaves_its_part(url: str) -> None:
    async def work(_: Database) -> None:
        async with provider() as served:
            with (
                calling(url, served.port, "a", 0, 4) as a,
                calling(url, served.port, "b", 0, 4),
            ):
                both_full = {"a": 2, "b": 2}
                await until(lambda: +served.under_way == Counter(both_full))
                await until(lambda: min(served.callers["a"], served.callers["b"]) >= 50)
                a.kill()
                a.wait()
                await until(lambda: +served.under_way == Counter({"b": 4}))
                assert served.most == 4

    check(url, work)


def test_processes_share_the_calls_a_second(url: str) -> None:
    rate = 40

    async def work(_: Database) -> None:
        async with provider() as served:
            with (
                calling(url, served.port, "a", rate, 0) as a,
                calling(url, served.port, "b", rate, 0),
            ):
                await until(lambda: min(served.callers["a"], served.callers["b"]) >= 30)
                a.kill()
                a.wait()
                killed_after = served.callers["b"]
                await until(lambda: served.callers["b"] >= killed_after + rate)
        begun = sorted(served.begun)
        # One may be late by as much as it is apart from the next.
        for first, beyond in zip(begun, begun[rate + 1 :], strict=False):
            assert beyond - first >= 1

    check(url, work)
