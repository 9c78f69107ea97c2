"""A deliverer over a real database and a plain wire format, for tests of webhooks.

As a program it is a deliverer in a process of its own, until its standard input closes. Its clock
is as many seconds ahead as it is told.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from netnew.app.service import Service
from netnew.bootstrap import open_app
from netnew.db.database import open_database
from netnew.domain.event import Event, EventBody, RunStatusChanged
from netnew.domain.ids import LOCAL_WORKSPACE, RunId, run_id
from netnew.domain.run import Run, RunSpec, RunStatus
from netnew.domain.webhook import Attempt, Delivery, Webhook
from netnew.ports.store import Changes
from netnew.settings import Settings
from netnew.store.outbox import SqlOutbox
from netnew.store.store import SqlStore
from netnew.store.webhooks import SqlWebhooks
from netnew.webhooks.deliverer import Deliverer, DelivererOptions
from netnew.webhooks.delivery import DeliveryAttempt, open_sender
from netnew.webhooks.event_scanner import EventScanner
from netnew.webhooks.format import OutgoingMessage
from netnew.webhooks.signing import standard_headers

ROOT = Path(__file__).resolve().parents[2]
SECRET = "whsec_c2VjcmV0LW9mLXRoZS10ZXN0cw=="
STARTED = RunStatusChanged(RunStatus.RUNNING)
PAUSED = RunStatusChanged(RunStatus.PAUSED)
TRIES = 3
WAIT_S = 60.0


@dataclass
class ShiftedClock:
    """The machine's clock, `ahead` of what it shows."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def monotonic(self) -> float:
        return time.monotonic()

    def pass_by(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)


@dataclass(frozen=True)
class PlainShape:
    """Tells each change of a run's status, each time it is made in other words. It is tried again
    after a minute, `TRIES` times in all."""

    timeout_s: float | None = None
    face: str = "plain"

    def types_of(self, event: Event) -> tuple[str, ...]:
        if isinstance(event.body, RunStatusChanged):
            return (f"run.{event.body.status.value}",)
        return ()

    async def body_of(
        self, service: Service, run_id: RunId, event: Event, event_type: str, delivery_id: str
    ) -> bytes:
        run = await service.queries.run(run_id)
        told = {"type": event_type, "seq": event.seq, "run": run.id, "made": uuid4().hex}
        return json.dumps(told).encode()

    def headers_of(self, sent: OutgoingMessage) -> Mapping[str, str]:
        return standard_headers(sent)

    def wait_s(self, tries: int, age_s: float) -> float | None:
        return WAIT_S if tries < TRIES else None


@dataclass
class Desk:
    """What a test needs: a store to make events in, and the deliverer that tells of them."""

    store: SqlStore
    webhooks: SqlWebhooks
    outbox: SqlOutbox
    deliverer: Deliverer
    clock: ShiftedClock
    told: tuple[str, ...] = ("run.running", "run.completed")

    async def hook(self, url: str, events: Sequence[EventBody] = (STARTED,)) -> Webhook:
        """A webhook of a new run with these events."""
        now = self.clock.now()
        run = Run(run_id(uuid4()), LOCAL_WORKSPACE, RunSpec("x"), RunStatus.RUNNING, now, now)
        name = f"hook_{uuid4().hex}"
        hook = Webhook(name, run.id, LOCAL_WORKSPACE, "plain", url, self.told, "", now)
        await self.store.runs.create(run, events, joins=(self.webhooks.attach(hook),))
        return hook

    async def happen(self, hook: Webhook, *events: EventBody) -> None:
        await self.store.journal.commit(Changes(hook.run_id, events))

    async def deliveries(self, hook: Webhook) -> list[Delivery]:
        """The oldest event first."""
        found = await self.webhooks.deliveries(LOCAL_WORKSPACE, hook.run_id, limit=10_000)
        return found[::-1]

    async def attempts(self, delivery: Delivery) -> list[Attempt]:
        return await self.webhooks.attempts(LOCAL_WORKSPACE, delivery.id)

    async def settle(self) -> None:
        """Until all that is new and due was tried."""
        async with asyncio.timeout(30):
            await self.deliverer.until_idle()


@asynccontextmanager
async def opened(
    url: str,
    home: Path,
    clock: ShiftedClock | None = None,
    shape: PlainShape | None = None,
    allow_private: bool = True,
    options: DelivererOptions | None = None,
) -> AsyncIterator[Desk]:
    """A deliverer over the database at `url`, which is not running yet."""
    shape, clock = shape or PlainShape(), clock or ShiftedClock()
    shapes = {shape.face: shape}
    settings = Settings.load(home=home, database_url=url)
    async with open_app(settings, clock) as app, open_database(url) as database:
        webhooks = SqlWebhooks(database, clock, SECRET)
        outbox = SqlOutbox(database, clock, shapes)
        sender = open_sender(None, allow_private)
        deliverer = Deliverer(
            outbox,
            EventScanner(outbox, shapes, app.workspaces.of, clock),
            DeliveryAttempt(shapes, webhooks.secret_of, sender, clock, 10.0),
            clock,
            uuid4().hex,
            options or DelivererOptions(poll_s=0.02),
        )
        store = SqlStore(database, LOCAL_WORKSPACE, clock)
        try:
            yield Desk(store, webhooks, outbox, deliverer, clock)
        finally:
            await sender.aclose()


class DelivererProcess:
    """A deliverer in a process of its own, up when this is made."""

    def __init__(self, url: str, home: Path, ahead_s: float = 0.0) -> None:
        command = [
            sys.executable,
            "-m",
            "tests.support.deliverer_process",
            url,
            str(home),
            str(ahead_s),
        ]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "up\n"

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._close()

    def stop(self) -> None:
        """Let it leave; what is under way ends."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(timeout=30) == 0
        self._close()

    def _close(self) -> None:
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


async def _deliver(url: str, home: Path, clock: ShiftedClock) -> None:
    async with opened(url, home, clock) as desk, desk.deliverer.running():
        print("up", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    _url, _home, _ahead_s = sys.argv[1:]
    asyncio.run(_deliver(_url, Path(_home), ShiftedClock(timedelta(seconds=float(_ahead_s)))))
