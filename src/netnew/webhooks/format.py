"""What a wire format defines for webhooks: events, bodies, signatures, retries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from netnew.app.service import Service
from netnew.domain.event import Event
from netnew.domain.ids import RunId


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A delivery about to be sent. `at`: time of this attempt. `own_secret`: the webhook's, ''
    without one; `workspace_secret`: `whsec_…`."""

    delivery_id: str
    event_type: str
    body: bytes
    at: datetime
    own_secret: str
    workspace_secret: str


class WebhookFormat(Protocol):
    """Implemented by each dialect; `bootstrap` passes them to the deliverer."""

    @property
    def face(self) -> str: ...

    def types_of(self, event: Event) -> tuple[str, ...]:
        """The dialect's names of this event; empty if it does not send it."""
        ...

    async def body_of(
        self, service: Service, run_id: RunId, event: Event, event_type: str, delivery_id: str
    ) -> bytes:
        """The JSON body, built once and stored. Raises NotFound if the run is gone."""
        ...

    def headers_of(self, sent: OutgoingMessage) -> Mapping[str, str]:
        """Signature and the like, besides content-type and user-agent."""
        ...

    def wait_s(self, tries: int, age_s: float) -> float | None:
        """Seconds until the next attempt after `tries` failed ones, `age_s` after the delivery
        was created; None: give up."""
        ...

    @property
    def timeout_s(self) -> float | None:
        """Seconds a receiver has to respond; None: as in the settings."""
        ...
