"""How webhooks of Scout look: the run's view, signed over its raw bytes, tried three times."""

from __future__ import annotations

import json
from collections.abc import Mapping

from netnew.api.dialects.scout.run_metadata import FACE
from netnew.api.dialects.scout.run_reader import RunReader
from netnew.app.service import Service
from netnew.domain.errors import InvalidInput
from netnew.domain.event import Event, RunStatusChanged
from netnew.domain.ids import RunId
from netnew.domain.run import RunStatus
from netnew.webhooks.format import OutgoingMessage
from netnew.webhooks.signing import hex_signature

_TYPES = {
    RunStatus.COMPLETED: "findall.completed",
    RunStatus.FAILED: "findall.failed",
    RunStatus.CANCELLED: "findall.cancelled",
}
EVENT_TYPES = tuple(_TYPES.values())

_TRIES = 3
_FIRST_WAIT_S = 30.0
_TIMEOUT_S = 15.0


class ScoutWebhookFormat:
    """See `webhooks.shape.Shape`."""

    face = FACE
    timeout_s = _TIMEOUT_S

    def types_of(self, event: Event) -> tuple[str, ...]:
        """The end of a run, and no more."""
        if not isinstance(event.body, RunStatusChanged):
            return ()
        told = _TYPES.get(event.body.status)
        return (told,) if told else ()

    async def body_of(
        self, service: Service, run_id: RunId, event: Event, event_type: str, delivery_id: str
    ) -> bytes:
        """What reading the run gave as it ended so, and the delivery's id. Raises NotFound."""
        view = await RunReader(service).view_at(await service.queries.run(run_id), event)
        document = {**view.model_dump(mode="json"), "delivery_id": delivery_id}
        return json.dumps(document, ensure_ascii=False).encode()

    def headers_of(self, sent: OutgoingMessage) -> Mapping[str, str]:
        """Signed only where the run came with a secret; the time is not signed. The event is named
        by how the run stands in the body: a cancelled extension leaves it completed."""
        headers = {
            "x-scout-event": _named_by(sent.body) or sent.event_type,
            "x-scout-timestamp": str(int(sent.at.timestamp())),
        }
        if sent.own_secret:
            signature = hex_signature(sent.own_secret, sent.body)
            headers["x-scout-signature"] = f"sha256={signature}"
        return headers

    def wait_s(self, tries: int, age_s: float) -> float | None:
        """Three tries in all, 30 and 60 seconds apart."""
        return _FIRST_WAIT_S * 2 ** (tries - 1) if tries < _TRIES else None


def check_https(url: str, allow_http: bool) -> None:
    """Raises InvalidInput for anything but https; http is for those who also allow private
    addresses."""
    if not allow_http and not url.lower().startswith("https://"):
        raise InvalidInput("webhook", "is no https address", "an absolute https:// address")


def _named_by(body: bytes) -> str | None:
    status = json.loads(body).get("status")
    word = status.get("status") if isinstance(status, dict) else status
    return next((name for known, name in _TYPES.items() if known.value == word), None)
