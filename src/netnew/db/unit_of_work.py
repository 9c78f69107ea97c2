"""An open transaction, passed on by other parts without looking inside."""

from __future__ import annotations

import sqlalchemy as sa


def connection_of(unit: object) -> sa.Connection:
    """The connection of the transaction `unit`.

    Raises TypeError for anything that does not come from a write of this package.
    """
    if isinstance(unit, sa.Connection):
        return unit
    raise TypeError(f"{type(unit).__name__} is no open transaction of a netnew database")
