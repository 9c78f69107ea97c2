"""Limits of connections per process, and how long each may stay silent."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from dataclasses import dataclass

from netnew.settings import Settings

# Reserved for the database, for pages that runs fetch, and for accepting a connection to refuse it.
_MAX_RESERVED = 256
_MIN_CONNECTIONS = 4
_ENOUGH_DESCRIPTORS = 65_536


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """`most` in total and `max_per_address` per client address; `head_timeout_s` from connecting
    to the end of a request's headers."""

    most: int = 4_000
    max_per_address: int = 1_000
    head_timeout_s: float = 10.0


class OpenConnections:
    """Counts open connections, in total and by client address. Each connection added is removed
    once, when it is closed. For one thread."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits
        self._total = 0
        self._by_address: Counter[str] = Counter()

    def has_room(self, address: str | None) -> bool:
        """Whether `address` may open one more. An unknown address counts in the total only."""
        of_one = 0 if address is None else self._by_address[address]
        return self._total < self._limits.most and of_one < self._limits.max_per_address

    def add(self, address: str | None) -> None:
        self._total += 1
        if address is not None:
            self._by_address[address] += 1

    def remove(self, address: str | None) -> None:
        self._total -= 1
        if address is not None:
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]


def connection_limits(settings: Settings) -> ConnectionLimits:
    """The limits of the settings, lowered to what the process may open: without descriptors in
    use and a reserve; one address may hold three quarters of the rest."""
    most, per_address = settings.serve_connections, settings.serve_connections_per_address
    limit = raised_descriptor_limit()
    if limit is not None:
        reserve = min(_MAX_RESERVED, limit // 3)
        room = max(_MIN_CONNECTIONS, limit - _open_descriptors() - reserve)
        if room < most:
            most, per_address = room, min(per_address, max(1, room * 3 // 4))
    return ConnectionLimits(most, per_address, settings.serve_head_timeout_s)


def raised_descriptor_limit() -> int | None:
    """How many descriptors the process may open after raising the soft limit as far as allowed
    and useful; None if the limit is unknown."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return None
    wanted = _ENOUGH_DESCRIPTORS
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if wanted > soft:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return soft


def _open_descriptors() -> int:
    try:
        return len(os.listdir("/dev/fd"))
    except OSError:
        return 0
