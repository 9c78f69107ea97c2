"""Deliveries of a deliverer that runs over a real database, to a real receiver."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook as Verifier

from netnew.app.service import Service
from netnew.db.database import open_database
from netnew.db.tables import events
from netnew.domain.event import Event, RunStatusChanged
from netnew.domain.ids import LOCAL_WORKSPACE, RunId
from netnew.domain.run import RunStatus
from netnew.domain.webhook import DeliveryState
from netnew.webhooks.event_scanner import delivery_id
from tests.support.deliverer_process import (
    PAUSED,
    SECRET,
    STARTED,
    TRIES,
    WAIT_S,
    Desk,
    PlainShape,
    opened,
)
from tests.support.receiver import FAILED, OK, Call, Receiver, Reply, receiving

COMPLETED = RunStatusChanged(RunStatus.COMPLETED)
Work = Callable[[Desk, Receiver], Awaitable[None]]
Answer = Callable[[Call], Reply]
Check = Callable[..., None]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Runs a test with a deliverer that is running, and a receiver."""

    def run(
        work: Work,
        answer: Answer = lambda call: OK,
        shape: PlainShape | None = None,
        allow_private: bool = True,
    ) -> None:
        async def with_desk() -> None:
            url = f"sqlite:///{tmp_path / 'netnew.db'}"
            with receiving(answer) as receiver:
                opening = opened(url, tmp_path, shape=shape, allow_private=allow_private)
                async with opening as desk, desk.deliverer.running():
                    await work(desk, receiver)

        asyncio.run(with_desk())

    return run


def in_turn(*replies: Reply) -> Answer:
    """One after the other, the last one from then on."""
    left = list(replies)
    return lambda call: left.pop(0) if len(left) > 1 else left[0]


# ------------------------------------------------------------------------------------- what is told


def test_events_that_were_asked_for_are_told_and_signed(check: Check) -> None:
    async def work(desk: Desk, receiver: Receiver) -> None:
        hook = await desk.hook(receiver.url, [STARTED, PAUSED, COMPLETED])
        await desk.settle()
        told = {call.json["type"]: call for call in receiver.calls}
        assert set(told) == {"run.running", "run.completed"}
        for call in receiver.calls:
            Verifier(SECRET).verify(call.body, call.headers)
            assert call.json["run"] == hook.run_id
            assert call.id == delivery_id(hook, call.json["seq"], call.json["type"])
        assert [x.state for x in await desk.deliveries(hook)] == [DeliveryState.DELIVERED] * 2

    check(work)


def test_what_happens_later_is_told_too_and_so_is_what_an_extended_run_does(check: Check) -> None:
    async def work(desk: Desk, receiver: Receiver) -> None:
        hook = await desk.hook(receiver.url, [STARTED, COMPLETED])
        await desk.settle()
        await desk.happen(hook, STARTED, COMPLETED)
        await desk.settle()
        assert sorted(call.json["seq"] for call in receiver.calls) == [1, 2, 3, 4]

    check(work)


def test_a_long_run_is_told_whole(check: Check) -> None:
    async def work(desk: Desk, receiver: Receiver) -> None:
        hook = await desk.hook(receiver.url, [STARTED] * 170)
        await desk.settle()
        assert len(set(receiver.ids)) == len(receiver.ids) == 170
        assert [x.seq for x in await desk.deliveries(hook)] == list(range(1, 171))

    check(work)


# ------------------------------------------------------------------------------------- retrying


def test_what_failed_is_sent_again_under_its_id_and_with_its_body(check: Check) -> None:
    async def work(desk: Desk, receiver: Receiver) -> None:
        hook = await desk.hook(receiver.url)
        for _ in range(2):
            await desk.settle()
            desk.clock.pass_by(WAIT_S)
        await desk.settle()
        first, second, third = receiver.calls
        assert first.id == second.id == third.id
        assert first.body == second.body == third.body
        stamps = [int(call.headers["webhook-timestamp"]) for call in receiver.calls]
        assert stamps == sorted(set(stamps))
        (delivery,) = await desk.deliveries(hook)
        assert (delivery.state, delivery.tries) == (DeliveryState.DELIVERED, 3)
        noted = [(x.number, x.status, x.problem) for x in await desk.attempts(delivery)]
        assert noted == [(1, 500, "answered 500"), (2, 500, "answered 500"), (3, 204, "")]

    check(work, in_turn(FAILED, FAILED, OK))


