"""What a wire format says of webhooks: what is told, how it is signed, when it is tried again."""

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
    """What is about to be sent. `at`: of this attempt. `own_secret`: the webhook's, '' where it has
    none; `workspace_secret`: `whsec_…`."""

    delivery_id: str
    event_type: str
    body: bytes
    at: datetime
    own_secret: str
    workspace_secret: str


class WebhookFormat(Protocol):
    """Filled by a dialect; `bootstrap` gives the deliverer one for each face."""

    @property
    def face(self) -> str: ...

    def types_of(self, event: Event) -> tuple[str, ...]:
        """What the dialect calls this event; empty where it does not tell of it."""
        ...

    async def body_of(
        self, service: Service, run_id: RunId, event: Event, event_type: str, delivery_id: str
    ) -> bytes:
        """The JSON that is sent, made once and kept. Raises NotFound where the run is gone."""
        ...

    def headers_of(self, sent: OutgoingMessage) -> Mapping[str, str]:
        """Signature and the like, besides content-type and user-agent."""
        ...

    def wait_s(self, tries: int, age_s: float) -> float | None:
        """Seconds until it is tried again after `tries` failed ones, `age_s` after it was put in;
        None: it is given up."""
        ...

    @property
    def timeout_s(self) -> float | None:
        """Seconds a receiver has to answer; None: as the settings say."""
        ...
