"""The route of every operation of Scout: guarded, and done once a key."""

from __future__ import annotations

from netnew.api.guarded import GuardedRoute
from netnew.api.once import DoneOnce


class ScoutRoute(GuardedRoute, DoneOnce):
    """Who calls is asked first, then whether it was done before."""
