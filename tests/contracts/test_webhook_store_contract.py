"""What interfaces and deliverers rely on in the webhook store, over both databases."""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from netnew.db.database import Database, open_database
from netnew.domain.errors import NotFound
from netnew.domain.event import EventBody, RunStatusChanged
from netnew.domain.ids import LOCAL_WORKSPACE, WorkspaceId, run_id
from netnew.domain.run import Run, RunSpec, RunStatus
from netnew.domain.webhook import Attempt, Delivery, DeliveryState, Webhook
from netnew.ports.store import Changes
from netnew.store.outbox import SqlOutbox
from netnew.store.retention import Retention
from netnew.store.store import SqlStore
from netnew.store.webhooks import SqlWebhooks
from tests.support.databases import KINDS, new_database

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)
OTHERS = WorkspaceId("others")
STARTED = RunStatusChanged(RunStatus.RUNNING)
MOVED = Attempt(0, NOW, 500, "answered 500", 12)
TAKEN = Attempt(0, NOW, 204, "", 12)


@dataclass
class MovingClock:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - NOW).total_seconds()


@dataclass
class Desk:
    """The store as one process has it. `beside`: the outbox of another; `clock`: that of both."""

    database: Database
    beside: SqlOutbox
    store: SqlStore
    webhooks: SqlWebhooks
    outbox: SqlOutbox
    clock: MovingClock

    async def hook(self, url: str = "https://a.example/hook", events: int = 1) -> Webhook:
        """A webhook of a new run that has that many events."""
        run = Run(run_id(uuid4()), LOCAL_WORKSPACE, RunSpec("x"), RunStatus.RUNNING, NOW, NOW)
        hook = Webhook(
            f"hook_{uuid4().hex}", run.id, LOCAL_WORKSPACE, "plain", url, ("a", "b"), "", NOW
        )
        told: list[EventBody] = [STARTED] * events
        await self.store.runs.create(run, told, joins=(self.webhooks.attach(hook),))
        return hook

    async def put(self, hook: Webhook, number: int = 1) -> list[Delivery]:
        """That many deliveries of it, due now."""
        given = [a_delivery(hook, seq, self.clock.at) for seq in range(1, number + 1)]
        assert await self.outbox.put(hook, number, given)
        return given

    async def claimed(self, holder: str = "me", limit: int = 100) -> list[str]:
        return [x.id for x, _ in await self.outbox.claim(holder, limit, LEASE)]


def a_delivery(hook: Webhook, seq: int, at: datetime = NOW) -> Delivery:
    body = b'{"n": %d}' % seq
    return Delivery(
        f"whevent_{uuid4().hex}",
        hook.id,
        hook.run_id,
        hook.workspace_id,
        seq,
        "a",
        body,
        at,
        next_at=at,
    )


Work = Callable[[Desk], Awaitable[None]]


@pytest.fixture(params=KINDS)
def check(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Work], None]:
    """Runs a test over a new database."""
    url = new_database(request.param, request, tmp_path)

    def run(work: Work) -> None:
        async def with_desk() -> None:
            async with open_database(url) as database, open_database(url) as another:
                clock = MovingClock()
                desk = Desk(
                    database,
                    SqlOutbox(another, clock, ["plain"]),
                    SqlStore(database, LOCAL_WORKSPACE, clock),
                    SqlWebhooks(database, clock),
                    SqlOutbox(database, clock, ["plain"]),
                    clock,
                )
                await work(desk)

        asyncio.run(with_desk())

    return run


Check = Callable[[Work], None]

# ------------------------------------------------------------------------------------- looking


def test_a_webhook_comes_back_as_it_was_kept(check: Check) -> None:
    async def work(desk: Desk) -> None:
        hook = await desk.hook()
        assert await desk.webhooks.of_run(LOCAL_WORKSPACE, hook.run_id) == [hook]
        assert await desk.outbox.behind() == [hook]

    check(work)


def test_who_has_looked_at_all_events_is_behind_again_with_the_next_one(check: Check) -> None:
    async def work(desk: Desk) -> None:
        hook = await desk.hook(events=2)
        assert await desk.outbox.put(hook, 2, [])
        assert await desk.outbox.behind() == []
        await desk.store.journal.commit(Changes(hook.run_id, (STARTED,)))
        assert await desk.outbox.behind() == [replace(hook, seq=2)]

    check(work)


def test_of_two_who_look_at_the_same_events_one_puts_its_deliveries(check: Check) -> None:
    async def work(desk: Desk) -> None:
        hook = await desk.hook()
        both = [a_delivery(hook, 1), a_delivery(hook, 1)]
        outboxes = (desk.outbox, desk.beside)
        put = await asyncio.gather(
            *(x.put(hook, 1, [y]) for x, y in zip(outboxes, both, strict=True))
        )
        assert sorted(put) == [False, True]
        found = await desk.webhooks.deliveries(LOCAL_WORKSPACE, hook.run_id)
        assert found == [both[put.index(True)]]

    check(work)


