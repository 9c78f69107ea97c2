"""Durations and times as they are typed: '30d', '24h', '2026-12-31'."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from netnew.domain.errors import InvalidInput

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DURATION = re.compile(r"([0-9]{1,4})([mhdw])", re.ASCII)
_DURATIONS = "a number with m, h, d or w, such as 24h or 30d"


def parse_duration(option: str, text: str) -> timedelta:
    """'90m', '24h', '30d', '2w'. Raises InvalidInput naming `option`."""
    duration = _duration(text)
    if duration is None:
        raise InvalidInput(option, f"{text!r} is not a duration", _DURATIONS)
    return duration


def parse_expiry(option: str, text: str, now: datetime) -> datetime:
    """A duration from `now`, or a date or time; see `parse_since`. Raises InvalidInput where it is
    not in the future."""
    duration = _duration(text)
    expires_at = now + duration if duration is not None else _time(option, text)
    if expires_at <= now:
        raise InvalidInput(option, f"{text!r} has passed", "a time in the future")
    return expires_at


def parse_since(option: str, text: str, now: datetime) -> datetime:
    """A duration before `now`, or an ISO 8601 date or time, in UTC where it names no offset; a date
    is its first instant. Raises InvalidInput naming `option`."""
    duration = _duration(text)
    return now - duration if duration is not None else _time(option, text)


def _duration(text: str) -> timedelta | None:
    found = _DURATION.fullmatch(text.strip())
    return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None


def _time(option: str, text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text.strip())
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (ValueError, OverflowError):
        allowed = f"{_DURATIONS}, or a date such as 2026-12-31"
        raise InvalidInput(option, f"{text!r} is not a duration or date", allowed) from None