def test_it_is_not_sent_again_before_its_time(check: Check) -> None:
    async def work(desk: Desk, receiver: Receiver) -> None:
        hook = await desk.hook(receiver.url)
        await desk.settle()
        desk.clock.pass_by(WAIT_S / 2)
        await desk.happen(hook, COMPLETED)
        await desk.settle()
        assert [call.json["seq"] for call in receiver.calls] == [1, 2]

    check(work, in_turn(FAILED, OK))


def test_it_is_given_up_after_the_agreed_number_of_tries(check: Check) -> None:
    async def work(desk: Desk, receiver: Receiver) -> None:
        hook = await desk.hook(receiver.url)
        for _ in range(TRIES + 2):
            await desk.settle()
            desk.clock.pass_by(WAIT_S)
        assert len(receiver.calls) == TRIES
        (delivery,) = await desk.deliveries(hook)
        assert (delivery.state, delivery.next_at) == (DeliveryState.DEAD, None)

    check(work, lambda call: FAILED)


def test_a_dead_letter_that_is_sent_again_goes_out_as_it_was(check: Check) -> None:
    async def work(desk: Desk, receiver: Receiver) -> None:
        hook = await desk.hook(receiver.url)
        await desk.settle()
        (dead,) = await desk.deliveries(hook)
        assert dead.state is DeliveryState.DEAD
        await desk.webhooks.resend(LOCAL_WORKSPACE, dead.id)
        await desk.settle()
        first, second = receiver.calls
        assert (first.id, first.body) == (second.id, second.body)
        (delivery,) = await desk.deliveries(hook)
        assert (delivery.state, delivery.tries) == (DeliveryState.DELIVERED, 2)

    check(work, in_turn(Reply(410), OK))


def test_a_receiver_that_never_answers_is_tried_again(check: Check) -> None:
    never = threading.Event()

    async def work(desk: Desk, receiver: Receiver) -> None:
        hook = await desk.hook(receiver.url)
        await desk.settle()
        (delivery,) = await desk.deliveries(hook)
        assert delivery.state is DeliveryState.PENDING
        (attempt,) = await desk.attempts(delivery)
        assert (attempt.status, attempt.problem) == (None, "no answer within 0.05 s")

    check(work, lambda call: Reply(held=never), PlainShape(timeout_s=0.05))


# ------------------------------------------------------------------------------------- the guard


def test_an_address_that_is_refused_is_given_up_at_once_and_the_log_says_why(check: Check) -> None:
    async def work(desk: Desk, receiver: Receiver) -> None:
        hook = await desk.hook(receiver.url)
        await desk.settle()
        assert receiver.calls == []
        (delivery,) = await desk.deliveries(hook)
        assert delivery.state is DeliveryState.DEAD
        (attempt,) = await desk.attempts(delivery)
        assert attempt.problem == "refused: 127.0.0.1 is not a public address"

    check(work, allow_private=False)


def test_a_redirect_to_a_private_address_goes_nowhere_and_the_log_says_where_to(
    check: Check,
) -> None:
    inward = "http://169.254.169.254/latest/meta-data"

    async def work(desk: Desk, receiver: Receiver) -> None:
        hook = await desk.hook(receiver.url)
        await desk.settle()
        (delivery,) = await desk.deliveries(hook)
        assert delivery.state is DeliveryState.PENDING
        (attempt,) = await desk.attempts(delivery)
        assert (attempt.status, inward in attempt.problem) == (302, True)

    check(work, lambda call: Reply(302, (("Location", inward),)))


# ------------------------------------------------------------------------------------- each other


def test_a_receiver_that_is_slow_holds_up_no_other(check: Check) -> None:
    gate = threading.Event()

    async def work(desk: Desk, receiver: Receiver) -> None:
        with receiving(lambda call: Reply(held=gate)) as slow:
            held = [await desk.hook(slow.url, [STARTED] * 100) for _ in range(3)]
            await asyncio.to_thread(slow.wait_for, 4)
            quick = await desk.hook(receiver.url, [STARTED] * 20)
            await asyncio.to_thread(receiver.wait_for, 20)
            assert len(slow.calls) < desk.deliverer.options.at_once
            gate.set()
            await desk.settle()
            assert len(slow.calls) == 300
        for hook in (*held, quick):
            states = {x.state for x in await desk.deliveries(hook)}
            assert states == {DeliveryState.DELIVERED}

    check(work)


