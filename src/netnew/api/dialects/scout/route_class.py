"""The route of every operation of Scout: guarded, and done once a key."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header

from netnew.api.authenticated_route import AuthenticatedRoute
from netnew.api.idempotency import HEADER, LONGEST, IdempotentRoute


class ScoutRoute(AuthenticatedRoute, IdempotentRoute):
    """Who calls is asked first, then whether it was done before."""


def _once(
    idempotency_key: Annotated[
        str | None,
        Header(
            alias=HEADER,
            min_length=1,
            max_length=LONGEST,
            description="The same key with the same body gets the same response for a day.",
        ),
    ] = None,
) -> None:
    """For the document alone: the route has heeded it before."""


ONCE = Depends(_once)
"""Of every operation that changes something."""