def test_webhooks_of_a_face_nobody_here_speaks_are_left_to_others(check: Check) -> None:
    async def work(desk: Desk) -> None:
        hook = await desk.hook()
        await desk.put(hook)
        other = SqlOutbox(desk.database, desk.clock, ["other"])
        await desk.store.journal.commit(Changes(hook.run_id, (STARTED,)))
        assert await other.behind() == []
        assert await other.claim("me", 10, LEASE) == []
        assert len(await desk.outbox.behind()) == 1
        assert len(await desk.claimed()) == 1

    check(work)


def test_a_deleted_run_takes_its_webhooks_and_deliveries_along(check: Check) -> None:
    async def work(desk: Desk) -> None:
        hook = await desk.hook()
        (delivery,) = await desk.put(hook)
        ((claimed, _),) = await desk.outbox.claim("me", 1, LEASE)
        await desk.store.runs.delete(hook.run_id)
        await desk.outbox.record("me", claimed, TAKEN, DeliveryState.DELIVERED, None)
        assert await desk.webhooks.of_run(LOCAL_WORKSPACE, hook.run_id) == []
        with pytest.raises(NotFound):
            await desk.webhooks.delivery(LOCAL_WORKSPACE, delivery.id)
        assert not await desk.outbox.put(replace(hook, seq=1), 2, [a_delivery(hook, 2)])
        assert await desk.outbox.next_due() is None

    check(work)


def test_a_run_that_is_old_enough_to_be_removed_takes_its_deliveries_along(check: Check) -> None:
    async def work(desk: Desk) -> None:
        hook = await desk.hook(events=1200)
        await desk.put(hook, 1200)
        run = await desk.store.runs.get(hook.run_id)
        ended = replace(run, status=RunStatus.COMPLETED, ended_at=NOW)
        await desk.store.journal.commit(Changes(run.id, run=ended))
        await Retention(desk.database).sweep(1.0, None, None, NOW + timedelta(days=2))
        assert await desk.outbox.next_due() is None
        assert await desk.outbox.behind() == []
        with pytest.raises(NotFound):
            await desk.webhooks.deliveries(LOCAL_WORKSPACE, run.id)

    check(work)


# ------------------------------------------------------------------------------------- claiming


def test_what_is_claimed_is_nobody_elses_until_the_lease_is_over(check: Check) -> None:
    async def work(desk: Desk) -> None:
        given = await desk.put(await desk.hook(), 3)
        mine = await desk.claimed("me", 2)
        others = await desk.claimed("other")
        assert len(mine) == 2
        assert sorted(mine + others) == sorted(x.id for x in given)
        assert await desk.claimed() == []
        assert await desk.outbox.next_due() == NOW + LEASE
        desk.clock.at += LEASE
        assert sorted(await desk.claimed("third")) == sorted(x.id for x in given)

    check(work)


def test_those_that_claim_at_the_same_time_share_what_is_due(check: Check) -> None:
    async def work(desk: Desk) -> None:
        given = await desk.put(await desk.hook(), 40)
        outboxes = [desk.outbox, desk.beside] * 3
        claims = [x.claim(f"holder {n}", 10, LEASE) for n, x in enumerate(outboxes)]
        claimed = [one.id for some in await asyncio.gather(*claims) for one, _ in some]
        assert len(claimed) == len(set(claimed))
        assert sorted(claimed + await desk.claimed()) == sorted(x.id for x in given)

    check(work)


def test_a_claim_gives_what_is_due_with_its_webhook_and_its_body(check: Check) -> None:
    async def work(desk: Desk) -> None:
        hook = await desk.hook()
        later = replace(a_delivery(hook, 2), next_at=NOW + LEASE)
        due = replace(a_delivery(hook, 1), body=b'{"text": "\xf0\x9f\x94\xad"}' + b" " * 9000)
        await desk.outbox.put(hook, 1, [due, later])
        assert await desk.outbox.next_due() == NOW
        ((found, of),) = await desk.outbox.claim("me", 10, LEASE)
        assert found == replace(due, next_at=NOW + LEASE)
        assert of == replace(hook, seq=1)

    check(work)


def test_addresses_that_are_passed_over_hold_up_no_others(check: Check) -> None:
    async def work(desk: Desk) -> None:
        slow = await desk.hook("https://100%_slow.example/hook")
        await desk.put(slow, 5)
        desk.clock.at += timedelta(seconds=1)
        (quick,) = await desk.put(await desk.hook("https://100xyslow.example/hook"))
        found = await desk.outbox.claim("me", 1, LEASE, ["https://100%_slow.example/"])
        assert [x.id for x, _ in found] == [quick.id]

    check(work)


# ------------------------------------------------------------------------------------- recording