def test_one_that_cannot_be_told_holds_up_no_other(check: Check) -> None:
    class Broken(PlainShape):
        async def body_of(self, service, run_id, event, event_type, delivery_id):  # type: ignore[no-untyped-def]
            if event_type == "run.completed":
                raise ZeroDivisionError
            return await super().body_of(service, run_id, event, event_type, delivery_id)

    async def work(desk: Desk, receiver: Receiver) -> None:
        broken = await desk.hook(receiver.url, [COMPLETED])
        fine = await desk.hook(receiver.url)
        await desk.settle()
        assert [call.json["run"] for call in receiver.calls] == [fine.run_id]
        assert await desk.outbox.behind() == [broken]

    check(work, shape=Broken())


def test_it_is_not_idle_while_an_attempt_is_under_way(check: Check) -> None:
    gate = threading.Event()

    async def work(desk: Desk, receiver: Receiver) -> None:
        hook = await desk.hook(receiver.url)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await desk.deliverer.until_idle()
        gate.set()
        await desk.settle()
        (delivery,) = await desk.deliveries(hook)
        assert delivery.state is DeliveryState.DELIVERED

    check(work, lambda call: Reply(held=gate))


def test_a_run_that_is_deleted_while_it_is_told_disturbs_nobody(check: Check) -> None:
    gate = threading.Event()

    async def work(desk: Desk, receiver: Receiver) -> None:
        hook = await desk.hook(receiver.url)
        await asyncio.to_thread(receiver.wait_for, 1)
        await desk.store.runs.delete(hook.run_id)
        gate.set()
        other = await desk.hook(receiver.url)
        await desk.settle()
        assert [call.json["run"] for call in receiver.calls] == [hook.run_id, other.run_id]

    check(work, lambda call: Reply(held=gate))


def test_what_is_under_way_when_it_leaves_is_let_end(tmp_path: Path) -> None:
    gate = threading.Event()

    async def work() -> None:
        url = f"sqlite:///{tmp_path / 'netnew.db'}"
        with receiving(lambda call: Reply(held=gate)) as receiver:
            async with opened(url, tmp_path) as desk:
                async with desk.deliverer.running():
                    hook = await desk.hook(receiver.url)
                    await asyncio.to_thread(receiver.wait_for, 1)
                    asyncio.get_running_loop().call_later(0.1, gate.set)
                (delivery,) = await desk.deliveries(hook)
                assert delivery.state is DeliveryState.DELIVERED

    asyncio.run(work())


# ----------------------------------------------------------------------------------------- looking


@dataclass(frozen=True)
class Overtaken(PlainShape):
    """While the first delivery is made, another looks at the same events."""

    others: list[Callable[[], Awaitable[bool]]] = field(default_factory=list)
    looked: list[bool] = field(default_factory=list)

    async def body_of(
        self, service: Service, run_id: RunId, event: Event, event_type: str, delivery_id: str
    ) -> bytes:
        if self.others:
            self.looked.append(await self.others.pop()())
        return await super().body_of(service, run_id, event, event_type, delivery_id)


def test_what_another_looked_at_meanwhile_is_nothing_new(tmp_path: Path) -> None:
    async def work() -> None:
        shape = Overtaken()
        async with opened(f"sqlite:///{tmp_path / 'netnew.db'}", tmp_path, shape=shape) as desk:
            hook = await desk.hook("https://example.com/", [STARTED])
            shape.others.append(desk.deliverer.looker.look)
            assert not await desk.deliverer.looker.look()
            assert shape.looked == [True]
            assert len(await desk.deliveries(hook)) == 1

    asyncio.run(work())


def test_a_webhook_whose_events_were_removed_is_behind_no_more(tmp_path: Path) -> None:
    async def work() -> None:
        url = f"sqlite:///{tmp_path / 'netnew.db'}"
        async with opened(url, tmp_path) as desk, open_database(url) as database:
            looker = desk.deliverer.looker
            hook = await desk.hook("https://example.com/", [STARTED, COMPLETED])
            removed = sa.delete(events).where(events.c.run_id == hook.run_id)
            await database.write(lambda connection, _: [connection.execute(removed)], None)
            assert [x.id for x in await looker.behind()] == [hook.id]
            assert await looker.look()
            assert not await looker.look()
            assert await desk.deliveries(hook) == []
            await desk.happen(hook, STARTED)
            assert await looker.look()
            assert [x.seq for x in await desk.deliveries(hook)] == [3]

    asyncio.run(work())
