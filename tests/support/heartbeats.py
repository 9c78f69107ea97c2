"""Parallel's heartbeats: a `findall.status` with the id of the event before it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def without_beats(told: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events that are stored: how many heartbeats there are depends on how long a run takes."""
    stored: list[dict[str, Any]] = []
    for event in told:
        again = bool(stored) and event["event_id"] == stored[-1]["event_id"]
        if not (again and event["type"] == "findall.status"):
            stored.append(event)
    return stored