def test_an_attempt_that_failed_is_noted_and_comes_due_again(check: Check) -> None:
    async def work(desk: Desk) -> None:
        await desk.put(await desk.hook())
        ((delivery, _),) = await desk.outbox.claim("me", 1, LEASE)
        again = NOW + timedelta(seconds=5)
        await desk.outbox.record("me", delivery, MOVED, DeliveryState.PENDING, again)
        found = await desk.webhooks.delivery(LOCAL_WORKSPACE, delivery.id)
        assert found == replace(delivery, tries=1, next_at=again)
        assert await desk.claimed() == []
        desk.clock.at = again
        ((second, _),) = await desk.outbox.claim("me", 1, LEASE)
        assert (second.id, second.body, second.tries) == (delivery.id, delivery.body, 1)
        await desk.outbox.record("me", second, TAKEN, DeliveryState.DELIVERED, None)
        assert await desk.outbox.next_due() is None
        assert await desk.webhooks.attempts(LOCAL_WORKSPACE, delivery.id) == [
            replace(MOVED, number=1),
            replace(TAKEN, number=2),
        ]

    check(work)


def test_who_comes_back_after_his_lease_changes_nothing_but_that_it_was_delivered(
    check: Check,
) -> None:
    async def work(desk: Desk) -> None:
        await desk.put(await desk.hook())
        ((mine, _),) = await desk.outbox.claim("me", 1, LEASE)
        desk.clock.at += LEASE
        ((others, _),) = await desk.outbox.claim("other", 1, LEASE)
        await desk.outbox.record("me", mine, MOVED, DeliveryState.DEAD, None)
        held = await desk.webhooks.delivery(LOCAL_WORKSPACE, mine.id)
        assert held == replace(others, tries=1)
        await desk.outbox.record("me", mine, TAKEN, DeliveryState.DELIVERED, None)
        await desk.outbox.record("other", others, MOVED, DeliveryState.DEAD, None)
        found = await desk.webhooks.delivery(LOCAL_WORKSPACE, mine.id)
        assert (found.state, found.tries) == (DeliveryState.DELIVERED, 3)
        assert len(await desk.webhooks.attempts(LOCAL_WORKSPACE, mine.id)) == 3

    check(work)


def test_one_that_was_given_up_is_sent_again_when_asked_for(check: Check) -> None:
    async def work(desk: Desk) -> None:
        (delivery,) = await desk.put(await desk.hook())
        ((held, _),) = await desk.outbox.claim("me", 1, LEASE)
        await desk.outbox.record("me", held, MOVED, DeliveryState.DEAD, None)
        desk.clock.at += timedelta(hours=1)
        again = await desk.webhooks.resend(LOCAL_WORKSPACE, delivery.id)
        assert again == replace(delivery, tries=1, next_at=desk.clock.at)
        assert await desk.claimed() == [delivery.id]

    check(work)


def test_one_that_is_just_being_sent_is_not_sent_twice_by_asking(check: Check) -> None:
    async def work(desk: Desk) -> None:
        (delivery,) = await desk.put(await desk.hook())
        await desk.claimed()
        await desk.webhooks.resend(LOCAL_WORKSPACE, delivery.id)
        assert await desk.claimed("other") == []

    check(work)


# ------------------------------------------------------------------------------------- reading


def test_deliveries_of_a_run_are_listed_the_newest_event_first(check: Check) -> None:
    async def work(desk: Desk) -> None:
        hook = await desk.hook()
        given = await desk.put(hook, 5)
        listed = await desk.webhooks.deliveries(LOCAL_WORKSPACE, hook.run_id, limit=2, offset=1)
        assert listed == [given[3], given[2]]

    check(work)


def test_a_workspace_sees_nothing_of_another(check: Check) -> None:
    async def work(desk: Desk) -> None:
        hook = await desk.hook()
        (delivery,) = await desk.put(hook)
        assert await desk.webhooks.of_run(OTHERS, hook.run_id) == []
        for ask in (
            desk.webhooks.deliveries(OTHERS, hook.run_id),
            desk.webhooks.delivery(OTHERS, delivery.id),
            desk.webhooks.attempts(OTHERS, delivery.id),
            desk.webhooks.resend(OTHERS, delivery.id),
        ):
            with pytest.raises(NotFound):
                await ask

    check(work)


def test_a_workspace_has_one_secret_of_its_own_whoever_asks_first(check: Check) -> None:
    async def work(desk: Desk) -> None:
        asked = [desk.webhooks.secret_of(LOCAL_WORKSPACE) for _ in range(5)]
        (secret,) = set(await asyncio.gather(*asked))
        assert len(b64decode(secret.removeprefix("whsec_"), validate=True)) == 32
        assert await desk.webhooks.secret_of(OTHERS) != secret
        assert await desk.webhooks.secret_of(LOCAL_WORKSPACE) == secret

    check(work)


def test_a_secret_that_was_set_signs_for_all(check: Check) -> None:
    async def work(desk: Desk) -> None:
        webhooks = SqlWebhooks(desk.database, desk.clock, "whsec_c2V0")
        assert await webhooks.secret_of(OTHERS) == "whsec_c2V0"

    check(work)
