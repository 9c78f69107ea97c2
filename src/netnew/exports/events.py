"""An event as JSON values."""

from __future__ import annotations

from dataclasses import asdict

from netnew.domain.event import Event, RoundEnded
from netnew.exports.document import Json


def event_document(event: Event) -> Json:
    """`seq`, `at` (ISO 8601), `kind`, and the fields of that kind of event."""
    body = asdict(event.body)
    kind = body.pop("kind")
    if isinstance(event.body, RoundEnded):
        body["spend"] = event.body.spend.numbers()
    return {
        "run_id": event.run_id,
        "seq": event.seq,
        "at": event.at.isoformat(),
        "kind": kind,
    } | body
