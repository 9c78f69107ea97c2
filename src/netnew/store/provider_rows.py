"""The row of a provider that guards its limits: the holder of its lock may change them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from netnew.db.tables import provider_rates
from netnew.db.upsert import insert_new

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_ROW = (
    sa.select(provider_rates)
    .where(provider_rates.c.provider == sa.bindparam("provider"))
    .with_for_update(skip_locked=True)
)

LOCKED_AGAIN_AFTER_S = 0.02
"""How long to wait before trying again to lock a row that another process has locked."""


def locked_row(connection: sa.Connection, provider: str) -> sa.Row[Any] | None:
    """Lock the row of `provider` for this transaction; None while another has it.

    It does not wait: its transaction may already hold locks of other rows, and a deadlock is
    worse than a retry."""
    for _ in range(2):
        row = connection.execute(_ROW, {"provider": provider}).first()
        if row is not None:
            return row
        new = {"provider": provider, "period_begins": _NEVER, "granted": 0}
        connection.execute(insert_new(connection, provider_rates), new)
    return None
