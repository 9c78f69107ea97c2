"""The ports of the HTTP interface and webhooks: keys, stored responses, deliveries, counts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from netnew.domain.api_key import ApiKey, KeyScope
from netnew.domain.budget import Spend
from netnew.domain.ids import RunId, WorkspaceId
from netnew.domain.webhook import Attempt, Delivery, DeliveryState, Webhook
from netnew.ports.store import Join

JoinKey = Callable[[ApiKey], Join]
"""What becomes durable with a change of keys, given the new key (of a revocation: the revoked)."""


class KeyStore(Protocol):
    """The keys of all workspaces. A secret is shown once, when its key is made."""

    async def create(
        self,
        name: str,
        workspace_id: WorkspaceId,
        *,
        scope: KeyScope = KeyScope.FULL,
        expires_at: datetime | None = None,
        joining: JoinKey | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key and its secret. Raises InvalidInput for a name or a workspace that is none, or
        a time of expiry that is over."""
        ...

    async def rotate(
        self,
        key_id: str,
        overlap: timedelta,
        *,
        expires_at: datetime | None = None,
        joining: JoinKey | None = None,
    ) -> tuple[ApiKey, str]:
        """A new key in the place of one, and its secret; the old one expires after `overlap`.
        `expires_at` of the new one; None: after as long as the old one was made for. Raises
        NotFound, Conflict where the old one is not in force or was rotated before, InvalidInput."""
        ...

    async def list(self) -> list[ApiKey]:
        """All keys, the newest first, revoked ones included."""
        ...

    async def revoke(self, key_id: str, *, joining: JoinKey | None = None) -> ApiKey:
        """Raises NotFound."""
        ...

    async def opened_by(self, secret: str) -> ApiKey | None:
        """The key in force that `secret` is; None where there is none."""
        ...

    async def any_in_force(self) -> bool:
        """Whether there is a key that is neither revoked nor expired."""
        ...

    async def is_in_force(self, key_id: str) -> bool:
        """Whether there is a key of that id that is neither revoked nor expired."""
        ...

    async def any_made(self) -> bool:
        """Whether there ever was a key, a revoked one included."""
        ...


@dataclass(frozen=True, slots=True)
class StoreStats:
    """How all workspaces together stand: runs by status, deliveries to webhooks by state, and what
    was spent today (UTC; of that only what a day can be capped by)."""

    runs: Mapping[str, int]
    deliveries: Mapping[str, int]
    spent: Spend


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """What was answered to a request: an HTTP status and a JSON body."""

    status: int
    body: bytes


class IdempotencyStore(Protocol):
    """Answers to requests that carry a key of their own, so that each is done once; kept a day."""

    async def claim(
        self, workspace_id: WorkspaceId, route: str, key: str, asked: str
    ) -> StoredResponse | None:
        """The answer given before; None where it is now the caller's to `keep` or to `release`.
        `asked`: a hash of what is asked.

        Raises InvalidInput where the key came with something else before, Conflict where that very
        request is being answered just now.
        """
        ...

    async def keep(
        self, workspace_id: WorkspaceId, route: str, key: str, answer: StoredResponse
    ) -> None: ...

    async def release(self, workspace_id: WorkspaceId, route: str, key: str) -> None:
        """It was not done; whoever comes with the key again may try."""
        ...


class WebhookStore(Protocol):
    """The webhooks of all workspaces, and what became of each event they were to be told."""

    def attach(self, webhook: Webhook) -> Join:
        """What keeps a webhook together with its run, in one transaction."""
        ...

    async def of_run(self, workspace_id: WorkspaceId, run_id: RunId) -> list[Webhook]: ...

    async def secret_of(self, workspace_id: WorkspaceId) -> str:
        """The secret that signs for a workspace, made when first asked for (`whsec_…`)."""
        ...

    async def deliveries(
        self, workspace_id: WorkspaceId, run_id: RunId, limit: int = 100, offset: int = 0
    ) -> list[Delivery]:
        """Of a run, the newest events first. Raises NotFound for an unknown run."""
        ...

    async def delivery(self, workspace_id: WorkspaceId, delivery_id: str) -> Delivery:
        """Raises NotFound."""
        ...

    async def attempts(self, workspace_id: WorkspaceId, delivery_id: str) -> list[Attempt]:
        """In order. Raises NotFound."""
        ...

    async def resend(self, workspace_id: WorkspaceId, delivery_id: str) -> Delivery:
        """Send a delivery again now, whatever its state, with the same id and body. Raises
        NotFound."""
        ...


class Outbox(Protocol):
    """What a deliverer asks of the store. The events of a run are the outbox: they are committed
    with the rows they tell of; a webhook only remembers how far it was looked at."""

    async def behind(self, limit: int = 100) -> list[Webhook]:
        """Webhooks whose runs have events that were not looked at yet."""
        ...

    async def put(self, webhook: Webhook, seq: int, deliveries: Sequence[Delivery]) -> bool:
        """Keep what is to be delivered and that all events up to `seq` were looked at, together.
        False, and nothing kept, where another process did so meanwhile."""
        ...

    async def claim(
        self, holder: str, limit: int, lease: timedelta, passing_over: Collection[str] = ()
    ) -> list[tuple[Delivery, Webhook]]:
        """Deliveries that are due, now `holder`'s alone until the lease is over; none to an address
        that begins with one of `passing_over`."""
        ...

    async def record(
        self,
        holder: str,
        delivery: Delivery,
        attempt: Attempt,
        state: DeliveryState,
        next_at: datetime | None,
    ) -> None:
        """What came of an attempt, which gets the next number; the claim ends with it. Where the
        lease had run out, only that it was delivered counts."""
        ...

    async def next_due(self) -> datetime | None:
        """When the next delivery is due, or the next lease ends; None where none is pending."""
        ...
