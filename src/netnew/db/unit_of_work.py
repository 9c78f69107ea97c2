"""An open transaction, as other parts hand it on without looking into it."""

from __future__ import annotations

import sqlalchemy as sa


def connection_of(unit: object) -> sa.Connection:
    """The connection whose transaction `unit` stands for.

    Raises TypeError for anything that did not come out of a write of this package.
    """
    if isinstance(unit, sa.Connection):
        return unit
    raise TypeError(f"{type(unit).__name__} is no open transaction of a netnew database")
