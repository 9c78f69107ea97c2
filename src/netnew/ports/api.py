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
"""What becomes durable together with a change of keys, given the new key (or the revoked one)."""


class KeyStore(Protocol):
    """The keys of all workspaces. A secret is shown once, when its key is created."""

    async def create(
        self,
        name: str,
        workspace_id: WorkspaceId,
        *,
        scope: KeyScope = KeyScope.FULL,
        expires_at: datetime | None = None,
        joining: JoinKey | None = None,
    ) -> tuple[ApiKey, str]:
        """Create a key; return it with its secret. Raises InvalidInput for an invalid name or
        workspace, or an expiry in the past."""
        ...

    async def rotate(
        self,
        key_id: str,
        overlap: timedelta,
        *,
        expires_at: datetime | None = None,
        joining: JoinKey | None = None,
    ) -> tuple[ApiKey, str]:
        """Replace a key; return the new one with its secret. The old key expires after
        `overlap`. `expires_at` of the new key; None: the same lifetime as the old key. Raises
        NotFound, InvalidInput, Conflict if the old key is not valid or was rotated before."""
        ...

    async def list(self) -> list[ApiKey]:
        """All keys, newest first, including revoked ones."""
        ...

    async def revoke(self, key_id: str, *, joining: JoinKey | None = None) -> ApiKey:
        """Raises NotFound."""
        ...

    async def opened_by(self, secret: str) -> ApiKey | None:
        """The valid key with this secret; None if there is none."""
        ...

    async def any_in_force(self) -> bool:
        """Whether there is a valid key: neither revoked nor expired."""
        ...

    async def is_in_force(self, key_id: str) -> bool:
        """Whether the key with that id is valid: neither revoked nor expired."""
        ...

    async def any_made(self) -> bool:
        """Whether a key was ever created, even if revoked since."""
        ...


@dataclass(frozen=True, slots=True)
class StoreStats:
    """Counts over all workspaces: runs by status, webhook deliveries by state, and today's spend
    (UTC; only what can be capped per day)."""

    runs: Mapping[str, int]
    deliveries: Mapping[str, int]
    spent: Spend


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A stored response: HTTP status and JSON body."""

    status: int
    body: bytes


class IdempotencyStore(Protocol):
    """Responses to requests with an idempotency key, kept for a day, so that each is done once."""

    async def claim(
        self, workspace_id: WorkspaceId, route: str, key: str, asked: str
    ) -> StoredResponse | None:
        """The stored response; None if the caller must now `keep` or `release` it. `asked`: a hash
        of the request.

        Raises InvalidInput if the key was used for a different request, Conflict if the same
        request is in progress."""
        ...

    async def keep(
        self, workspace_id: WorkspaceId, route: str, key: str, answer: StoredResponse
    ) -> None: ...

    async def release(self, workspace_id: WorkspaceId, route: str, key: str) -> None:
        """The request was not done; a retry with the same key may do it."""
        ...


class WebhookStore(Protocol):
    """The webhooks of all workspaces and their deliveries."""

    def attach(self, webhook: Webhook) -> Join:
        """What stores a webhook with its run, in one transaction."""
        ...

    async def of_run(self, workspace_id: WorkspaceId, run_id: RunId) -> list[Webhook]: ...

    async def secret_of(self, workspace_id: WorkspaceId) -> str:
        """The secret that signs for a workspace, created on first use (`whsec_…`)."""
        ...

    async def deliveries(
        self, workspace_id: WorkspaceId, run_id: RunId, limit: int = 100, offset: int = 0
    ) -> list[Delivery]:
        """The deliveries of a run, newest events first. Raises NotFound for an unknown run."""
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
    """What a deliverer needs from the store. The events of a run are the outbox: they are
    committed with the rows they describe; a webhook only records how far they were examined."""

    async def behind(self, limit: int = 100) -> list[Webhook]:
        """Webhooks whose runs have unexamined events."""
        ...

    async def put(self, webhook: Webhook, seq: int, deliveries: Sequence[Delivery]) -> bool:
        """Store deliveries and the fact that all events up to `seq` were examined, together.
        False, with nothing stored, if another process did so meanwhile."""
        ...

    async def claim(
        self, holder: str, limit: int, lease: timedelta, passing_over: Collection[str] = ()
    ) -> list[tuple[Delivery, Webhook]]:
        """Claim due deliveries for `holder` until the lease expires; none to an address that
        begins with one of `passing_over`."""
        ...

    async def record(
        self,
        holder: str,
        delivery: Delivery,
        attempt: Attempt,
        state: DeliveryState,
        next_at: datetime | None,
    ) -> None:
        """Record an attempt, which gets the next number, and end its claim. If the lease had
        expired, only a success changes the delivery."""
        ...

    async def next_due(self) -> datetime | None:
        """When the next delivery is due or the next lease ends; None if none is pending."""
        ...
